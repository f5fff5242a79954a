-- Vouchers in the place of others belong to whom those belonged.
--
-- In:     issuer_id int, serials bigint[], allocation_ids int[], provision_ids int[]
-- Locks:  log_head is ours
-- Caller: engine.writing
INSERT INTO allocation_range (
    issuer_id, serial_first, serial_last, next_drawn, allocation_id, provision_id, group_id,
    group_version, amount_minor, vouchers, status
)
SELECT
    %(issuer_id)s,
    n.replacement AS serial_first,
    n.replacement AS serial_last,
    n.replacement + 1 AS next_drawn,
    a.allocation_id,
    n.provision_id,
    a.group_id,
    a.group_version,
    a.amount_minor,
    1,
    'replacement'
FROM allocation AS a
INNER JOIN
    unnest( -- noqa: PRS
        %(serials)s::bigint[], %(allocation_ids)s::int[], %(provision_ids)s::int[]
    ) AS n (replacement, allocation_id, provision_id)
    ON a.allocation_id = n.allocation_id
WHERE a.issuer_id = %(issuer_id)s
