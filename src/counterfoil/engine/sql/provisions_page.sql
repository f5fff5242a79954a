-- Provisions, by id.
--
-- In:     issuer_id int, after int, rows_max int
-- Out:    the columns of ProvisionRow, in its order
-- Locks:  none
-- Caller: engine.listings
SELECT
    v.provision_id,
    v.kind,
    v.status,
    g.code,
    v.group_version,
    v.amount_minor,
    f.currency,
    v.serial_first,
    v.serial_last,
    v.next_created,
    v.next_drawn,
    v.created_at,
    v.finished_at
FROM provision AS v
INNER JOIN voucher_group AS g ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE v.issuer_id = %(issuer_id)s AND v.provision_id > %(after)s
ORDER BY v.provision_id
LIMIT %(rows_max)s
