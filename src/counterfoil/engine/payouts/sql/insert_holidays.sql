-- Put down holidays, and change the names of those that there are.
--
-- In:     issuer_id int, days date[], names text[]
-- Locks:  log_head is ours
-- Caller: engine.payouts.terms
INSERT INTO bank_holiday AS h (issuer_id, day, name)
SELECT
    %(issuer_id)s,
    d.day,
    d.name
FROM unnest(%(days)s::date[], %(names)s::text[]) AS d (day, name)
ON CONFLICT (issuer_id, day) DO UPDATE
    SET name = excluded.name
    WHERE h.name <> excluded.name
