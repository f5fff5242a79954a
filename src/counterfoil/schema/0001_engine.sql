-- The engine's tables: the truth about vouchers, money and the journal.
--
-- Every row belongs to one issuer and every key begins with issuer_id, so that the tables can
-- be distributed by it. Hot tables carry no trigger and no index on anything that changes.

-- ---------------------------------------------------------------- small tables

CREATE TABLE issuer (
    issuer_id int PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,19}$'),
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row per issuer: the next numbers, locked by every transaction that changes anything.
CREATE TABLE log_head (
    issuer_id int PRIMARY KEY REFERENCES issuer,
    next_leaf bigint NOT NULL DEFAULT 1,
    next_operation bigint NOT NULL DEFAULT 1,
    next_posting bigint NOT NULL DEFAULT 1,
    next_serial bigint NOT NULL DEFAULT 1000000000000001,
    next_provision int NOT NULL DEFAULT 1,
    catalogue_version bigint NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);

CREATE TABLE issuer_setting (
    issuer_id int PRIMARY KEY REFERENCES issuer,
    activate_at_once boolean NOT NULL DEFAULT FALSE,
    retention_days int NOT NULL DEFAULT 365 CHECK (retention_days >= 0),
    imported_lengths int[] NOT NULL DEFAULT '{}',
    miss_budget int NOT NULL DEFAULT 10 CHECK (miss_budget > 0),
    miss_window_seconds int NOT NULL DEFAULT 900 CHECK (miss_window_seconds > 0),
    issuer_miss_budget int NOT NULL DEFAULT 1000 CHECK (issuer_miss_budget > 0),
    secret_tries int NOT NULL DEFAULT 5 CHECK (secret_tries > 0)
);

CREATE TABLE funding_account (
    issuer_id int NOT NULL REFERENCES issuer,
    funding_account_id int NOT NULL,
    currency char(3) NOT NULL,
    fsp text NOT NULL,
    account text NOT NULL,
    PRIMARY KEY (issuer_id, funding_account_id),
    UNIQUE (issuer_id, fsp, account)
);

CREATE TABLE programme (
    issuer_id int NOT NULL,
    programme_id int NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    funding_account_id int NOT NULL,
    PRIMARY KEY (issuer_id, programme_id),
    UNIQUE (issuer_id, code),
    FOREIGN KEY (issuer_id, funding_account_id) REFERENCES funding_account
);

CREATE TABLE voucher_group (
    issuer_id int NOT NULL,
    group_id int NOT NULL,
    programme_id int NOT NULL,
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_. -]{0,39}$'),
    version int NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paused', 'closed')),
    changed_version bigint NOT NULL,
    PRIMARY KEY (issuer_id, group_id),
    UNIQUE (issuer_id, code),
    FOREIGN KEY (issuer_id, programme_id) REFERENCES programme
);
CREATE INDEX voucher_group_changed ON voucher_group (issuer_id, changed_version);

-- What was published, never changed: stock pins the version it was provisioned from.
CREATE TABLE group_version (
    issuer_id int NOT NULL,
    group_id int NOT NULL,
    version int NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    denominations bigint[] NOT NULL,
    valid_for_days int CHECK (valid_for_days > 0),
    valid_until timestamptz,
    hold_seconds int NOT NULL CHECK (hold_seconds > 0),
    settlement text NOT NULL CHECK (settlement IN ('deferred', 'instant')),
    accepts text NOT NULL CHECK (accepts IN ('any', 'groups', 'acceptors')),
    accepts_names text[] NOT NULL DEFAULT '{}',
    number_digits int NOT NULL DEFAULT 18 CHECK (number_digits BETWEEN 16 AND 18),
    amount_minor_max bigint CHECK (amount_minor_max > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer_id, group_id, version),
    FOREIGN KEY (issuer_id, group_id) REFERENCES voucher_group,
    CHECK ((valid_for_days IS NULL) <> (valid_until IS NULL))
);
COMMENT ON COLUMN group_version.denominations IS 'minor units; empty means any amount';

CREATE TABLE acceptor (
    issuer_id int NOT NULL,
    acceptor_id int NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL CHECK (kind IN ('merchant', 'agent')),
    fsp text NOT NULL,
    account text NOT NULL,
    groups text[] NOT NULL DEFAULT '{}',
    status text NOT NULL CHECK (status IN ('draft', 'approved', 'rejected', 'suspended', 'closed')),
    daily_amount_minor_max bigint CHECK (daily_amount_minor_max > 0),
    daily_count_max int CHECK (daily_count_max > 0),
    changed_version bigint NOT NULL,
    PRIMARY KEY (issuer_id, acceptor_id),
    UNIQUE (issuer_id, name, account)
);
CREATE INDEX acceptor_changed ON acceptor (issuer_id, changed_version);

