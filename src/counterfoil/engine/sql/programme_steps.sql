-- The steps of a programme.
--
-- In:     issuer_id, programme_id int
-- Out:    status, at, actor, reason, in order
-- Locks:  none
-- Caller: engine.programme_figures
SELECT
    status,
    at,
    actor,
    reason
FROM programme_step
WHERE issuer_id = %(issuer_id)s AND programme_id = %(programme_id)s
ORDER BY at
