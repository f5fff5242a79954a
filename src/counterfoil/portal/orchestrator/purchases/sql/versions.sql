-- Versions of vouchers that have an amount, the current one first: where a voucher stands in
-- several lines, those that have all of its amounts.
--
-- In:     issuer_id int, codes text[], amounts bigint[] (pairs)
-- Out:    code, version
-- Locks:  none
-- Caller: portal.orchestrator.purchases.answers
WITH wanted AS (
    SELECT
        w.code,
        array_agg(w.amount_minor) AS amounts
    FROM unnest(%(codes)s::text[], %(amounts)s::bigint[]) AS w (code, amount_minor)
    GROUP BY w.code
)

SELECT
    g.code,
    v.version
FROM wanted AS w
INNER JOIN voucher_group AS g ON w.code = g.code AND g.issuer_id = %(issuer_id)s
INNER JOIN group_version AS v ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id
WHERE
    v.denominations @> w.amounts
    AND (v.valid_until IS NULL OR v.valid_until > now())
ORDER BY g.code ASC, v.version DESC
LIMIT 500