CREATE TABLE acceptor_group (
    issuer_id int NOT NULL REFERENCES issuer,
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_. -]{0,39}$'),
    name text NOT NULL,
    PRIMARY KEY (issuer_id, code)
);

-- A calling system and the digest of its key; the key itself is shown once and never kept.
CREATE TABLE client (
    issuer_id int NOT NULL REFERENCES issuer,
    client_id int NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    key_digest bytea UNIQUE,
    scopes text[] NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
    changed_version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer_id, client_id),
    UNIQUE (issuer_id, name)
);
CREATE INDEX client_changed ON client (issuer_id, changed_version);

-- Data keys, wrapped by the key-encryption key of a provider.
CREATE TABLE data_key (
    issuer_id int NOT NULL REFERENCES issuer,
    purpose text NOT NULL CHECK (purpose IN ('hash', 'seal', 'personal', 'journal', 'leaf')),
    version int NOT NULL CHECK (version BETWEEN 1 AND 32767),
    wrapped bytea NOT NULL,
    provider text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'retiring', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer_id, purpose, version)
);
CREATE UNIQUE INDEX data_key_one_active ON data_key (issuer_id, purpose) WHERE state = 'active';

-- ---------------------------------------------------------------- hot tables

-- A contiguous run of serials of one group and amount, with the cursor of what comes next.
CREATE TABLE provision (
    issuer_id int NOT NULL REFERENCES issuer,
    provision_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('stock', 'on_demand', 'import')),
    group_id int NOT NULL,
    group_version int NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    serial_first bigint NOT NULL,
    serial_last bigint NOT NULL,
    next_created bigint NOT NULL,
    next_drawn bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'ready', 'paused', 'cancelled')),
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (issuer_id, provision_id),
    FOREIGN KEY (issuer_id, group_id, group_version) REFERENCES group_version,
    CHECK (serial_first <= serial_last),
    CHECK (next_created BETWEEN serial_first AND serial_last + 1),
    CHECK (next_drawn BETWEEN serial_first AND serial_last + 1)
) WITH (fillfactor = 50);
CREATE INDEX provision_open ON provision (issuer_id, group_id, amount_minor);
CREATE INDEX provision_serial ON provision (issuer_id, serial_first);

CREATE TABLE voucher (
    issuer_id int NOT NULL,
    serial bigint NOT NULL CHECK (serial > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    expires_at timestamptz,
    hold_until timestamptz,
    changed_at timestamptz NOT NULL,
    provision_id int NOT NULL,
    group_id int NOT NULL,
    group_version smallint NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 10),
    prior_state smallint CHECK (prior_state BETWEEN 1 AND 10),
    key_version smallint NOT NULL,
    with_serial boolean NOT NULL DEFAULT FALSE,
    number_hash bytea NOT NULL,
    replaced_by bigint,
    last_operation bigint,
    PRIMARY KEY (issuer_id, serial),
    CONSTRAINT voucher_number UNIQUE (issuer_id, number_hash)
) WITH (fillfactor = 80);

-- The number itself, sealed, kept until the life of the voucher is over.
CREATE TABLE voucher_secret (
    issuer_id int NOT NULL,
    serial bigint NOT NULL,
    key_version smallint NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (issuer_id, serial)
);

-- What a caller said about the holder, sealed; goes when the voucher is purged.
CREATE TABLE voucher_comment (
    issuer_id int NOT NULL,
    serial bigint NOT NULL,
    key_version smallint NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (issuer_id, serial)
);

-- The journal of everything that changed something, and the memory for repeats.
CREATE TABLE operation (
    issuer_id int NOT NULL,
    operation_id bigint NOT NULL,
    at timestamptz NOT NULL,
    serial bigint,
    amount_minor bigint,
    leaf_number bigint NOT NULL,
    client_id int NOT NULL,
    acceptor_id int,
    action smallint NOT NULL,
    flags smallint NOT NULL DEFAULT 0,
    content_hash bytea NOT NULL,
    reference_key uuid NOT NULL,
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 128),
    actor text NOT NULL,
    subject text,
    reason text,
    previous bigint,
    PRIMARY KEY (issuer_id, operation_id),
    CONSTRAINT operation_reference UNIQUE (issuer_id, reference_key)
);
COMMENT ON COLUMN operation.reference_key IS 'digest of client, action and reference';
COMMENT ON COLUMN operation.previous IS
'the operation before it on the same voucher; voucher.last_operation begins the chain';

