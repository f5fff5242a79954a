-- What the journal already knows under these references, and how it stands today.
--
-- In:     issuer_id int, reference_keys uuid[]
-- Out:    one row per reference found, with its voucher and its payment where there are any
-- Locks:  none; runs after lock_head, so that its snapshot holds all that came before us
-- Caller: engine.apply
SELECT
    o.client_id,
    o.action,
    o.reference,
    o.content_hash,
    o.operation_id,
    o.serial,
    o.amount_minor,
    v.state,
    v.expires_at,
    v.group_id,
    v.group_version,
    v.replaced_by,
    s.key_version,
    s.sealed,
    p.status,
    p.reason
FROM unnest(%(reference_keys)s::uuid[]) AS asked (reference_key)
INNER JOIN operation AS o
    ON o.issuer_id = %(issuer_id)s AND asked.reference_key = o.reference_key
LEFT JOIN voucher AS v ON v.issuer_id = %(issuer_id)s AND o.serial = v.serial
LEFT JOIN voucher_secret AS s
    ON s.issuer_id = %(issuer_id)s AND s.serial = coalesce(v.replaced_by, o.serial)
LEFT JOIN payment AS p ON p.issuer_id = %(issuer_id)s AND o.operation_id = p.operation_id
