-- Figures: what the journal adds up to, by day and by whom it concerns. Folded from the journal after
-- the commit, by whoever holds the cursor; nothing that changes vouchers or money waits for them.

-- How far the journal of an issuer was folded. The row comes into being with the first stretch.
CREATE TABLE figure_cursor (
    issuer_id int PRIMARY KEY REFERENCES issuer,
    next_operation bigint NOT NULL DEFAULT 1,
    next_posting bigint NOT NULL DEFAULT 1,
    folded_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);

-- What there was of something in a block of days: of the issuer (subject 0), a group, an acceptor or
-- an organisation. A period of any length is a few blocks: days at its edges, longer ones between.
CREATE TABLE figure (
    issuer_id int NOT NULL,
    subject_kind text NOT NULL,
    measure text NOT NULL,
    days smallint NOT NULL CHECK (days IN (1, 4, 16, 64)),
    begins date NOT NULL,
    subject_id int NOT NULL,
    funding_account_id int NOT NULL,
    vouchers bigint NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (
        issuer_id, subject_kind, measure, days, begins, subject_id, funding_account_id
    ),
    CONSTRAINT figure_subject_kind CHECK (
        subject_kind IN ('issuer', 'group', 'acceptor', 'organisation')
    ),
    CONSTRAINT figure_measure CHECK (
        measure IN (
            'provisioned', 'sold', 'fees', 'distributed', 'redeemed', 'paid',
            'returned_to_issuer', 'returned_to_buyer', 'breakage',
            'received', 'refunded', 'deposited', 'withdrawn'
        )
    )
) WITH (fillfactor = 70);
CREATE INDEX figure_of_subject ON figure (
    issuer_id, subject_kind, subject_id, measure, days, begins
);
COMMENT ON COLUMN figure.begins IS
'a day in UTC, so many whole blocks after 2000-01-01; a block without anything has no row';
COMMENT ON COLUMN figure.vouchers IS 'zero where money moves that is of no voucher';

-- How many vouchers of what an organisation bought are in which state.
CREATE TABLE allocation_count (
    issuer_id int NOT NULL,
    allocation_id int NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 10),
    vouchers bigint NOT NULL,
    PRIMARY KEY (issuer_id, allocation_id, state)
) WITH (fillfactor = 70);

-- From which operation on a range is an organisation's: what happened to its vouchers before they
-- were sold is none of its figures.
CREATE TABLE figure_range (
    issuer_id int NOT NULL,
    serial_first bigint NOT NULL,
    operation_id bigint NOT NULL,
    PRIMARY KEY (issuer_id, serial_first)
);
COMMENT ON COLUMN figure_range.serial_first IS 'of the range in allocation_range';
COMMENT ON COLUMN figure_range.operation_id IS 'the ALLOCATE operation that sold it';
