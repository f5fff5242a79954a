-- Open stock counts that a batch is the first to use.
--
-- In:     issuer_id int, group_ids int[], amounts bigint[], states smallint[]
-- Locks:  log_head is ours
-- Caller: engine.journal
INSERT INTO stock_count (issuer_id, group_id, amount_minor, state)
SELECT
    %(issuer_id)s,
    s.group_id,
    s.amount_minor,
    s.state
FROM
    unnest(%(group_ids)s::int[], %(amounts)s::bigint[], %(states)s::smallint[])
        AS s (group_id, amount_minor, state)
ON CONFLICT DO NOTHING
