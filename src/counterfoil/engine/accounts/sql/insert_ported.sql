-- Keep which numbers moved to which provider.
--
-- In:     issuer_id int, number_hashes bytea[], fsps text[]
-- Locks:  log_head is ours
-- Caller: engine.accounts.directory
INSERT INTO ported_number (issuer_id, number_hash, fsp)
SELECT
    %(issuer_id)s,
    p.number_hash,
    p.fsp
FROM unnest(%(number_hashes)s::bytea[], %(fsps)s::text[]) AS p (number_hash, fsp)
