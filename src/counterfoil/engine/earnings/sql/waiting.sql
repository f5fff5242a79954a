-- Funding accounts from which agents earn more than the budget has.
--
-- In:     issuer_id int
-- Out:    funding_account_id, currency, since, needs_minor, left_minor, operations_behind
-- Locks:  none
-- Caller: engine.earnings.reading
SELECT
    c.funding_account_id,
    f.currency,
    c.waits_since AS since,
    c.needs_minor,
    coalesce(a.credit_minor - a.debit_minor, 0) AS left_minor,
    h.next_operation - c.next_operation AS operations_behind
FROM earning_cursor AS c
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND c.funding_account_id = f.funding_account_id
INNER JOIN log_head AS h ON h.issuer_id = %(issuer_id)s
LEFT JOIN account AS a
    ON
        a.issuer_id = %(issuer_id)s
        AND c.funding_account_id = a.funding_account_id
        AND a.kind = 10
        AND a.owner_id = 0
WHERE c.issuer_id = %(issuer_id)s AND c.waits_since IS NOT NULL
ORDER BY c.funding_account_id
