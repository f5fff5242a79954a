-- Of a list that was not sent: how many are on it, and how many may be meant by mistake.
--
-- In:     handover_id uuid
-- Out:    people, repeated, have_one
-- Locks:  none
-- Caller: portal.buyer.handovers_reading
SELECT
    count(*) AS people,
    count(*) FILTER (WHERE repeats = 'in_list') AS repeated,
    count(*) FILTER (WHERE repeats = 'has_one') AS have_one
FROM portal.handover_person
WHERE handover_id = %(handover_id)s
