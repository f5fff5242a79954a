-- That a file was refused, and why; once for the same content.
--
-- In:     issuer_id int, digest bytea, rail, name, why, brought_by text
-- Locks:  bank_look is ours
-- Caller: engine.banking.taking
INSERT INTO bank_file_refused (
    issuer_id, refusal_id, digest, rail, name, why, brought_by, refused_at
)
SELECT
    %(issuer_id)s,
    coalesce(max(r.refusal_id), 0) + 1,
    %(digest)s,
    %(rail)s,
    %(name)s,
    %(why)s,
    %(brought_by)s,
    now()
FROM bank_file_refused AS r
WHERE r.issuer_id = %(issuer_id)s
ON CONFLICT ON CONSTRAINT bank_file_refused_once DO NOTHING
