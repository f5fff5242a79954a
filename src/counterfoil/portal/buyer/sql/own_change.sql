-- A change that an organisation asked for of its vouchers: its command, and how far it is.
--
-- In:     issuer_id int, command_id uuid
-- Out:    the fields of OwnChange, in its order
-- Locks:  none
-- Caller: portal.buyer.changing
SELECT
    c.content,
    c.status,
    c.outcome,
    c.prepared_by,
    c.prepared_at,
    c.reason,
    b.bulk_id,
    coalesce(b.done, 0) AS done,
    coalesce(b.refused, 0) AS refused,
    b.status AS bulk_status
FROM command AS c
LEFT JOIN bulk AS b
    ON
        c.issuer_id = b.issuer_id
        AND b.bulk_id = CASE
            WHEN c.status = 'done' AND c.outcome ~ '^bulk:[0-9]{1,9}$'
                THEN split_part(c.outcome, ':', 2)::int
        END
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.command_id = %(command_id)s
    AND c.kind = 'change_own_vouchers'
