-- Which day it is, in UTC.
--
-- Out:    date
-- Locks:  none
-- Caller: engine.payouts.batching
SELECT (now() AT TIME ZONE 'UTC')::date
