-- Vouchers of which stock can be made, and the funding account that each is paid from.
--
-- In:     issuer_id int, rows_max int
-- Out:    code, name, funding_account_id
-- Locks:  none
-- Caller: portal.orchestrator.banking.rules
SELECT
    g.code,
    v.name,
    p.funding_account_id
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
WHERE g.issuer_id = %(issuer_id)s AND g.status = 'open'
ORDER BY v.name, g.code
LIMIT %(rows_max)s
