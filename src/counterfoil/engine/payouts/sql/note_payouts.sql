-- Where payouts stand. Each is looked up by its key, one by one: the planner, who does not know how
-- many there are by now, would hold each against all.
--
-- In:     issuer_id int, now timestamptz, and arrays of one length: run_ids, acceptor_ids, statuses,
--         reasons (null: none)
-- Locks:  log_head is ours
-- Caller: engine.payouts.outcomes
WITH told AS (
    SELECT
        t.run_id,
        t.acceptor_id,
        t.status,
        t.reason
    FROM
        unnest(
            %(run_ids)s::int[], %(acceptor_ids)s::int[], %(statuses)s::text[], %(reasons)s::text[]
        ) AS t (run_id, acceptor_id, status, reason)
),

moved AS (
    SELECT
        x.place,
        t.status,
        t.reason
    FROM told AS t
    CROSS JOIN
        LATERAL (
            SELECT p.ctid AS place
            FROM payout AS p
            WHERE
                p.issuer_id = %(issuer_id)s
                AND p.run_id = t.run_id
                AND p.acceptor_id = t.acceptor_id
            ORDER BY p.acceptor_id
            LIMIT 1
        ) AS x
)

UPDATE payout AS p
SET status = m.status, reason = m.reason, changed_at = %(now)s
FROM moved AS m
WHERE p.ctid = m.place
