-- What agents earn by activating vouchers and by paying them out: by which rules, from which budget,
-- and how far the journal was gone through for it.

-- A rule counts for operations from one on and up to another; one that is changed ends, and a new one
-- begins. An event earns by one rule alone: the first, by position, that fits and gives anything.
CREATE TABLE earning_rule (
    issuer_id int NOT NULL,
    rule_id int NOT NULL,
    position int NOT NULL CHECK (position > 0),
    funding_account_id int NOT NULL,
    event text NOT NULL CHECK (event IN ('activation', 'cash_out')),
    programme_id int,
    acceptor_id int,
    acceptor_group text,
    fixed_minor bigint CHECK (fixed_minor > 0),
    points int CHECK (points BETWEEN 1 AND 10000),
    least_minor bigint NOT NULL DEFAULT 0 CHECK (least_minor >= 0),
    most_minor bigint CHECK (most_minor > 0),
    starts_on date,
    ends_on date,
    since_operation bigint NOT NULL,
    until_operation bigint,
    PRIMARY KEY (issuer_id, rule_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    FOREIGN KEY (issuer_id, programme_id) REFERENCES programme,
    FOREIGN KEY (issuer_id, acceptor_id) REFERENCES acceptor,
    CONSTRAINT earning_rule_whose CHECK (num_nonnulls(acceptor_id, acceptor_group) < 2),
    CONSTRAINT earning_rule_how_much CHECK (num_nonnulls(fixed_minor, points) = 1),
    CONSTRAINT earning_rule_limits_of_points CHECK (
        points IS NOT NULL OR (least_minor = 0 AND most_minor IS NULL)
    ),
    CONSTRAINT earning_rule_limits CHECK (least_minor <= most_minor),
    CONSTRAINT earning_rule_days CHECK (starts_on <= ends_on),
    CHECK (since_operation <= until_operation)
);
CREATE UNIQUE INDEX earning_rule_position ON earning_rule (issuer_id, position)
WHERE until_operation IS NULL;
COMMENT ON COLUMN earning_rule.acceptor_group IS
'whose acceptors it is for; without it and without an acceptor it is for all agents';
COMMENT ON COLUMN earning_rule.points IS 'hundredths of a percent of the voucher';
COMMENT ON COLUMN earning_rule.until_operation IS 'the first for which it counts no more';

-- Which agent a calling system belongs to: what it activates, that agent has activated.
CREATE TABLE client_agent (
    issuer_id int NOT NULL,
    client_id int NOT NULL,
    acceptor_id int NOT NULL,
    since_operation bigint NOT NULL,
    until_operation bigint,
    PRIMARY KEY (issuer_id, client_id, since_operation),
    FOREIGN KEY (issuer_id, client_id) REFERENCES client,
    FOREIGN KEY (issuer_id, acceptor_id) REFERENCES acceptor,
    CHECK (since_operation <= until_operation)
);
CREATE UNIQUE INDEX client_agent_one ON client_agent (issuer_id, client_id)
WHERE until_operation IS NULL;

-- How far the journal was gone through for what is earned from a funding account. It stands still
-- while the budget does not suffice for the next of it.
CREATE TABLE earning_cursor (
    issuer_id int NOT NULL,
    funding_account_id int NOT NULL,
    next_operation bigint NOT NULL,
    waits_since timestamptz,
    needs_minor bigint CHECK (needs_minor > 0),
    PRIMARY KEY (issuer_id, funding_account_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    CHECK ((waits_since IS NULL) = (needs_minor IS NULL))
) WITH (fillfactor = 50);
COMMENT ON COLUMN earning_cursor.needs_minor IS
'what the budget must have at least, before it goes on';

-- A row is of one rule and one stretch of the journal. What was earned by redemptions that were
-- refunded in a later stretch is taken back by a row below zero.
ALTER TABLE earning
ADD COLUMN rule_id int NOT NULL,
ADD COLUMN first_operation bigint NOT NULL,
ADD COLUMN end_operation bigint NOT NULL,
DROP CONSTRAINT earning_events_check,
DROP CONSTRAINT earning_amount_minor_check,
ADD CONSTRAINT earning_of_something CHECK (
    events <> 0 AND amount_minor <> 0 AND (events > 0) = (amount_minor > 0)
),
ADD CONSTRAINT earning_stretch CHECK (first_operation < end_operation);
CREATE UNIQUE INDEX earning_once ON earning (
    issuer_id, acceptor_id, programme_id, rule_id, first_operation, (amount_minor > 0)
);
COMMENT ON COLUMN earning.first_operation IS 'of the stretch; the end is the first after it';

-- More may be taken back than was earned since.
ALTER TABLE payout DROP CONSTRAINT payout_earned_minor_check;

-- A budget for incentives is never overdrawn.
ALTER TABLE account
DROP CONSTRAINT account_not_overdrawn,
ADD CONSTRAINT account_not_overdrawn CHECK (
    CASE
        WHEN kind = 1 THEN debit_minor >= credit_minor
        WHEN kind IN (2, 3, 4, 6, 9, 10) THEN credit_minor >= debit_minor
        ELSE TRUE
    END
);
