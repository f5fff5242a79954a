-- Files of a bank that people bring to the portal, until a worker has taken them in or refused them.
-- What is in one is forgotten then: all that counts of it is kept as the bank's lines.
CREATE TABLE bank_file_brought (
    issuer_id int NOT NULL REFERENCES issuer,
    brought_id uuid NOT NULL,
    rail text NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    digest bytea NOT NULL,
    content bytea,
    brought_by text NOT NULL,
    brought_at timestamptz NOT NULL DEFAULT now(),
    seal bytea NOT NULL,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'taken', 'refused')),
    next_try_at timestamptz NOT NULL DEFAULT now(),
    file_id int,
    why text,
    ended_at timestamptz,
    PRIMARY KEY (issuer_id, brought_id),
    CHECK (octet_length(content) <= 20 * 1024 * 1024),
    CHECK ((status = 'waiting') = (content IS NOT NULL)),
    CHECK ((status = 'waiting') = (ended_at IS NULL)),
    CHECK ((status = 'taken') = (file_id IS NOT NULL)),
    CHECK ((status = 'refused') = (why IS NOT NULL))
);
CREATE INDEX bank_file_brought_waiting ON bank_file_brought (issuer_id, next_try_at)
WHERE status = 'waiting';
CREATE INDEX bank_file_brought_lately ON bank_file_brought (issuer_id, brought_at DESC);
COMMENT ON COLUMN bank_file_brought.seal IS 'of the portal, over who brings what';
COMMENT ON COLUMN bank_file_brought.next_try_at IS
'a worker that takes it in has until then; what a killed one left is taken over';