CREATE TABLE posting (
    issuer_id int NOT NULL,
    posting_id bigint NOT NULL,
    operation_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    funding_account_id int NOT NULL,
    debit_kind smallint NOT NULL,
    credit_kind smallint NOT NULL,
    debit_owner bigint NOT NULL,
    credit_owner bigint NOT NULL,
    PRIMARY KEY (issuer_id, posting_id),
    CHECK (debit_kind <> credit_kind OR debit_owner <> credit_owner)
);

-- Running totals: both only grow. Kinds 2 to 4, 6 and 9 can never be overdrawn.
CREATE TABLE account (
    issuer_id int NOT NULL,
    funding_account_id int NOT NULL,
    kind smallint NOT NULL,
    owner_id bigint NOT NULL,
    debit_minor bigint NOT NULL DEFAULT 0 CHECK (debit_minor >= 0),
    credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
    PRIMARY KEY (issuer_id, funding_account_id, kind, owner_id),
    CONSTRAINT account_not_overdrawn CHECK (
        CASE
            WHEN kind = 1 THEN debit_minor >= credit_minor
            WHEN kind IN (2, 3, 4, 6, 9) THEN credit_minor >= debit_minor
            ELSE TRUE
        END
    )
) WITH (fillfactor = 20);

CREATE TABLE stock_count (
    issuer_id int NOT NULL,
    group_id int NOT NULL,
    amount_minor bigint NOT NULL,
    state smallint NOT NULL,
    vouchers bigint NOT NULL DEFAULT 0 CHECK (vouchers >= 0),
    PRIMARY KEY (issuer_id, group_id, amount_minor, state)
) WITH (fillfactor = 20);

-- When which voucher expires or its hold lapses, so that sweeps never scan the vouchers.
CREATE TABLE due (
    issuer_id int NOT NULL,
    due_at timestamptz NOT NULL,
    serial bigint NOT NULL,
    PRIMARY KEY (issuer_id, due_at, serial)
);

-- How far the journal was read for vouchers whose retention is over.
CREATE TABLE purge_cursor (
    issuer_id int PRIMARY KEY REFERENCES issuer,
    next_operation bigint NOT NULL DEFAULT 1
);

CREATE TABLE leaf (
    issuer_id int NOT NULL,
    leaf_number bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (issuer_id, leaf_number)
);

-- Money on its way: written with the reservation, before anything is sent.
CREATE TABLE payment (
    issuer_id int NOT NULL,
    payment_id uuid NOT NULL,
    operation_id bigint NOT NULL,
    serial bigint NOT NULL,
    acceptor_id int NOT NULL,
    funding_account_id int NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    fsp text NOT NULL,
    debit_account text NOT NULL,
    credit_account text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'completed', 'rejected')),
    reason text,
    provider_reference text,
    tries int NOT NULL DEFAULT 0,
    next_try_at timestamptz,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (issuer_id, payment_id),
    CONSTRAINT payment_operation UNIQUE (issuer_id, operation_id)
) WITH (fillfactor = 70);
CREATE INDEX payment_pending ON payment (issuer_id, next_try_at) WHERE status = 'pending';

-- Wrong guesses, by whom; kept in a write of their own.
CREATE TABLE miss (
    issuer_id int NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('client', 'acceptor', 'terminal', 'issuer', 'voucher')),
    subject text NOT NULL,
    window_start timestamptz NOT NULL,
    misses int NOT NULL CHECK (misses > 0),
    PRIMARY KEY (issuer_id, subject_kind, subject)
);

-- One asked-for change to many vouchers, worked off in chunks; restarts go on at the cursor.
CREATE TABLE bulk (
    issuer_id int NOT NULL REFERENCES issuer,
    bulk_id int NOT NULL,
    action smallint NOT NULL,
    provision_id int,
    group_id int,
    serials bigint[],
    extend_until timestamptz,
    actor text NOT NULL,
    client_id int NOT NULL,
    reason text NOT NULL,
    next_serial bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished')),
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (issuer_id, bulk_id)
);
CREATE TABLE bulk_refusal (
    issuer_id int NOT NULL,
    bulk_id int NOT NULL,
    serial bigint NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (issuer_id, bulk_id, serial)
);

-- Files already taken in, so that the same one twice is noticed.
CREATE TABLE import_file (
    issuer_id int NOT NULL REFERENCES issuer,
    file_digest bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('vouchers', 'acceptors')),
    rows_imported int NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer_id, kind, file_digest)
);
