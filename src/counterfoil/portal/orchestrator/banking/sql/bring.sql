-- Keep a file that somebody brought, until a worker has dealt with it. Sent twice, it is kept once.
--
-- In:     issuer_id int, brought_id uuid, rail, name text, digest, content bytea, brought_by text,
--         seal bytea
-- Out:    a row if it is new
-- Locks:  none
-- Caller: portal.orchestrator.banking.bringing
INSERT INTO bank_file_brought (
    issuer_id, brought_id, rail, name, digest, content, brought_by, seal
)
VALUES (
    %(issuer_id)s,
    %(brought_id)s,
    %(rail)s,
    %(name)s,
    %(digest)s,
    %(content)s,
    %(brought_by)s,
    %(seal)s
)
ON CONFLICT DO NOTHING
RETURNING brought_id
