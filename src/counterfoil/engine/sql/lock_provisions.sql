-- Lock the stock cursors from which a batch may draw.
--
-- In:     issuer_id int, group_ids int[], amounts bigint[]: pairs
-- Out:    provisions with something left, oldest first, with the version they were made from;
--         none whose validity has ended
-- Locks:  those provisions, in order, before log_head
-- Caller: engine.reading, first statement where stock is drawn
SELECT
    p.provision_id,
    p.group_id,
    p.group_version,
    p.amount_minor,
    p.next_drawn,
    p.next_created
FROM provision AS p
WHERE
    p.issuer_id = %(issuer_id)s
    AND (p.group_id, p.amount_minor) IN (
        SELECT
            w.group_id,
            w.amount_minor
        FROM unnest(%(group_ids)s::int[], %(amounts)s::bigint[]) AS w (group_id, amount_minor)
    )
    AND p.status IN ('ready', 'running')
    AND p.kind <> 'on_demand'
    AND p.next_drawn < p.next_created
    AND NOT EXISTS (
        SELECT v.version
        FROM group_version AS v
        WHERE
            v.issuer_id = %(issuer_id)s
            AND v.group_id = p.group_id
            AND v.version = p.group_version
            AND v.valid_until <= now()
    )
ORDER BY p.provision_id
FOR NO KEY UPDATE
