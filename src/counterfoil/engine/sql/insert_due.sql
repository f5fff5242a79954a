-- Note when vouchers expire or their holds lapse.
--
-- In:     issuer_id int, due_ats timestamptz[], serials bigint[]
-- Locks:  log_head is ours
-- Caller: engine.apply
INSERT INTO due (issuer_id, due_at, serial)
SELECT
    %(issuer_id)s,
    d.due_at,
    d.serial
FROM unnest(%(due_ats)s::TIMESTAMPTZ[], %(serials)s::BIGINT[]) AS d (due_at, serial)
ON CONFLICT DO NOTHING
