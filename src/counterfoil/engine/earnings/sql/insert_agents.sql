-- Which agents calling systems belong to from an operation on, where they did not before.
--
-- In:     issuer_id int, operation_id bigint, and arrays of one length: client_ids, acceptor_ids
-- Locks:  log_head is ours
-- Caller: engine.earnings.rules
INSERT INTO client_agent (issuer_id, client_id, acceptor_id, since_operation)
SELECT
    %(issuer_id)s,
    w.client_id,
    w.acceptor_id,
    %(operation_id)s
FROM unnest(%(client_ids)s::int[], %(acceptor_ids)s::int[]) AS w (client_id, acceptor_id)
WHERE NOT EXISTS (
    SELECT
    FROM client_agent AS c
    WHERE
        c.issuer_id = %(issuer_id)s
        AND c.client_id = w.client_id
        AND c.until_operation IS NULL
)
