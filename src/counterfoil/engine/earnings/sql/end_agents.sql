-- Calling systems that belong to another agent from an operation on, or to none.
--
-- In:     issuer_id int, operation_id bigint, and arrays of one length, those that belong to one:
--         client_ids, acceptor_ids
-- Locks:  log_head is ours
-- Caller: engine.earnings.rules
UPDATE client_agent AS c
SET until_operation = %(operation_id)s
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.until_operation IS NULL
    AND NOT EXISTS (
        SELECT
        FROM unnest(%(client_ids)s::int[], %(acceptor_ids)s::int[]) AS w (client_id, acceptor_id)
        WHERE w.client_id = c.client_id AND w.acceptor_id = c.acceptor_id
    )
