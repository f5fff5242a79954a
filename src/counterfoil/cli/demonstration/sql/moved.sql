-- What went into funding accounts and out of them as banks know it, but for payments of vouchers; and
-- what organisations paid in that waits for an approval.
--
-- In:     fsp text: whose accounts
-- Out:    the bank's account, its reference, amount, whether it went out
-- Locks:  none
-- Caller: cli.demonstration.banking
SELECT
    f.account,
    o.reference,
    p.amount_minor,
    o.action IN (103, 125) AS is_out
FROM operation AS o
INNER JOIN posting AS p ON o.issuer_id = p.issuer_id AND o.operation_id = p.operation_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE o.action IN (102, 103, 124, 125) AND f.fsp = %(fsp)s
UNION ALL
SELECT
    f.account,
    w.bank_reference AS reference,
    w.amount_minor,
    FALSE AS is_out
FROM portal.purchase_payment AS w
INNER JOIN funding_account AS f
    ON w.issuer_id = f.issuer_id AND w.funding_account_id = f.funding_account_id
WHERE w.ended = '' AND w.amount_minor > 0 AND f.fsp = %(fsp)s
ORDER BY is_out
