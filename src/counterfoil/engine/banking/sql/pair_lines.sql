-- Lines of payments that a notification names by one reference and a statement by another: of those
-- that are alike, the first of the one is the first of the other, the second the second, and so on.
-- What the ledger has of a notification's line goes over to the statement's; of more lines on either
-- side than on the other, those stay that are more.
--
-- In:     issuer_id int, payment_ids uuid[]
-- Locks:  bank_look is ours
-- Caller: engine.banking.taking
WITH told AS (
    SELECT
        e.entry_id,
        e.status,
        e.funding_account_id,
        e.payment_id,
        e.is_credit,
        e.amount_minor,
        e.value_on,
        e.return_because IS NOT NULL AS is_back,
        e.statement_id IS NOT NULL AS is_stated,
        e.statement_id IS NOT NULL AND e.is_notified AS is_one,
        m.entry_id IS NOT NULL AS is_matched,
        row_number() OVER (
            PARTITION BY
                e.funding_account_id, e.payment_id, e.is_credit, e.return_because IS NOT NULL,
                e.amount_minor, e.value_on, e.statement_id IS NOT NULL,
                e.statement_id IS NOT NULL AND e.is_notified
            ORDER BY e.entry_id
        ) AS nth
    FROM bank_entry AS e
    LEFT JOIN LATERAL (
        SELECT x.entry_id
        FROM bank_match AS x
        WHERE x.issuer_id = %(issuer_id)s AND x.entry_id = e.entry_id
        ORDER BY x.operation_id
        LIMIT 1
    ) AS m ON TRUE
    WHERE e.issuer_id = %(issuer_id)s AND e.payment_id = any(%(payment_ids)s::uuid[])
),

paired AS (
    SELECT
        entry_id,
        status,
        is_stated,
        count(*) OVER both_sides = 2 AND NOT bool_and(is_matched) OVER both_sides AS is_pair,
        max(entry_id) FILTER (WHERE is_stated) OVER both_sides AS stated_id,
        max(status) FILTER (WHERE NOT is_stated AND is_matched) OVER both_sides AS status_given
    FROM told
    WINDOW
        both_sides AS (
            PARTITION BY
                funding_account_id, payment_id, is_credit, is_back, amount_minor, value_on, is_one,
                nth
        )
),

given AS (
    UPDATE bank_match AS m
    SET entry_id = p.stated_id
    FROM paired AS p
    WHERE
        m.issuer_id = %(issuer_id)s
        AND m.entry_id = p.entry_id
        AND p.is_pair
        AND NOT p.is_stated
),

pointed AS (
    UPDATE bank_exception AS b
    SET entry_id = p.stated_id
    FROM paired AS p
    WHERE
        b.issuer_id = %(issuer_id)s
        AND b.ended_at IS NULL
        AND b.entry_id = p.entry_id
        AND p.is_pair
        AND NOT p.is_stated
),

stands AS (
    SELECT
        entry_id,
        CASE
            WHEN is_pair AND NOT is_stated THEN 'repeated'
            WHEN is_pair AND status_given IS NOT NULL THEN status_given
            WHEN status = 'repeated' THEN 'unexplained'
            ELSE status
        END AS status
    FROM paired
)

UPDATE bank_entry AS e
SET status = s.status
FROM stands AS s
WHERE e.issuer_id = %(issuer_id)s AND e.entry_id = s.entry_id AND e.status <> s.status
