-- The people of a handover from a position on, with what each got.
--
-- In:     issuer_id int, handover_id uuid, after_position int, rows_max int, refused boolean (only
--         those who got nothing)
-- Out:    position, line, sealed, replaces, serial (0: none), outcome (both null: not tried yet)
-- Locks:  none
-- Caller: portal.buyer.handovers_reading
SELECT
    p.position,
    p.line,
    p.sealed,
    p.replaces,
    t.serials[p.position - t.first_position + 1] AS serial,
    t.outcomes[p.position - t.first_position + 1] AS outcome
FROM portal.handover_person AS p
LEFT JOIN LATERAL (
    SELECT
        w.first_position,
        w.serials,
        w.outcomes
    FROM handover_part AS w
    WHERE
        w.issuer_id = %(issuer_id)s
        AND w.handover_id = %(handover_id)s
        AND w.first_position <= p.position
    ORDER BY w.first_position DESC
    LIMIT 1
) AS t ON TRUE
WHERE
    p.handover_id = %(handover_id)s
    AND p.position > %(after_position)s
    AND (NOT %(refused)s OR t.serials[p.position - t.first_position + 1] = 0)
ORDER BY p.position
LIMIT %(rows_max)s
