-- One voucher as it stands, and the time it stands at.
--
-- In:     issuer_id int, serial bigint
-- Out:    the columns of VoucherRow, in its order
-- Locks:  none
-- Caller: engine.queries
SELECT
    v.serial,
    v.state,
    v.prior_state,
    v.amount_minor,
    f.currency,
    g.code AS group_code,
    v.group_version,
    v.provision_id,
    v.expires_at,
    v.hold_until,
    v.changed_at,
    v.replaced_by,
    now() AS read_at
FROM voucher AS v
INNER JOIN voucher_group AS g ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s
