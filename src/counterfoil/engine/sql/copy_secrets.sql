-- Keep the sealed numbers of vouchers created in bulk.
--
-- In:     rows by binary COPY
-- Locks:  none besides the new rows
-- Caller: engine.provision, engine.importing
COPY voucher_secret (issuer_id, serial, key_version, sealed) FROM STDIN (FORMAT BINARY)  -- noqa: PRS
