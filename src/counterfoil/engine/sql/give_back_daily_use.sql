-- Give back what was counted for redemptions whose payment was refused. Where a limit was set
-- after they were reserved, they were not counted.
--
-- In:     issuer_id int, and arrays: kinds, subject_ids, days (as text), currencies, amounts,
--         vouchers; each subject and day once
-- Locks:  those rows; log_head is ours
-- Caller: engine.limits
UPDATE daily_use AS u
SET
    amount_minor = greatest(0, u.amount_minor - m.amount_minor),
    vouchers = greatest(0, u.vouchers - m.vouchers)
FROM
    unnest(
        %(kinds)s::text[],
        %(subject_ids)s::int[],
        %(days)s::text[],
        %(currencies)s::text[],
        %(amounts)s::bigint[],
        %(vouchers)s::bigint[]
    ) AS m (subject_kind, subject_id, day, currency, amount_minor, vouchers)
WHERE
    u.issuer_id = %(issuer_id)s
    AND u.subject_kind = m.subject_kind
    AND u.subject_id = m.subject_id
    AND u.day = m.day::date
    AND u.currency = m.currency
