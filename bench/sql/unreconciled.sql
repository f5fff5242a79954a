-- What of an issuer's bank does not agree with its books.
--
-- In:     issuer_id int
-- Out:    how many lines are not attached, and exceptions are open
-- Locks:  none
-- Caller: bench.payouts
SELECT
    (
        SELECT count(*)
        FROM bank_entry AS e
        WHERE e.issuer_id = %(issuer_id)s AND e.status <> 'attached'
    )
    + (
        SELECT count(*)
        FROM bank_exception AS x
        WHERE x.issuer_id = %(issuer_id)s AND x.ended_at IS NULL
    ) AS unreconciled
