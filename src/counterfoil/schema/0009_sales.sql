-- Organisations that buy vouchers, what is promised and sold to them, and who got which numbers.
--
-- A sale is the engine's side of a purchase: stock is held for it, it is paid, and ranges of stock
-- become an organisation's own. Ranges never overlap; a serial in none of them is nobody's.

CREATE TABLE organisation (
    issuer_id int NOT NULL REFERENCES issuer,
    organisation_id int NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    status text NOT NULL CHECK (status IN ('approved', 'suspended', 'closed')),
    commission_points int NOT NULL DEFAULT 0 CHECK (commission_points BETWEEN 0 AND 10000),
    changed_version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer_id, organisation_id),
    CONSTRAINT organisation_name UNIQUE (issuer_id, name)
);
COMMENT ON COLUMN organisation.commission_points IS
'what it pays on top of the face value, in hundredths of a percent';

CREATE TABLE sale (
    issuer_id int NOT NULL,
    sale_id uuid NOT NULL,
    organisation_id int NOT NULL,
    funding_account_id int NOT NULL,
    status text NOT NULL CHECK (
        status IN ('holding', 'held', 'allocating', 'allocated', 'releasing', 'released')
    ),
    held_until timestamptz NOT NULL,
    when_short text NOT NULL DEFAULT 'part' CHECK (when_short IN ('part', 'provision')),
    budget_minor bigint NOT NULL DEFAULT 0 CHECK (budget_minor >= 0),
    spent_minor bigint NOT NULL DEFAULT 0,
    outcome text,
    created_at timestamptz NOT NULL,
    paid_at timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (issuer_id, sale_id),
    FOREIGN KEY (issuer_id, organisation_id) REFERENCES organisation,
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account,
    CHECK (spent_minor BETWEEN 0 AND budget_minor),
    CHECK ((status IN ('allocated', 'released')) = (finished_at IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX sale_open ON sale (issuer_id, created_at) WHERE finished_at IS NULL;
CREATE INDEX sale_of_organisation ON sale (issuer_id, organisation_id, created_at DESC);
COMMENT ON COLUMN sale.budget_minor IS
'what of the organisation''s balance is set aside for it while it is allocated';
COMMENT ON COLUMN sale.outcome IS 'why it was not allocated in full';

-- A line of a sale: so many vouchers of one version and amount. Once sold it is the organisation's.
CREATE TABLE allocation (
    issuer_id int NOT NULL,
    allocation_id int NOT NULL,
    sale_id uuid NOT NULL,
    line int NOT NULL,
    organisation_id int NOT NULL,
    group_id int NOT NULL,
    group_version int NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    quantity int NOT NULL CHECK (quantity > 0),
    commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
    held int NOT NULL DEFAULT 0 CHECK (held BETWEEN 0 AND quantity),
    sold int NOT NULL DEFAULT 0 CHECK (sold BETWEEN 0 AND quantity),
    charged_minor bigint NOT NULL DEFAULT 0 CHECK (charged_minor BETWEEN 0 AND commission_minor),
    PRIMARY KEY (issuer_id, allocation_id),
    UNIQUE (issuer_id, sale_id, line),
    FOREIGN KEY (issuer_id, sale_id) REFERENCES sale,
    FOREIGN KEY (issuer_id, group_id, group_version) REFERENCES group_version,
    CHECK (held + sold <= quantity)
) WITH (fillfactor = 70);
CREATE INDEX allocation_of_organisation ON allocation (issuer_id, organisation_id, allocation_id);
COMMENT ON COLUMN allocation.commission_minor IS 'for the whole quantity; charged_minor so far';

-- Serials cut off a provision. Without an allocation they were given back, and are drawn by anybody.
CREATE TABLE allocation_range (
    issuer_id int NOT NULL,
    serial_first bigint NOT NULL,
    serial_last bigint NOT NULL,
    next_drawn bigint NOT NULL,
    allocation_id int,
    provision_id int NOT NULL,
    group_id int NOT NULL,
    group_version int NOT NULL,
    amount_minor bigint NOT NULL,
    vouchers int NOT NULL CHECK (vouchers > 0),
    status text NOT NULL CHECK (status IN ('held', 'sold', 'replacement', 'returned')),
    PRIMARY KEY (issuer_id, serial_first),
    FOREIGN KEY (issuer_id, allocation_id) REFERENCES allocation,
    FOREIGN KEY (issuer_id, provision_id) REFERENCES provision,
    CHECK (serial_first <= serial_last),
    CHECK (next_drawn BETWEEN serial_first AND serial_last + 1),
    CHECK ((status = 'returned') = (allocation_id IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX allocation_range_of ON allocation_range (issuer_id, allocation_id, serial_first);
CREATE INDEX allocation_range_returned ON allocation_range (issuer_id, group_id, amount_minor)
WHERE status = 'returned';
COMMENT ON COLUMN allocation_range.vouchers IS
'how many were in stock when it was cut off; cancelled ones between them do not count';

-- Numbers for people: drawn from an allocation, or in place of vouchers that were lost. They are
-- sealed for whoever asked, with a public key that only that person can open.
CREATE TABLE handover (
    issuer_id int NOT NULL,
    handover_id uuid NOT NULL,
    organisation_id int,
    allocation_id int,
    replaces bigint[],
    vouchers int NOT NULL CHECK (vouchers > 0),
    at_once boolean NOT NULL,
    recipient_key bytea NOT NULL CHECK (length(recipient_key) = 32),
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    next_position int NOT NULL DEFAULT 1,
    handed int NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished')),
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    forgotten_at timestamptz,
    PRIMARY KEY (issuer_id, handover_id),
    FOREIGN KEY (issuer_id, organisation_id) REFERENCES organisation,
    FOREIGN KEY (issuer_id, allocation_id) REFERENCES allocation,
    CHECK ((allocation_id IS NULL) <> (replaces IS NULL)),
    CHECK (organisation_id IS NOT NULL OR replaces IS NOT NULL),
    CHECK ((status = 'finished') = (finished_at IS NOT NULL))
);
CREATE INDEX handover_running ON handover (issuer_id, created_at) WHERE status = 'running';
CREATE INDEX handover_kept ON handover (issuer_id, created_at) WHERE forgotten_at IS NULL;
CREATE INDEX handover_of_organisation ON handover (issuer_id, organisation_id, created_at DESC);
COMMENT ON COLUMN handover.organisation_id IS 'none where the issuer itself replaces vouchers';
COMMENT ON COLUMN handover.at_once IS 'active as soon as they are drawn, or only when activated';

-- What a chunk of it drew: positions are those of the list that was asked for, from 1 on.
CREATE TABLE handover_part (
    issuer_id int NOT NULL,
    handover_id uuid NOT NULL,
    first_position int NOT NULL,
    serials bigint[] NOT NULL,
    outcomes text[] NOT NULL,
    sealed bytea,
    PRIMARY KEY (issuer_id, handover_id, first_position),
    FOREIGN KEY (issuer_id, handover_id) REFERENCES handover
);
COMMENT ON COLUMN handover_part.serials IS 'of each position; 0 where none could be drawn';
COMMENT ON COLUMN handover_part.sealed IS 'the numbers; forgotten once they were fetched';

-- What an organisation's balance is made of.
CREATE INDEX posting_to_customer ON posting (issuer_id, credit_owner, posting_id)
WHERE credit_kind = 6;
CREATE INDEX posting_from_customer ON posting (issuer_id, debit_owner, posting_id)
WHERE debit_kind = 6;

-- What a bulk change may touch: vouchers of one organisation alone, where it asked for it.
ALTER TABLE bulk ADD COLUMN organisation_id int;

ALTER TABLE operation
ADD COLUMN state_before smallint,
ADD COLUMN state_after smallint;
COMMENT ON COLUMN operation.state_after IS
'of the voucher; none for a redemption, which leads from active to redeemed;'
' of a replacement that of the new voucher, while the old one is cancelled';

-- What a bank calls a movement counts once, in each direction, whatever it was recorded as.
DROP INDEX operation_bank_reference;
CREATE UNIQUE INDEX operation_bank_reference
ON operation (
    issuer_id, subject, (action IN (103, 125)), lower(replace(reference, ' ', ''))
)
WHERE action IN (102, 103, 124, 125);
COMMENT ON INDEX operation_bank_reference IS
'deposits and what organisations pay in; withdrawals and what is refunded; as a person compares them';

DROP INDEX operation_of_funds;
DROP INDEX operation_money;
CREATE INDEX operation_money ON operation (issuer_id, operation_id)
WHERE action IN (102, 103, 104, 124, 125, 127);
