-- The next stocked serials of one provision, from its cursor; cancelled ones are skipped.
--
-- In:     issuer_id int, provision_id int, next_drawn bigint, next_created bigint, wanted int
-- Out:    serials, ascending
-- Locks:  none: the provision is locked, and the batch looks at them again under log_head
-- Caller: engine.apply, after lock_provisions
SELECT v.serial
FROM voucher AS v
WHERE
    v.issuer_id = %(issuer_id)s
    AND v.serial >= %(next_drawn)s
    AND v.serial < %(next_created)s
    AND v.provision_id = %(provision_id)s
    AND v.state = 1
ORDER BY v.serial
LIMIT %(wanted)s
