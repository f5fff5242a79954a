-- Room, time and every kind of plan for sums over millions of rows, for this transaction only:
-- the session's own settings are those of a batch, which only looks things up. No nested loops
-- where there is another way: statistics that do not know an issuer yet say that it has one row,
-- and looking each voucher up among all operations took a minute for 500 vouchers.
--
-- Locks:  none
-- Caller: engine.check, first statement of its snapshot
SELECT set_config(s.name, s.setting, TRUE)
FROM (
    VALUES
    ('work_mem', '128MB'),
    ('statement_timeout', '30min'),
    ('idle_in_transaction_session_timeout', '0'),
    ('plan_cache_mode', 'auto'),
    ('enable_seqscan', 'on'),
    ('enable_bitmapscan', 'on'),
    ('enable_nestloop', 'off'),
    ('enable_hashjoin', 'on'),
    ('enable_mergejoin', 'on')
) AS s (name, setting)
