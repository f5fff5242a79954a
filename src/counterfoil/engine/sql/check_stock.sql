-- Counts by group, amount and state that are not the number of such vouchers.
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
        count(*) AS vouchers
    FROM voucher
    WHERE issuer_id = %(issuer_id)s
    GROUP BY group_id, amount_minor, state
),

counts AS (
    SELECT
        group_id,
        amount_minor,
        state,
        vouchers
    FROM stock_count
    WHERE issuer_id = %(issuer_id)s
)

SELECT
    format('%%s in group %%s', (%(states)s::text[])[state], group_id) AS subject,
    coalesce(v.vouchers, 0) AS expected,
    coalesce(c.vouchers, 0) AS found,
    ARRAY[format('amount %%s', amount_minor)] AS row_names
FROM vouchers AS v
FULL JOIN counts AS c USING (group_id, amount_minor, state) -- noqa: ST07
WHERE coalesce(v.vouchers, 0) <> coalesce(c.vouchers, 0)
ORDER BY group_id, amount_minor, state
LIMIT 1000
