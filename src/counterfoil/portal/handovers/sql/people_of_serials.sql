-- Who has these vouchers, sealed. A voucher that the issuer put in place of another has nobody here.
--
-- In:     issuer_id int, organisation_id int, serials bigint[]
-- Out:    serial, handover_id, line, sealed, handover's sent_at
-- Locks:  none
-- Caller: portal.handovers.people
SELECT
    p.serial,
    p.handover_id,
    p.line,
    p.sealed,
    h.sent_at
FROM portal.handover_person AS p
INNER JOIN portal.handover_list AS h ON p.handover_id = h.id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.organisation_id = %(organisation_id)s
    AND p.serial = any(%(serials)s::bigint[])
