-- Open accounts that a batch is the first to use.
--
-- In:     issuer_id int, funding_account_ids int[], kinds smallint[], owner_ids bigint[]
-- Locks:  log_head is ours
-- Caller: engine.journal
INSERT INTO account (issuer_id, funding_account_id, kind, owner_id)
SELECT
    %(issuer_id)s,
    a.funding_account_id,
    a.kind,
    a.owner_id
FROM
    unnest(%(funding_account_ids)s::int[], %(kinds)s::smallint[], %(owner_ids)s::bigint[])
        AS a (funding_account_id, kind, owner_id)
ON CONFLICT DO NOTHING
