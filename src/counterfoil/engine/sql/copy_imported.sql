-- Take in vouchers of another system.
--
-- In:     rows by binary COPY
-- Locks:  none besides the new rows
-- Caller: engine.importing_vouchers
COPY voucher (
    issuer_id, serial, amount_minor, expires_at, hold_until, changed_at, provision_id, group_id,
    group_version, state, prior_state, key_version, with_serial, number_hash
) FROM STDIN (FORMAT BINARY) -- noqa: PRS
