-- Funding accounts where what was redeemed is not somewhere: settled with the acceptor at once,
-- payable, in transit, paid out, given back, or kept as commission (less incentives earned).
--
-- In:     issuer_id int
-- Out:    subject, expected (redeemed), found (accounted for), rows
-- Locks:  none
-- Caller: engine.check
WITH moved AS (
    SELECT
        funding_account_id,
        coalesce(sum(amount_minor) FILTER (
            WHERE debit_kind = 4 AND credit_kind IN (1, 5)
        ), 0) AS redeemed,
        coalesce(sum(amount_minor) FILTER (
            WHERE debit_kind = 4 AND credit_kind = 1
        ), 0) AS settled,
        coalesce(sum(amount_minor) FILTER (
            WHERE debit_kind = 9 AND credit_kind = 1
        ), 0) - coalesce(sum(amount_minor) FILTER (
            WHERE debit_kind = 1 AND credit_kind = 5
        ), 0) AS paid_out,
        coalesce(sum(amount_minor) FILTER (
            WHERE debit_kind = 5 AND credit_kind IN (2, 7, 10)
        ), 0) - coalesce(sum(amount_minor) FILTER (
            WHERE debit_kind = 10 AND credit_kind = 5
        ), 0) AS given_back
    FROM posting
    WHERE issuer_id = %(issuer_id)s
    GROUP BY funding_account_id
),

owed AS (
    SELECT
        funding_account_id,
        sum(credit_minor - debit_minor) AS owed
    FROM account
    WHERE issuer_id = %(issuer_id)s AND kind IN (5, 9)
    GROUP BY funding_account_id
)

SELECT
    format('redeemed from funding account %%s', m.funding_account_id) AS subject,
    m.redeemed::bigint AS expected,
    (m.settled + coalesce(o.owed, 0) + m.paid_out + m.given_back)::bigint AS found,
    ARRAY[
        format('settled %%s', m.settled),
        format('payable and in transit %%s', coalesce(o.owed, 0)),
        format('paid out %%s', m.paid_out),
        format('given back %%s', m.given_back)
    ] AS row_names
FROM moved AS m
LEFT JOIN owed AS o ON m.funding_account_id = o.funding_account_id
WHERE m.redeemed <> m.settled + coalesce(o.owed, 0) + m.paid_out + m.given_back
ORDER BY m.funding_account_id
LIMIT 1000
