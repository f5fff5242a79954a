-- Delete what must not outlive the vouchers: the sealed number and what was said of the holder.
--
-- In:     issuer_id int, serials bigint[]
-- Locks:  log_head is ours
-- Caller: engine.apply
WITH secrets AS (
    DELETE FROM voucher_secret
    WHERE issuer_id = %(issuer_id)s AND serial = any(%(serials)s::bigint[])
)

DELETE FROM voucher_comment
WHERE issuer_id = %(issuer_id)s AND serial = any(%(serials)s::bigint[])
