-- Move stock cursors past what was drawn; blocks of stock on demand are created as they are drawn.
--
-- In:     issuer_id int, provision_ids int[], next_drawns bigint[], next_createds bigint[]
-- Locks:  the provisions are locked already
-- Caller: engine.apply
UPDATE provision AS p
SET next_drawn = m.next_drawn, next_created = m.next_created
FROM
    unnest(
        %(provision_ids)s::int[], %(next_drawns)s::bigint[], %(next_createds)s::bigint[]
    ) AS m (provision_id, next_drawn, next_created)
WHERE p.issuer_id = %(issuer_id)s AND p.provision_id = m.provision_id
