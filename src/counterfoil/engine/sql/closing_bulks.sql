-- The bulk changes of the closing of a programme, and how far each is.
--
-- In:     issuer_id, programme_id int
-- Out:    bulk_id, action, done, refused, status, finished_at, in order
-- Locks:  none
-- Caller: engine.programme_figures, engine.programme_steps
SELECT
    bulk_id,
    action,
    done,
    refused,
    status,
    finished_at
FROM bulk
WHERE issuer_id = %(issuer_id)s AND programme_id = %(programme_id)s
ORDER BY bulk_id
