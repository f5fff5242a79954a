-- What one issuer has set for itself.
--
-- In:     issuer_id int
-- Out:    the columns of IssuerSettings, in its order
-- Locks:  none
-- Caller: engine.catalogue
SELECT
    activate_at_once,
    retention_days,
    imported_lengths,
    miss_budget,
    miss_window_seconds,
    issuer_miss_budget,
    secret_tries,
    cooling_off_days,
    verify_accounts
FROM issuer_setting
WHERE issuer_id = %(issuer_id)s
