-- Count vouchers that are purged by how they had ended.
--
-- In:     issuer_id int, and arrays: group_ids, amounts, states, vouchers
-- Locks:  the counts; log_head is ours
-- Caller: engine.journal
INSERT INTO purged_count AS c (issuer_id, group_id, amount_minor, state, vouchers)
SELECT
    %(issuer_id)s,
    p.group_id,
    p.amount_minor,
    p.state,
    p.vouchers
FROM
    unnest(
        %(group_ids)s::int[], %(amounts)s::bigint[], %(states)s::smallint[], %(vouchers)s::bigint[]
    ) AS p (group_id, amount_minor, state, vouchers)
ON CONFLICT (issuer_id, group_id, amount_minor, state) DO UPDATE
    SET vouchers = c.vouchers + excluded.vouchers
