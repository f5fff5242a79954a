-- Whether purchases of a programme are paid and not allocated yet.
--
-- In:     issuer_id int, programme_id int
-- Out:    one row if so
-- Locks:  none; runs under log_head
-- Caller: engine.programme_steps
SELECT s.sale_id
FROM sale AS s
INNER JOIN allocation AS a ON s.issuer_id = a.issuer_id AND s.sale_id = a.sale_id
INNER JOIN voucher_group AS g ON a.issuer_id = g.issuer_id AND a.group_id = g.group_id
WHERE
    s.issuer_id = %(issuer_id)s
    AND s.finished_at IS NULL
    AND s.status = 'allocating'
    AND g.programme_id = %(programme_id)s
ORDER BY s.created_at
LIMIT 1
