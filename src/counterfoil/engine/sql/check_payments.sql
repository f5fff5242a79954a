-- Vouchers being redeemed without exactly one pending payment of their amount, and pending
-- payments of vouchers that are not being redeemed.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH pending AS (
    SELECT
        serial,
        count(*) AS payments,
        sum(amount_minor) AS amount_minor
    FROM payment
    WHERE issuer_id = %(issuer_id)s AND status = 'pending' AND serial IS NOT NULL
    GROUP BY serial
),

redeeming AS (
    SELECT
        serial,
        amount_minor
    FROM voucher
    WHERE issuer_id = %(issuer_id)s AND state = 4
)

SELECT
    'pending payments of a voucher being redeemed' AS subject,
    (r.serial IS NOT NULL)::int AS expected,
    coalesce(p.payments, 0) AS found,
    ARRAY[format('voucher %%s', serial)] AS row_names
FROM redeeming AS r
FULL JOIN pending AS p USING (serial) -- noqa: ST07
WHERE (r.serial IS NOT NULL)::int <> coalesce(p.payments, 0)
UNION ALL
SELECT
    'amount of the pending payment' AS subject,
    r.amount_minor AS expected,
    p.amount_minor::bigint AS found,
    ARRAY[format('voucher %%s', r.serial)] AS row_names
FROM redeeming AS r
INNER JOIN pending AS p ON r.serial = p.serial AND r.amount_minor <> p.amount_minor
LIMIT 1000
