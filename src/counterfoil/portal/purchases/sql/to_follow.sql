-- Purchases that the engine has moved on since they were looked at.
--
-- In:     issuer_id int (null: of any), purchase_id uuid (null: any), rows_max int
-- Out:    issuer_id, the purchase's id; what changed first comes first
-- Locks:  none
-- Caller: portal.purchases.following
SELECT
    p.issuer_id,
    p.id
FROM portal.purchase AS p
LEFT JOIN command AS c ON p.issuer_id = c.issuer_id AND p.command_id = c.command_id
LEFT JOIN sale AS s ON p.issuer_id = s.issuer_id AND p.sale_id = s.sale_id
WHERE
    (%(issuer_id)s::int IS NULL OR p.issuer_id = %(issuer_id)s::int)
    AND (%(purchase_id)s::uuid IS NULL OR p.id = %(purchase_id)s::uuid)
    AND p.status IN ('holding', 'quoted', 'proof', 'returned', 'recorded', 'allocating')
    AND CASE p.status
        WHEN 'holding'
            THEN
                c.status IN ('refused', 'rejected', 'withdrawn', 'expired')
                OR s.status <> 'holding'
        WHEN 'recorded' THEN c.status <> 'waiting'
        WHEN 'allocating' THEN s.status = 'allocated'
        ELSE s.status IN ('releasing', 'released')
    END
ORDER BY p.changed_at
LIMIT %(rows_max)s
