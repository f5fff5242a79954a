-- Forget the sealed numbers of a handover.
--
-- In:     issuer_id int, handover_id uuid, now timestamptz
-- Locks:  log_head is ours
-- Caller: engine.handing_out
WITH parts AS (
    UPDATE handover_part
    SET sealed = NULL
    WHERE issuer_id = %(issuer_id)s AND handover_id = %(handover_id)s
)

UPDATE handover
SET forgotten_at = coalesce(forgotten_at, %(now)s)
WHERE issuer_id = %(issuer_id)s AND handover_id = %(handover_id)s
