-- What is recorded under a reference of the bank for one funding account, as people compare them.
--
-- In:     issuer_id int, subject text (`funding:1`), action smallint, reference text
-- Out:    operation_id, at, amount_minor, actor, reference; no row where there is none
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT
    operation_id,
    at,
    amount_minor,
    actor,
    reference
FROM operation
WHERE
    issuer_id = %(issuer_id)s
    AND subject = %(subject)s
    AND action = %(action)s
    AND action IN (102, 103)
    AND lower(replace(reference, ' ', '')) = lower(replace(%(reference)s, ' ', ''))
ORDER BY operation_id
LIMIT 1
