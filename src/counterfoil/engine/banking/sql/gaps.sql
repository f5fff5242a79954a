-- Statements that do not follow the one before: another number than the next, where the bank counts
-- them (it may begin anew with a year), or another balance than that one closed with.
--
-- In:     issuer_id int, funding_account_ids int[]
-- Out:    funding_account_id, about (the days between which something is missing), expected_minor,
--         found_minor
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.balancing
WITH stated AS (
    SELECT
        r.funding_account_id,
        r.number,
        r.opening_minor,
        r.closed_on,
        lag(r.number) OVER by_day AS number_before,
        lag(r.closing_minor) OVER by_day AS closing_before,
        lag(r.closed_on) OVER by_day AS closed_before
    FROM bank_report AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.funding_account_id = any(%(funding_account_ids)s::int[])
        AND r.closed_on IS NOT NULL
    WINDOW
        by_day AS (
            PARTITION BY r.funding_account_id
            ORDER BY r.closed_on, r.number, r.file_id, r.report_no
        )
)

SELECT
    funding_account_id,
    format('%%s..%%s', closed_before, closed_on) AS about,
    closing_before AS expected_minor,
    opening_minor AS found_minor
FROM stated
WHERE
    opening_minor <> closing_before
    OR (
        number <> number_before + 1
        AND NOT (
            number = 1 AND extract(YEAR FROM closed_on) > extract(YEAR FROM closed_before)
        )
    )
