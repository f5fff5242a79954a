-- What became of payments of payouts.
--
-- In:     issuer_id int, now timestamptz, and arrays of one length: payment_ids, statuses, reasons
--         (null: none), provider_references (null: none), completed_by and returned_by (the
--         operations that did it now; null: none)
-- Locks:  the payments are locked already
-- Caller: engine.payouts.outcomes
UPDATE payment AS p
SET
    status = m.status,
    accepted_at = coalesce(p.accepted_at, %(now)s),
    reason = m.reason,
    provider_reference = coalesce(m.provider_reference, p.provider_reference),
    completed_by = coalesce(m.completed_by, p.completed_by),
    returned_by = coalesce(m.returned_by, p.returned_by),
    next_try_at = CASE WHEN m.status = 'pending' THEN p.next_try_at END,
    leased_until = CASE WHEN m.status = 'pending' THEN p.leased_until END,
    finished_at = CASE WHEN m.status <> 'pending' THEN %(now)s END
FROM
    unnest(
        %(payment_ids)s::uuid[],
        %(statuses)s::text[],
        %(reasons)s::text[],
        %(provider_references)s::text[],
        %(completed_by)s::bigint[],
        %(returned_by)s::bigint[]
    ) AS m (payment_id, status, reason, provider_reference, completed_by, returned_by)
WHERE p.issuer_id = %(issuer_id)s AND p.payment_id = m.payment_id
