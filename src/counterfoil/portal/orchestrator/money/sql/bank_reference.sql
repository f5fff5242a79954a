-- What is recorded under a reference of the bank for one funding account, in one direction, as people
-- compare them: whether it came in for us or for an organisation, it counts once.
--
-- In:     issuer_id int, subject text (`funding:1`), is_out bool, reference text
-- Out:    at, amount_minor, action; no row where there is none
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT
    at,
    amount_minor,
    action
FROM operation
WHERE
    issuer_id = %(issuer_id)s
    AND subject = %(subject)s
    AND (action IN (103, 125)) = %(is_out)s
    AND action IN (102, 103, 124, 125)
    AND lower(replace(reference, ' ', '')) = lower(replace(%(reference)s, ' ', ''))
ORDER BY operation_id
LIMIT 1
