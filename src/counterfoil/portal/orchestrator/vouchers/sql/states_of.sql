-- Of these serials those of vouchers that are there.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    serial, state
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.selecting, serial_files
SELECT
    v.serial,
    v.state
FROM unnest(%(serials)s::bigint[]) AS named (serial)
INNER JOIN voucher AS v ON v.issuer_id = %(issuer_id)s AND named.serial = v.serial
ORDER BY v.serial
LIMIT 100001
