-- What became of the vouchers of an organisation, by group, amount and state; or of one of its
-- allocations.
--
-- In:     issuer_id int, organisation_id int, allocation_id int (null: all of them)
-- Out:    group_id, group code, currency, amount_minor (of one voucher), state, vouchers
-- Locks:  none
-- Caller: engine.figures.reading
SELECT
    a.group_id,
    g.code,
    f.currency,
    a.amount_minor,
    c.state,
    sum(c.vouchers)::bigint AS vouchers
FROM allocation AS a
INNER JOIN allocation_count AS c
    ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND a.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.organisation_id = %(organisation_id)s
    AND (%(allocation_id)s::int IS NULL OR a.allocation_id = %(allocation_id)s::int)
    AND c.vouchers <> 0
GROUP BY a.group_id, g.code, f.currency, a.amount_minor, c.state
ORDER BY g.code, a.amount_minor, c.state
