-- Move a handover past a chunk, unless another process did that chunk.
--
-- In:     issuer_id int, handover_id uuid, before_position int, next_position int, handed int
-- Locks:  the handover, after log_head
-- Caller: engine.handing_out, in the transaction that draws the vouchers
UPDATE handover
SET
    next_position = %(next_position)s,
    handed = handed + %(handed)s,
    status = CASE WHEN %(next_position)s > vouchers THEN 'finished' ELSE status END,
    finished_at = CASE WHEN %(next_position)s > vouchers THEN now() END
WHERE
    issuer_id = %(issuer_id)s
    AND handover_id = %(handover_id)s
    AND next_position = %(before_position)s
    AND status = 'running'
