-- Limits by day: what acceptors and groups with a limit have redeemed, and the limits of groups.

CREATE TABLE daily_use (
    issuer_id int NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('acceptor', 'group')),
    subject_id int NOT NULL,
    day date NOT NULL,
    currency char(3) NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    vouchers bigint NOT NULL CHECK (vouchers >= 0),
    PRIMARY KEY (issuer_id, subject_kind, subject_id, day, currency)
) WITH (fillfactor = 20);

ALTER TABLE group_version
ADD COLUMN daily_amount_minor_max bigint CHECK (daily_amount_minor_max > 0),
ADD COLUMN daily_count_max int CHECK (daily_count_max > 0);
