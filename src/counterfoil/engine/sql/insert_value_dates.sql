-- Note on which days the bank made what operations record.
--
-- In:     issuer_id int, operation_ids bigint[], days text[] (ISO 8601)
-- Locks:  log_head is ours
-- Caller: engine.journal
INSERT INTO value_date (issuer_id, operation_id, value_on)
SELECT
    %(issuer_id)s,
    v.operation_id,
    v.day::DATE AS value_on
FROM unnest(%(operation_ids)s::BIGINT[], %(days)s::TEXT[]) AS v (operation_id, day)
