-- Fold the moves of a batch into the counts by group, amount and state.
--
-- In:     issuer_id int, and arrays: group_ids, amounts, states, changes
-- Locks:  the counts; log_head is ours
-- Caller: engine.journal
UPDATE stock_count AS s
SET vouchers = s.vouchers + m.change
FROM
    unnest(
        %(group_ids)s::int[], %(amounts)s::bigint[], %(states)s::smallint[], %(changes)s::bigint[]
    ) AS m (group_id, amount_minor, state, change)
WHERE
    s.issuer_id = %(issuer_id)s
    AND s.group_id = m.group_id
    AND s.amount_minor = m.amount_minor
    AND s.state = m.state
