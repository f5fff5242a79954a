-- Tell the engine of rails.
--
-- In:     issuer_id int, names text[], are_online boolean[]
-- Locks:  log_head is ours
-- Caller: engine.accounts.rails
INSERT INTO rail (issuer_id, name, is_online)
SELECT
    %(issuer_id)s,
    r.name,
    r.is_online
FROM unnest(%(names)s::text[], %(are_online)s::boolean[]) AS r (name, is_online)
ON CONFLICT (issuer_id, name) DO UPDATE SET is_online = excluded.is_online
