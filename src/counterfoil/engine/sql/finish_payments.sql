-- Close payments whose end is known.
--
-- In:     issuer_id int, now timestamptz, payment_ids uuid[], statuses text[], reasons text[],
--         provider_references text[] ('' is none)
-- Locks:  the payments are locked already
-- Caller: engine.apply
UPDATE payment AS p
SET
    status = m.status,
    reason = nullif(m.reason, ''),
    provider_reference = nullif(m.provider_reference, ''),
    next_try_at = NULL,
    leased_until = NULL,
    finished_at = %(now)s
FROM
    unnest(
        %(payment_ids)s::uuid[],
        %(statuses)s::text[],
        %(reasons)s::text[],
        %(provider_references)s::text[]
    ) AS m (payment_id, status, reason, provider_reference)
WHERE p.issuer_id = %(issuer_id)s AND p.payment_id = m.payment_id
