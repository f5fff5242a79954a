-- What is printed of vouchers beside their numbers.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    the fields of Face, in its order
-- Locks:  none
-- Caller: portal.handovers.opening
SELECT
    v.serial,
    g.name,
    v.amount_minor,
    f.currency,
    v.expires_at,
    v.state,
    g.picture,
    g.valid_for_days
FROM voucher AS v
INNER JOIN group_version AS g
    ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id AND v.group_version = g.version
INNER JOIN voucher_group AS c ON v.issuer_id = c.issuer_id AND v.group_id = c.group_id
INNER JOIN programme AS p ON c.issuer_id = p.issuer_id AND c.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE v.issuer_id = %(issuer_id)s AND v.serial = any(%(serials)s::bigint[])
