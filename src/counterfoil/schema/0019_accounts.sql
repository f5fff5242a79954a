-- Rails as the workers have them, what providers say of the accounts that are paid, and whose an
-- identifier is.

-- Routes name rails; where one pays at once, an instant redemption can be paid by it.
CREATE TABLE rail (
    issuer_id int NOT NULL REFERENCES issuer,
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    is_online boolean NOT NULL,
    PRIMARY KEY (issuer_id, name)
);

ALTER TABLE issuer_setting
ADD COLUMN verify_accounts text NOT NULL DEFAULT 'never' CHECK (
    verify_accounts IN ('never', 'registration', 'redemption')
);
COMMENT ON COLUMN issuer_setting.verify_accounts IS
'registration: each account once; redemption: again and again, and nothing is paid at once to one'
' that is not found';

-- The last answer about where an acceptor is paid.
CREATE TABLE account_answer (
    issuer_id int NOT NULL,
    acceptor_id int NOT NULL,
    account_hash bytea NOT NULL,
    rail text NOT NULL,
    status text NOT NULL CHECK (status IN ('found', 'not_found', 'unknown')),
    currency char(3),
    holder_matches boolean,
    asked_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, acceptor_id),
    FOREIGN KEY (issuer_id, acceptor_id) REFERENCES acceptor,
    CHECK (asked_at < valid_until)
);
CREATE INDEX account_answer_missing ON account_answer (issuer_id, acceptor_id)
WHERE status = 'not_found';
COMMENT ON COLUMN account_answer.account_hash IS
'of scheme, provider and account: an answer about another account than today''s counts no more';
COMMENT ON COLUMN account_answer.holder_matches IS
'whether the provider calls the holder as we do; its name for it is not kept';

-- What a source said of an identifier. Neither the identifier nor the account can be read from it.
CREATE TABLE account_lookup (
    issuer_id int NOT NULL REFERENCES issuer,
    identifier_hash bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('found', 'not_found')),
    source text NOT NULL,
    fsp text,
    currency char(3),
    account_masked text,
    asked_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, identifier_hash),
    CHECK (asked_at < valid_until)
);
CREATE INDEX account_lookup_over ON account_lookup (issuer_id, valid_until);

-- Which provider has the telephone numbers that begin so. The longest beginning counts.
CREATE TABLE number_range (
    issuer_id int NOT NULL REFERENCES issuer,
    prefix text NOT NULL CHECK (prefix ~ '^[1-9][0-9]{0,14}$'),
    fsp text NOT NULL CHECK (fsp <> ''),
    PRIMARY KEY (issuer_id, prefix)
);

-- Telephone numbers that moved to another provider, by a keyed hash.
CREATE TABLE ported_number (
    issuer_id int NOT NULL REFERENCES issuer,
    number_hash bytea NOT NULL,
    fsp text NOT NULL CHECK (fsp <> ''),
    PRIMARY KEY (issuer_id, number_hash)
);
