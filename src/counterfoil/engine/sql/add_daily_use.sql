-- Fold what a batch redeemed into the days of limited acceptors and groups.
--
-- In:     issuer_id int, and arrays: kinds, subject_ids, days (as text), currencies, amounts,
--         vouchers; each subject and day once
-- Locks:  those rows; log_head is ours
-- Caller: engine.limits
INSERT INTO daily_use AS u (
    issuer_id, subject_kind, subject_id, day, currency, amount_minor, vouchers
)
SELECT
    %(issuer_id)s,
    m.subject_kind,
    m.subject_id,
    m.day::date,
    m.currency,
    m.amount_minor,
    m.vouchers
FROM
    unnest(
        %(kinds)s::text[],
        %(subject_ids)s::int[],
        %(days)s::text[],
        %(currencies)s::text[],
        %(amounts)s::bigint[],
        %(vouchers)s::bigint[]
    ) AS m (subject_kind, subject_id, day, currency, amount_minor, vouchers)
ON CONFLICT (issuer_id, subject_kind, subject_id, day, currency) DO UPDATE
    SET
        amount_minor = u.amount_minor + excluded.amount_minor,
        vouchers = u.vouchers + excluded.vouchers
