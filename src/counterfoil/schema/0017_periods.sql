-- Periods that are closed, what every kind of account stood at then, and on which day the bank made
-- what the ledger recorded later.

CREATE TABLE closed_period (
    issuer_id int NOT NULL REFERENCES issuer,
    through date NOT NULL,
    through_at timestamptz NOT NULL,
    last_operation bigint NOT NULL,
    last_posting bigint NOT NULL,
    closed_by text NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, through),
    CHECK (through_at <= closed_at)
);

CREATE TABLE closed_balance (
    issuer_id int NOT NULL,
    through date NOT NULL,
    funding_account_id int NOT NULL,
    kind smallint NOT NULL,
    debits_minor bigint NOT NULL,
    credits_minor bigint NOT NULL,
    PRIMARY KEY (issuer_id, through, funding_account_id, kind),
    FOREIGN KEY (issuer_id, through) REFERENCES closed_period
);

CREATE TABLE value_date (
    issuer_id int NOT NULL,
    operation_id bigint NOT NULL,
    value_on date NOT NULL,
    PRIMARY KEY (issuer_id, operation_id)
);
CREATE INDEX value_date_by_day ON value_date (issuer_id, value_on);
COMMENT ON COLUMN value_date.value_on IS 'as the bank has it; of what is not here it is the day it was recorded';
