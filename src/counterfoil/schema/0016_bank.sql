-- What banks tell of the funding accounts: files taken in whole, their lines, what each line is in
-- the ledger, and what does not agree.

-- A file that was taken in. One that is refused leaves nothing here.
CREATE TABLE bank_file (
    issuer_id int NOT NULL REFERENCES issuer,
    file_id int NOT NULL,
    digest bytea NOT NULL,
    rail text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('status', 'notification', 'statement', 'return')),
    message_id text NOT NULL,
    answers_to uuid,
    payments int NOT NULL,
    entries int NOT NULL,
    operation_id bigint NOT NULL,
    taken_by text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, file_id),
    CONSTRAINT bank_file_once UNIQUE (issuer_id, digest),
    CONSTRAINT bank_file_message_once UNIQUE (issuer_id, rail, message_id)
);

-- Files that were refused: what they were called, and why. They changed nothing.
CREATE TABLE bank_file_refused (
    issuer_id int NOT NULL REFERENCES issuer,
    refusal_id int NOT NULL,
    digest bytea NOT NULL,
    rail text NOT NULL,
    name text NOT NULL,
    why text NOT NULL,
    brought_by text NOT NULL,
    refused_at timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, refusal_id),
    CONSTRAINT bank_file_refused_once UNIQUE (issuer_id, digest)
);

-- What a file said of one account. Statements have balances and lead from one to the next.
CREATE TABLE bank_report (
    issuer_id int NOT NULL,
    file_id int NOT NULL,
    report_no int NOT NULL,
    funding_account_id int NOT NULL,
    report_id text NOT NULL,
    number int,
    opening_minor bigint,
    closing_minor bigint,
    closed_on date,
    PRIMARY KEY (issuer_id, file_id, report_no),
    FOREIGN KEY (issuer_id, file_id) REFERENCES bank_file,
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    CHECK (num_nonnulls(opening_minor, closing_minor, closed_on) IN (0, 3))
);
CREATE INDEX bank_report_of_account
ON bank_report (issuer_id, funding_account_id, closed_on DESC)
WHERE closed_on IS NOT NULL;

