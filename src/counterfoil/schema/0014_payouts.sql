-- Paying merchants and agents what was redeemed there: when and how much of it, in which run, and
-- what became of each payment.

-- ---------------------------------------------------------------- when, and how much

-- A funding account's own terms, a programme's, an acceptor's: the narrowest that there are count.
CREATE TABLE payout_terms (
    issuer_id int NOT NULL,
    terms_id int NOT NULL,
    funding_account_id int NOT NULL,
    programme_id int,
    acceptor_id int,
    cycle text NOT NULL DEFAULT 'by_hand' CHECK (
        cycle IN ('by_hand', 'daily', 'weekly', 'monthly', 'threshold')
    ),
    on_day smallint CHECK (on_day BETWEEN 1 AND 31),
    cut_off time NOT NULL DEFAULT '17:00',
    time_zone text NOT NULL DEFAULT 'UTC' CHECK (time_zone <> ''),
    hold_hours int NOT NULL DEFAULT 0 CHECK (hold_hours BETWEEN 0 AND 8784),
    threshold_minor bigint CHECK (threshold_minor > 0),
    minimum_minor bigint NOT NULL DEFAULT 0 CHECK (minimum_minor >= 0),
    commission_points int NOT NULL DEFAULT 0 CHECK (commission_points BETWEEN 0 AND 10000),
    fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    next_cut_off_at timestamptz,
    applies boolean NOT NULL DEFAULT TRUE,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (issuer_id, terms_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    FOREIGN KEY (issuer_id, programme_id) REFERENCES programme,
    FOREIGN KEY (issuer_id, acceptor_id) REFERENCES acceptor,
    CONSTRAINT payout_terms_one UNIQUE NULLS NOT DISTINCT (
        issuer_id, funding_account_id, programme_id, acceptor_id
    ),
    CHECK (num_nonnulls(programme_id, acceptor_id) < 2),
    CHECK ((cycle IN ('weekly', 'monthly')) = (on_day IS NOT NULL)),
    CHECK (cycle <> 'weekly' OR on_day <= 7),
    CHECK ((cycle = 'threshold') = (threshold_minor IS NOT NULL)),
    CHECK (
        (applies AND cycle IN ('daily', 'weekly', 'monthly')) = (next_cut_off_at IS NOT NULL)
    ),
    CHECK (applies OR num_nonnulls(programme_id, acceptor_id) > 0)
);
CREATE INDEX payout_terms_of_acceptor ON payout_terms (issuer_id, acceptor_id)
WHERE acceptor_id IS NOT NULL;
CREATE INDEX payout_terms_due ON payout_terms (issuer_id, next_cut_off_at)
WHERE next_cut_off_at IS NOT NULL;
COMMENT ON COLUMN payout_terms.applies IS 'a funding account''s own always do';
COMMENT ON COLUMN payout_terms.on_day IS 'of the week, where Monday is 1, or of the month';
COMMENT ON COLUMN payout_terms.hold_hours IS 'how old a redemption is at the cut-off, at least';

INSERT INTO payout_terms (issuer_id, terms_id, funding_account_id)
SELECT
    issuer_id,
    row_number() OVER (PARTITION BY issuer_id ORDER BY funding_account_id) AS terms_id,
    funding_account_id
FROM funding_account;

-- Days on which no bank works, besides the days of the week on which none ever does.
CREATE TABLE bank_holiday (
    issuer_id int NOT NULL REFERENCES issuer,
    day date NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    PRIMARY KEY (issuer_id, day)
);
ALTER TABLE issuer_setting
ADD COLUMN rest_days int[] NOT NULL DEFAULT '{6,7}' CHECK (
    rest_days <@ '{1,2,3,4,5,6,7}' AND cardinality(rest_days) < 7
);
COMMENT ON COLUMN issuer_setting.rest_days IS 'of the week, on which no bank works; Monday is 1';

-- ---------------------------------------------------------------- what there is to pay

-- Which redemptions are owed, and not settled at once. What was folded is folded again.
TRUNCATE
figure_cursor, figure, allocation_count, figure_range, redemption, redeemed_where;
ALTER TABLE redemption ADD COLUMN is_owed boolean NOT NULL;
CREATE INDEX redemption_owed ON redemption (issuer_id, acceptor_id, group_id, at)
INCLUDE (amount_minor)
WHERE is_owed;

-- A wrong redemption given back. The voucher is not revived.
CREATE TABLE redemption_refund (
    issuer_id int NOT NULL,
    operation_id bigint NOT NULL,
    redeemed_by bigint NOT NULL,
    serial bigint NOT NULL,
    acceptor_id int NOT NULL,
    programme_id int NOT NULL,
    funding_account_id int NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    redeemed_at timestamptz NOT NULL,
    at timestamptz NOT NULL,
    replaced_by bigint,
    run_id int,
    PRIMARY KEY (issuer_id, operation_id),
    CONSTRAINT redemption_refund_once UNIQUE (issuer_id, serial)
);
CREATE INDEX redemption_refund_unpaid
ON redemption_refund (issuer_id, acceptor_id, programme_id)
WHERE run_id IS NULL;
CREATE INDEX redemption_refund_of_run ON redemption_refund (issuer_id, run_id, acceptor_id)
WHERE run_id IS NOT NULL;
COMMENT ON COLUMN redemption_refund.redeemed_by IS 'the operation that redeemed the voucher';
COMMENT ON COLUMN redemption_refund.run_id IS 'in which it was netted';

-- What an agent earned in a stretch of the journal, by a rule.
CREATE TABLE earning (
    issuer_id int NOT NULL,
    operation_id bigint NOT NULL,
    acceptor_id int NOT NULL,
    programme_id int NOT NULL,
    funding_account_id int NOT NULL,
    events int NOT NULL CHECK (events > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    at timestamptz NOT NULL,
    run_id int,
    PRIMARY KEY (issuer_id, operation_id)
);
CREATE INDEX earning_unpaid ON earning (issuer_id, acceptor_id, programme_id)
WHERE run_id IS NULL;
CREATE INDEX earning_of_run ON earning (issuer_id, run_id, acceptor_id)
WHERE run_id IS NOT NULL;
COMMENT ON COLUMN earning.run_id IS 'in which it was paid';

-- ---------------------------------------------------------------- runs

CREATE TABLE payout_run (
    issuer_id int NOT NULL REFERENCES issuer,
    run_id int NOT NULL,
    terms_id int NOT NULL,
    funding_account_id int NOT NULL,
    cut_off_at timestamptz NOT NULL,
    through_at timestamptz NOT NULL,
    counted_at timestamptz NOT NULL,
    counted_postings bigint NOT NULL,
    status text NOT NULL CHECK (
        status IN ('counting', 'previewed', 'sending', 'sent', 'ended', 'dropped')
    ),
    payouts int NOT NULL DEFAULT 0,
    payouts_open int NOT NULL DEFAULT 0 CHECK (payouts_open >= 0),
    left_out int NOT NULL DEFAULT 0,
    net_minor bigint NOT NULL DEFAULT 0,
    digest bytea,
    sent_to int NOT NULL DEFAULT 0,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    approved_at timestamptz,
    sent_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (issuer_id, run_id),
    FOREIGN KEY (issuer_id, terms_id) REFERENCES payout_terms,
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    CHECK (through_at <= cut_off_at AND cut_off_at <= counted_at)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX payout_run_open ON payout_run (issuer_id, terms_id)
WHERE status IN ('counting', 'previewed', 'sending');
COMMENT ON COLUMN payout_run.through_at IS 'what is redeemed later than this is held back';
COMMENT ON COLUMN payout_run.counted_postings IS 'where the journal stood when it was counted';
COMMENT ON COLUMN payout_run.digest IS 'of every payout in it: what is approved';
COMMENT ON COLUMN payout_run.sent_to IS 'acceptors up to this one were worked off';

-- What one acceptor gets in a run, where to, and by what the sum came about. Where it is left out,
-- why: then it stays owed, and a later run takes it.
CREATE TABLE payout (
    issuer_id int NOT NULL,
    run_id int NOT NULL,
    acceptor_id int NOT NULL,
    redemptions int NOT NULL,
    gross_minor bigint NOT NULL CHECK (gross_minor >= 0),
    refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
    earned_minor bigint NOT NULL CHECK (earned_minor >= 0),
    commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    net_minor bigint NOT NULL,
    scheme text NOT NULL,
    fsp text NOT NULL,
    account text NOT NULL,
    rail text NOT NULL,
    left_out text CHECK (
        left_out IN ('held', 'bank_data', 'minimum', 'nothing', 'no_rail', 'changed')
    ),
    status text NOT NULL CHECK (
        status IN ('listed', 'left_out', 'pending', 'processed', 'completed', 'failed', 'returned')
    ),
    reason text,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, run_id, acceptor_id),
    FOREIGN KEY (issuer_id, run_id) REFERENCES payout_run,
    FOREIGN KEY (issuer_id, acceptor_id) REFERENCES acceptor,
    CHECK (
        net_minor = gross_minor - refunded_minor + earned_minor - commission_minor - fee_minor
    ),
    CHECK ((status = 'left_out') = (left_out IS NOT NULL)),
    CHECK (status = 'left_out' OR net_minor > 0)
) WITH (fillfactor = 70);
CREATE INDEX payout_of_acceptor ON payout (issuer_id, acceptor_id, run_id DESC);
CREATE INDEX payout_to_look_at ON payout (issuer_id, changed_at)
WHERE status IN ('failed', 'returned');
COMMENT ON COLUMN payout.reason IS 'why it failed or came back, as RejectReason has it';

-- Which redemptions it pays: of a programme, later than one moment and up to another. Each stretch
-- begins where the one paid before it ended, and one that is paid alone can begin there.
CREATE TABLE payout_line (
    issuer_id int NOT NULL,
    run_id int NOT NULL,
    acceptor_id int NOT NULL,
    programme_id int NOT NULL,
    after_at timestamptz NOT NULL,
    through_at timestamptz NOT NULL,
    redemptions int NOT NULL,
    gross_minor bigint NOT NULL,
    refunds int NOT NULL,
    refunded_minor bigint NOT NULL,
    earnings int NOT NULL,
    earned_minor bigint NOT NULL,
    is_paid boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (issuer_id, run_id, acceptor_id, programme_id),
    FOREIGN KEY (issuer_id, run_id, acceptor_id) REFERENCES payout,
    CHECK (after_at < through_at)
);
CREATE UNIQUE INDEX payout_line_once ON payout_line (
    issuer_id, acceptor_id, programme_id, after_at
) WHERE is_paid;
CREATE INDEX payout_line_last ON payout_line (
    issuer_id, acceptor_id, programme_id, through_at DESC
) WHERE is_paid;

-- ---------------------------------------------------------------- payments

-- A payment is of a voucher that is redeemed with it, or of a payout. A payout has as many as were
-- tried, one after the other.
ALTER TABLE payment
ALTER COLUMN serial DROP NOT NULL,
ADD COLUMN run_id int,
ADD COLUMN rail text NOT NULL DEFAULT 'sandbox',
ADD COLUMN accepted_at timestamptz,
DROP CONSTRAINT payment_status_check,
ADD CONSTRAINT payment_status_check CHECK (
    status IN ('pending', 'completed', 'rejected', 'returned')
),
ADD CONSTRAINT payment_of_one CHECK (num_nonnulls(serial, run_id) = 1);
CREATE INDEX payment_of_payout ON payment (issuer_id, run_id, acceptor_id, created_at)
WHERE run_id IS NOT NULL;
CREATE UNIQUE INDEX payment_of_payout_live ON payment (issuer_id, run_id, acceptor_id)
WHERE run_id IS NOT NULL AND status IN ('pending', 'completed');
COMMENT ON COLUMN payment.accepted_at IS 'when the provider said that it has taken it on';
