-- Open exceptions, each once. What a person ended is not opened again while it is the same.
--
-- In:     issuer_id int, now timestamptz, and arrays of one length: kinds, funding_account_ids,
--         abouts, entry_ids, payment_ids, batch_ids, file_ids, operation_ids, expected_minors,
--         found_minors (null: none)
-- Locks:  bank_look is ours
-- Caller: engine.banking.exceptions
WITH last AS (
    SELECT coalesce(max(exception_id), 0) AS exception_id
    FROM bank_exception
    WHERE issuer_id = %(issuer_id)s
)

INSERT INTO bank_exception AS b (
    issuer_id, exception_id, kind, funding_account_id, entry_id, payment_id, batch_id, file_id,
    operation_id, about, expected_minor, found_minor, opened_at
)
SELECT
    %(issuer_id)s,
    l.exception_id + w.ordinality,
    w.kind,
    w.funding_account_id,
    w.entry_id,
    w.payment_id,
    w.batch_id,
    w.file_id,
    w.operation_id,
    w.about,
    w.expected_minor,
    w.found_minor,
    %(now)s
FROM last AS l
CROSS JOIN
    unnest(
        %(kinds)s::text[],
        %(funding_account_ids)s::int[],
        %(abouts)s::text[],
        %(entry_ids)s::bigint[],
        %(payment_ids)s::uuid[],
        %(batch_ids)s::uuid[],
        %(file_ids)s::int[],
        %(operation_ids)s::bigint[],
        %(expected_minors)s::bigint[],
        %(found_minors)s::bigint[]
    ) WITH ORDINALITY
        AS w (
            kind, funding_account_id, about, entry_id, payment_id, batch_id, file_id, operation_id,
            expected_minor, found_minor, ordinality
        )
WHERE
    NOT EXISTS (
        SELECT 1
        FROM bank_exception AS e
        WHERE
            e.issuer_id = %(issuer_id)s
            AND e.kind = w.kind
            AND e.funding_account_id = w.funding_account_id
            AND e.about = w.about
            AND e.ended_by <> 'system'
            AND e.file_id IS NOT DISTINCT FROM w.file_id
            AND e.expected_minor - e.found_minor IS NOT DISTINCT FROM w.expected_minor - w.found_minor
    )
ON CONFLICT (issuer_id, kind, funding_account_id, about) WHERE ended_at IS NULL
DO UPDATE SET
    entry_id = coalesce(b.entry_id, excluded.entry_id),
    payment_id = coalesce(b.payment_id, excluded.payment_id),
    expected_minor = excluded.expected_minor,
    found_minor = excluded.found_minor
WHERE
(b.expected_minor, b.found_minor) IS DISTINCT FROM (
    excluded.expected_minor, excluded.found_minor
)
OR (b.entry_id IS NULL AND excluded.entry_id IS NOT NULL)
OR (b.payment_id IS NULL AND excluded.payment_id IS NOT NULL)
