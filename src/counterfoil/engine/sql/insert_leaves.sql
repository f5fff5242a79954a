-- Append leaves to the integrity log.
--
-- In:     issuer_id int, first_leaf bigint, bodies bytea[]
-- Locks:  log_head is ours, so the numbers have no gaps
-- Caller: engine.journal
INSERT INTO leaf (issuer_id, leaf_number, body)
SELECT
    %(issuer_id)s,
    %(first_leaf)s::bigint + l.ordinality - 1,
    l.body
FROM unnest(%(bodies)s::bytea[]) WITH ORDINALITY AS l (body, ordinality)
