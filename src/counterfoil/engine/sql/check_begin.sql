-- Room and time for sums over millions of rows, for this transaction only.
--
-- Locks:  none
-- Caller: engine.check, first statement of its snapshot
SELECT
    set_config('work_mem', '128MB', TRUE) AS work_mem,
    set_config('statement_timeout', '30min', TRUE) AS statement_timeout
