-- The vouchers of a batch that names some by serial and some by number.
--
-- In:     issuer_id int, serials bigint[], number_hashes bytea[]
-- Out:    one row per voucher found: the columns of Voucher, in its order
-- Locks:  none: log_head is ours, and without it nobody changes what is decided on
-- Caller: engine.reading
SELECT
    v.serial,
    v.amount_minor,
    v.expires_at,
    v.hold_until,
    v.provision_id,
    v.group_id,
    v.group_version,
    v.state,
    v.prior_state,
    v.key_version,
    v.with_serial,
    v.number_hash,
    v.replaced_by,
    v.last_operation
FROM (
    SELECT s.serial
    FROM unnest(%(serials)s::bigint[]) AS s (serial)
    UNION
    SELECT w.serial
    FROM unnest(%(number_hashes)s::bytea[]) AS h (number_hash)
    INNER JOIN voucher AS w
        ON w.issuer_id = %(issuer_id)s AND h.number_hash = w.number_hash
) AS named
INNER JOIN voucher AS v
    ON v.issuer_id = %(issuer_id)s AND named.serial = v.serial
