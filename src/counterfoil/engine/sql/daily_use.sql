-- What the limited acceptors and groups of a batch have redeemed lately.
--
-- In:     issuer_id int, kinds text[], subject_ids int[]: pairs
-- Out:    subject_kind, subject_id, day, currency, amount_minor, vouchers; of today and of the
--         days beside it, because only the head knows the batch's time
-- Locks:  none; runs under log_head, without which none of these rows changes
-- Caller: engine.reading, where somebody has a limit
SELECT
    u.subject_kind,
    u.subject_id,
    u.day,
    u.currency,
    u.amount_minor,
    u.vouchers
FROM unnest(%(kinds)s::text[], %(subject_ids)s::int[]) AS w (subject_kind, subject_id)
INNER JOIN daily_use AS u
    ON
        u.issuer_id = %(issuer_id)s
        AND w.subject_kind = u.subject_kind
        AND w.subject_id = u.subject_id
WHERE u.day >= (now() AT TIME ZONE 'UTC')::date - 1
