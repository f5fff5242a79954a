-- What became of payments of payouts. Each is looked up by its key, one by one: the planner, who does
-- not know how many there are by now, would hold each against all.
--
-- In:     issuer_id int, now timestamptz, and arrays of one length: payment_ids, statuses, reasons
--         (null: none), provider_references (null: none), completed_by and returned_by (the
--         operations that did it now; null: none)
-- Locks:  the payments are locked already
-- Caller: engine.payouts.outcomes
WITH told AS (
    SELECT
        t.payment_id,
        t.status,
        t.reason,
        t.provider_reference,
        t.completed_by,
        t.returned_by
    FROM
        unnest(
            %(payment_ids)s::uuid[],
            %(statuses)s::text[],
            %(reasons)s::text[],
            %(provider_references)s::text[],
            %(completed_by)s::bigint[],
            %(returned_by)s::bigint[]
        ) AS t (payment_id, status, reason, provider_reference, completed_by, returned_by)
),

moved AS (
    SELECT
        x.place,
        t.status,
        t.reason,
        t.provider_reference,
        t.completed_by,
        t.returned_by
    FROM told AS t
    CROSS JOIN
        LATERAL (
            SELECT p.ctid AS place
            FROM payment AS p
            WHERE p.issuer_id = %(issuer_id)s AND p.payment_id = t.payment_id
            ORDER BY p.payment_id
            LIMIT 1
        ) AS x
)

UPDATE payment AS p
SET
    status = m.status,
    accepted_at = coalesce(p.accepted_at, %(now)s),
    reason = m.reason,
    provider_reference = coalesce(m.provider_reference, p.provider_reference),
    completed_by = coalesce(m.completed_by, p.completed_by),
    returned_by = coalesce(m.returned_by, p.returned_by),
    next_try_at = CASE WHEN m.status = 'pending' THEN p.next_try_at END,
    leased_until = CASE WHEN m.status = 'pending' THEN p.leased_until END,
    finished_at = CASE WHEN m.status <> 'pending' THEN %(now)s END
FROM moved AS m
WHERE p.ctid = m.place
