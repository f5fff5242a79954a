-- What has a number: a voucher, a provision, an allocation, or a purchase.
--
-- In:     issuer_id int, serial bigint (null: no voucher is meant), number int (null: none of the
--         others is), is_purchase boolean (a purchase is meant, and nothing else)
-- Out:    kind (voucher, provision, allocation, purchase), its key; of a purchase number and id
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.searching
SELECT
    'voucher' AS kind,
    v.serial::text AS key
FROM voucher AS v
WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s::bigint
UNION ALL
SELECT
    'provision' AS kind,
    p.provision_id::text AS key
FROM provision AS p
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.provision_id = %(number)s::int
    AND p.kind <> 'on_demand'
    AND NOT %(is_purchase)s
UNION ALL
SELECT
    'allocation' AS kind,
    a.allocation_id::text AS key
FROM allocation AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.allocation_id = %(number)s::int
    AND NOT %(is_purchase)s
UNION ALL
SELECT
    'purchase' AS kind,
    u.number || ' ' || u.id AS key
FROM portal.purchase AS u
WHERE u.issuer_id = %(issuer_id)s AND u.number = %(number)s::int AND %(is_purchase)s
LIMIT 10
