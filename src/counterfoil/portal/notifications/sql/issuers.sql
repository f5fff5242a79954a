-- Every issuer, for what a worker does for each in its turn.
--
-- In:     after int, rows_max int
-- Out:    issuer_id
-- Locks:  none
-- Caller: portal.notifications.following
SELECT i.issuer_id
FROM issuer AS i
WHERE i.issuer_id > %(after)s
ORDER BY i.issuer_id
LIMIT %(rows_max)s
