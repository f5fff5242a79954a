-- Vouchers of one allocation by state: those it was sold, and those that took their place.
--
-- In:     issuer_id int, allocation_id int
-- Out:    as count_listed
-- Locks:  none
-- Caller: portal.orchestrator.stock.counting
SELECT
    c.state,
    c.vouchers,
    c.vouchers * a.amount_minor AS amount_minor,
    f.currency,
    o.organisation_id,
    o.name AS organisation,
    FALSE AS is_held,
    w.unused_value
FROM allocation AS a
INNER JOIN allocation_count AS c
    ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id
INNER JOIN sale AS s ON s.issuer_id = %(issuer_id)s AND a.sale_id = s.sale_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND s.funding_account_id = f.funding_account_id
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
INNER JOIN group_version AS w
    ON
        w.issuer_id = %(issuer_id)s
        AND a.group_id = w.group_id
        AND a.group_version = w.version
WHERE a.issuer_id = %(issuer_id)s AND a.allocation_id = %(allocation_id)s AND c.vouchers > 0
ORDER BY c.state
LIMIT 20
