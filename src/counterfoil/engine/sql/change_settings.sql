-- Change what one issuer has set for itself; null stays as it is.
--
-- In:     issuer_id int, and the columns of SettingsChange
-- Locks:  log_head is ours
-- Caller: engine.configuration
UPDATE issuer_setting
SET
    activate_at_once = coalesce(%(activate_at_once)s::boolean, activate_at_once),
    retention_days = coalesce(%(retention_days)s::int, retention_days),
    miss_budget = coalesce(%(miss_budget)s::int, miss_budget),
    miss_window_seconds = coalesce(%(miss_window_seconds)s::int, miss_window_seconds),
    issuer_miss_budget = coalesce(%(issuer_miss_budget)s::int, issuer_miss_budget),
    secret_tries = coalesce(%(secret_tries)s::int, secret_tries),
    cooling_off_days = coalesce(%(cooling_off_days)s::int, cooling_off_days),
    verify_accounts = coalesce(%(verify_accounts)s::text, verify_accounts)
WHERE issuer_id = %(issuer_id)s
