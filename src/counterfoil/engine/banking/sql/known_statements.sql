-- Whether statements were taken in already: by their number in a year, or, of banks that count none,
-- by the day and both balances.
--
-- In:     issuer_id int, and arrays of one length: funding_account_ids, numbers (null: none),
--         opening_minors, closing_minors, closed_ons
-- Out:    a row for one that was
-- Locks:  none; runs under log_head
-- Caller: engine.banking.refusing
SELECT r.file_id
FROM
    unnest(
        %(funding_account_ids)s::int[],
        %(numbers)s::int[],
        %(opening_minors)s::bigint[],
        %(closing_minors)s::bigint[],
        %(closed_ons)s::date[]
    ) AS t (funding_account_id, number, opening_minor, closing_minor, closed_on)
INNER JOIN bank_report AS r
    ON
        r.issuer_id = %(issuer_id)s
        AND t.funding_account_id = r.funding_account_id
        AND r.closed_on IS NOT NULL
WHERE
    (
        t.number = r.number
        AND extract(YEAR FROM t.closed_on) = extract(YEAR FROM r.closed_on)
    )
    OR (
        num_nonnulls(t.number, r.number) = 0
        AND t.closed_on = r.closed_on
        AND t.opening_minor = r.opening_minor
        AND t.closing_minor = r.closing_minor
    )
ORDER BY r.file_id
LIMIT 1
