-- Create stocked vouchers in bulk.
--
-- In:     rows by binary COPY
-- Locks:  none besides the new rows; their provision is locked
-- Caller: engine.provision
COPY voucher (
    issuer_id, serial, amount_minor, changed_at, provision_id, group_id, group_version, state,
    key_version, number_hash
) FROM STDIN (FORMAT BINARY)  -- noqa: PRS
