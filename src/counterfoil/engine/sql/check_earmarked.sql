-- Provisions whose earmarked money is not the face value of what they have still to create.
--
-- In:     issuer_id int
-- Out:    subject, expected (still to create), found (earmarked), rows
-- Locks:  none
-- Caller: engine.check
WITH missing AS (
    SELECT
        provision_id,
        CASE
            WHEN kind = 'stock' AND status <> 'cancelled'
                THEN amount_minor::numeric * (serial_last + 1 - next_created)
            ELSE 0
        END AS value_minor
    FROM provision
    WHERE issuer_id = %(issuer_id)s
),

earmarked AS (
    SELECT
        owner_id AS provision_id,
        sum(credit_minor - debit_minor) AS value_minor
    FROM account
    WHERE issuer_id = %(issuer_id)s AND kind = 3
    GROUP BY owner_id
)

SELECT
    format('earmarked:%%s', provision_id) AS subject,
    coalesce(m.value_minor, 0)::bigint AS expected,
    coalesce(e.value_minor, 0)::bigint AS found,
    ARRAY[format('provision %%s', provision_id)] AS row_names
FROM missing AS m
FULL JOIN earmarked AS e USING (provision_id) -- noqa: ST07
WHERE coalesce(m.value_minor, 0) <> coalesce(e.value_minor, 0)
ORDER BY provision_id
LIMIT 1000
