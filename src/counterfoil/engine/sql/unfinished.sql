-- The provisions of a programme that are not complete.
--
-- In:     issuer_id int, code text: the programme's
-- Out:    provision_id, the face value of what is still to create
-- Locks:  none; runs under log_head, after lock_unfinished
-- Caller: engine.programme_steps
SELECT
    v.provision_id,
    v.amount_minor * (v.serial_last + 1 - v.next_created) AS earmarked_minor
FROM provision AS v
INNER JOIN voucher_group AS g ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
WHERE
    v.issuer_id = %(issuer_id)s
    AND p.code = %(code)s
    AND v.kind = 'stock'
    AND v.status IN ('running', 'paused')
    AND v.next_created <= v.serial_last
ORDER BY v.provision_id