-- Where the statements of an account begin: what the bank held, and what the ledger said of
-- everything earlier.
CREATE TABLE bank_start (
    issuer_id int NOT NULL,
    funding_account_id int NOT NULL,
    since date NOT NULL,
    opening_minor bigint NOT NULL,
    ledger_minor bigint NOT NULL,
    first_operation bigint NOT NULL,
    looked_to bigint NOT NULL,
    PRIMARY KEY (issuer_id, funding_account_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account
);
COMMENT ON COLUMN bank_start.first_operation IS 'the first that is not earlier';
COMMENT ON COLUMN bank_start.looked_to IS
'of what was recorded before this operation, all is on a statement or has an exception';

-- A line of an account, once, whichever file said it first; on a statement it counts for balances.
CREATE TABLE bank_entry (
    issuer_id int NOT NULL,
    entry_id bigint NOT NULL,
    funding_account_id int NOT NULL,
    bank_reference text NOT NULL CHECK (bank_reference <> ''),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    is_credit boolean NOT NULL,
    booked_on date NOT NULL,
    value_on date NOT NULL,
    payment_id uuid,
    batch_id uuid,
    return_reason text,
    return_because text,
    payer_name text NOT NULL,
    payer_reference text NOT NULL,
    note text NOT NULL,
    file_id int NOT NULL,
    statement_id int,
    statement_no int,
    status text NOT NULL CHECK (status IN ('attached', 'proposed', 'unexplained', 'set_aside')),
    PRIMARY KEY (issuer_id, entry_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    FOREIGN KEY (issuer_id, file_id) REFERENCES bank_file,
    FOREIGN KEY (issuer_id, statement_id, statement_no) REFERENCES bank_report,
    CHECK (num_nulls(statement_id, statement_no) IN (0, 2)),
    CHECK (num_nulls(return_reason, return_because) IN (0, 2)),
    CONSTRAINT bank_entry_once UNIQUE (issuer_id, funding_account_id, bank_reference)
) WITH (fillfactor = 80);
CREATE INDEX bank_entry_to_look_at ON bank_entry (issuer_id, funding_account_id, entry_id)
WHERE status <> 'attached';
CREATE INDEX bank_entry_by_day ON bank_entry (issuer_id, funding_account_id, booked_on, entry_id);
CREATE INDEX bank_entry_of_payment ON bank_entry (issuer_id, payment_id)
WHERE payment_id IS NOT NULL;
COMMENT ON COLUMN bank_entry.statement_id IS
'the file with the statement it stands on; statement_no is its report there';
COMMENT ON COLUMN bank_entry.return_reason IS 'the bank''s code, or empty, where something comes back';
COMMENT ON COLUMN bank_entry.return_because IS 'the same as RejectReason has it';
COMMENT ON COLUMN bank_entry.status IS
'attached: the ledger has all of it; proposed: a credit that may become a deposit; unexplained: a debit, or'
' something that cannot be; set_aside: a person said, with another''s approval, that it is not ours';

-- Which operations of the journal a line is. One line may be a whole batch of payments, or what came
-- back of one and what the bank kept of it.
CREATE TABLE bank_match (
    issuer_id int NOT NULL,
    operation_id bigint NOT NULL,
    entry_id bigint,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (issuer_id, operation_id),
    FOREIGN KEY (issuer_id, entry_id) REFERENCES bank_entry
);
COMMENT ON COLUMN bank_match.entry_id IS
'none: it brings the ledger to what the bank had, and no line is it';
CREATE INDEX bank_match_of_entry ON bank_match (issuer_id, entry_id);
COMMENT ON COLUMN bank_match.amount_minor IS
'what the operation moves of the funding account: below zero where it takes from it';

-- What does not agree, with its evidence. It ends when it agrees again, or when a person says why it
-- does not, with another's approval; what moves money is always an operation of its own.
CREATE TABLE bank_exception (
    issuer_id int NOT NULL REFERENCES issuer,
    exception_id int NOT NULL,
    kind text NOT NULL CHECK (
        kind IN (
            'unexplained_debit', 'amount_differs', 'contradicted', 'statement_gap',
            'balance_differs', 'silent_batch', 'refused_batch', 'silent_payment', 'not_at_bank'
        )
    ),
    funding_account_id int NOT NULL,
    entry_id bigint,
    payment_id uuid,
    batch_id uuid,
    file_id int,
    operation_id bigint,
    about text NOT NULL,
    expected_minor bigint,
    found_minor bigint,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text,
    ended_why text,
    PRIMARY KEY (issuer_id, exception_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    CHECK (num_nulls(ended_at, ended_by, ended_why) IN (0, 3))
);
CREATE UNIQUE INDEX bank_exception_open ON bank_exception (
    issuer_id, kind, funding_account_id, about
) WHERE ended_at IS NULL;
CREATE INDEX bank_exception_about ON bank_exception (
    issuer_id, kind, funding_account_id, about
);
COMMENT ON COLUMN bank_exception.about IS 'what it is about, so that it is opened once: ids, no names';

-- When it was last looked for what agrees again, and where the journal stood then. Whoever takes a
-- file or looks has this row.
CREATE TABLE bank_look (
    issuer_id int PRIMARY KEY REFERENCES issuer,
    next_operation bigint NOT NULL DEFAULT 0,
    looked_at timestamptz NOT NULL DEFAULT '-infinity'
);

-- The operations by which a payment of a payout left the funding account and came back to it.
ALTER TABLE payment ADD COLUMN completed_by bigint, ADD COLUMN returned_by bigint;

-- What moved a funding account, in the order of the journal.
CREATE INDEX posting_of_funding ON posting (issuer_id, funding_account_id, operation_id)
WHERE debit_kind = 1 OR credit_kind = 1;

-- Credits that are deposits without a person: by what the payer says.
CREATE TABLE deposit_rule (
    issuer_id int NOT NULL,
    rule_id int NOT NULL,
    funding_account_id int NOT NULL,
    payer_name text NOT NULL DEFAULT '',
    payer_reference text NOT NULL DEFAULT '',
    amount_minor_max bigint CHECK (amount_minor_max > 0),
    group_id int,
    denomination_minor bigint CHECK (denomination_minor > 0),
    applies boolean NOT NULL DEFAULT TRUE,
    PRIMARY KEY (issuer_id, rule_id),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    CHECK (payer_name <> '' OR payer_reference <> ''),
    CHECK (num_nulls(group_id, denomination_minor) IN (0, 2))
);
COMMENT ON COLUMN deposit_rule.payer_reference IS 'what it or the note begins with; empty is any';
COMMENT ON COLUMN deposit_rule.group_id IS 'of which stock is provisioned from it, in whole vouchers';
