-- What an issuer owes to merchants and agents now, by currency, and how far its figures are.
--
-- In:     issuer_id int
-- Out:    currency, owed_minor (both null where nothing was ever owed), until (when the last of the
--         journal was folded; null: nothing yet), whether all of it is
-- Locks:  none
-- Caller: portal.orchestrator.watching.reading
WITH owed AS (
    SELECT
        f.currency,
        sum(a.credit_minor - a.debit_minor)::bigint AS owed_minor
    FROM funding_account AS f
    INNER JOIN account AS a
        ON f.issuer_id = a.issuer_id AND f.funding_account_id = a.funding_account_id AND a.kind = 5
    WHERE f.issuer_id = %(issuer_id)s
    GROUP BY f.currency
)

SELECT
    o.currency,
    o.owed_minor,
    c.folded_at AS until,
    h.next_operation = coalesce(c.next_operation, 1)
    AND h.next_posting = coalesce(c.next_posting, 1) AS is_all
FROM log_head AS h
LEFT JOIN figure_cursor AS c ON c.issuer_id = %(issuer_id)s
LEFT JOIN owed AS o ON TRUE
WHERE h.issuer_id = %(issuer_id)s
ORDER BY o.currency
LIMIT 100
