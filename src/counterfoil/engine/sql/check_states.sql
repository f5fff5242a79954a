-- Vouchers whose state is not what the last operation on them led to, or that do not remember
-- where they came from.
--
-- In:     issuer_id int, states text[]: the words of State; led_from smallint[], led_to smallint[]:
--         pairs of an action as the journal has it, 0 for none, and a state it may lead to
-- Out:    subject, expected (the last action), found (the state), rows
-- Locks:  none
-- Caller: engine.check
WITH last_ids AS (
    SELECT
        serial,
        max(operation_id) AS operation_id
    FROM operation
    WHERE issuer_id = %(issuer_id)s AND serial IS NOT NULL
    GROUP BY serial
),

last_done AS (
    SELECT
        l.serial,
        o.action
    FROM last_ids AS l
    INNER JOIN operation AS o
        ON o.issuer_id = %(issuer_id)s AND l.operation_id = o.operation_id
),

led AS (
    SELECT
        action,
        array_agg(state) AS states
    FROM unnest(%(led_from)s::smallint[], %(led_to)s::smallint[]) AS u (action, state)
    GROUP BY action
)

SELECT
    format('voucher that is %%s', (%(states)s::text[])[v.state]) AS subject,
    coalesce(d.action, 0)::bigint AS expected,
    v.state::bigint AS found,
    ARRAY[format('voucher %%s', v.serial)] AS row_names
FROM voucher AS v
INNER JOIN provision AS p
    ON p.issuer_id = %(issuer_id)s AND v.provision_id = p.provision_id
LEFT JOIN last_done AS d ON v.serial = d.serial
LEFT JOIN led AS l ON d.action = l.action
CROSS JOIN
    LATERAL (
        VALUES (
            CASE
                WHEN d.action IS NOT NULL THEN coalesce(v.state = any(l.states), FALSE)
                WHEN p.kind = 'stock' THEN v.state = 1
                WHEN p.kind = 'on_demand' THEN v.state IN (2, 3)
                ELSE TRUE
            END,
            CASE
                WHEN v.state IN (6, 7) THEN coalesce(v.prior_state, 0) IN (2, 3)
                WHEN v.state = 10 THEN coalesce(v.prior_state, 0) IN (5, 8, 9)
                ELSE v.prior_state IS NULL
            END
        )
    ) AS c (state_follows, prior_fits)
WHERE v.issuer_id = %(issuer_id)s AND NOT (c.state_follows AND c.prior_fits)
ORDER BY v.serial
LIMIT 1000
