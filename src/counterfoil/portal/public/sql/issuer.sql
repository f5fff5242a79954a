-- An issuer, by the code in an address.
--
-- In:     code text
-- Out:    issuer_id, name
-- Locks:  none
-- Caller: portal.public.applicant
SELECT
    issuer_id,
    name
FROM issuer
WHERE code = %(code)s
ORDER BY issuer_id
LIMIT 1
