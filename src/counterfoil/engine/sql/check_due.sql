-- Vouchers in use that no sweep would ever find when they expire or their hold lapses.
--
-- In:     issuer_id int, states text[]: the words of State
-- Out:    subject, expected, found (as microseconds since 1970), rows
-- Locks:  none
-- Caller: engine.check
WITH noted AS (
    SELECT
        serial,
        min(due_at) AS due_at
    FROM due
    WHERE issuer_id = %(issuer_id)s
    GROUP BY serial
),

waiting AS (
    SELECT
        serial,
        state,
        CASE WHEN state = 2 THEN least(expires_at, hold_until) ELSE expires_at END AS due_at
    FROM voucher
    WHERE issuer_id = %(issuer_id)s AND state IN (2, 3, 6, 7)
)

SELECT
    format('sweep of a voucher that is %%s', (%(states)s::text[])[w.state]) AS subject,
    (extract(EPOCH FROM w.due_at) * 1000000)::bigint AS expected,
    (extract(EPOCH FROM n.due_at) * 1000000)::bigint AS found,
    ARRAY[format('voucher %%s', w.serial)] AS row_names
FROM waiting AS w
LEFT JOIN noted AS n ON w.serial = n.serial
WHERE w.due_at IS NOT NULL AND (n.due_at IS NULL OR n.due_at > w.due_at)
ORDER BY w.serial
LIMIT 1000
