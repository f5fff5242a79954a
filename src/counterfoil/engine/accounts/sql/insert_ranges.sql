-- Keep which provider has which range of numbers.
--
-- In:     issuer_id int, prefixes text[], fsps text[]
-- Locks:  log_head is ours
-- Caller: engine.accounts.directory
INSERT INTO number_range (issuer_id, prefix, fsp)
SELECT
    %(issuer_id)s,
    r.prefix,
    r.fsp
FROM unnest(%(prefixes)s::text[], %(fsps)s::text[]) AS r (prefix, fsp)
