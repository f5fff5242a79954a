-- Redemptions by whom they concern, so that who redeemed and whose vouchers they were have a list by
-- key. Folded from the journal with the figures, after the commit.
CREATE TABLE redemption (
    issuer_id int NOT NULL,
    acceptor_id int NOT NULL,
    at timestamptz NOT NULL,
    operation_id bigint NOT NULL,
    organisation_id int,
    serial bigint NOT NULL,
    group_id int NOT NULL,
    funding_account_id int NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (issuer_id, acceptor_id, at, operation_id)
);
CREATE INDEX redemption_of_organisation
ON redemption (issuer_id, organisation_id, at, operation_id)
WHERE organisation_id IS NOT NULL;
COMMENT ON COLUMN redemption.operation_id IS 'what redeemed it; of an instant one, what settled it';
COMMENT ON COLUMN redemption.organisation_id IS 'who had bought the voucher, if anybody had';

-- Where an organisation's vouchers were redeemed, in blocks of days as those of `figure`.
CREATE TABLE redeemed_where (
    issuer_id int NOT NULL,
    organisation_id int NOT NULL,
    days smallint NOT NULL CHECK (days IN (1, 4, 16, 64)),
    begins date NOT NULL,
    acceptor_id int NOT NULL,
    funding_account_id int NOT NULL,
    vouchers bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (issuer_id, organisation_id, days, begins, acceptor_id, funding_account_id)
) WITH (fillfactor = 70);

-- What was folded before there was any of this is folded again.
TRUNCATE figure_cursor, figure, allocation_count, figure_range;
