-- Counts by group, amount and state that are not the number of such vouchers. Purged ones are
-- counted a second time by how they had ended.
--
-- In:     issuer_id int, states text[]: the words of State
-- Out:    subject, expected (vouchers), found (counted), rows
-- Locks:  none
-- Caller: engine.check
WITH vouchers AS (
    SELECT
        group_id,
        amount_minor,
        state,
        CASE WHEN state = 10 THEN prior_state END AS ended,
        count(*) AS vouchers
    FROM voucher
    WHERE issuer_id = %(issuer_id)s
    GROUP BY group_id, amount_minor, state, prior_state
),

wanted AS (
    SELECT
        group_id,
        amount_minor,
        state,
        0 AS ended,
        sum(vouchers) AS vouchers
    FROM vouchers
    GROUP BY group_id, amount_minor, state
    UNION ALL
    SELECT
        group_id,
        amount_minor,
        state,
        ended,
        vouchers
    FROM vouchers
    WHERE ended IS NOT NULL
),

counts AS (
    SELECT
        group_id,
        amount_minor,
        state,
        0 AS ended,
        vouchers
    FROM stock_count
    WHERE issuer_id = %(issuer_id)s
    UNION ALL
    SELECT
        group_id,
        amount_minor,
        10 AS state,
        state AS ended,
        vouchers
    FROM purged_count
    WHERE issuer_id = %(issuer_id)s
)

SELECT
    format(
        '%%s in group %%s%%s',
        (%(states)s::text[])[state],
        group_id,
        ' that were ' || (%(states)s::text[])[nullif(ended, 0)]
    ) AS subject,
    coalesce(v.vouchers, 0)::bigint AS expected,
    coalesce(c.vouchers, 0) AS found,
    ARRAY[format('amount %%s', amount_minor)] AS row_names
FROM wanted AS v
FULL JOIN counts AS c USING (group_id, amount_minor, state, ended) -- noqa: ST07
WHERE coalesce(v.vouchers, 0) <> coalesce(c.vouchers, 0)
ORDER BY group_id, amount_minor, state, ended
LIMIT 1000
