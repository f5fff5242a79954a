-- Whether there is anything to look at: the journal went on, or it was a minute ago; where
-- anything was ever paid or told.
--
-- In:     issuer_id int
-- Out:    is_due
-- Locks:  none
-- Caller: engine.banking.looking
SELECT
    (
        l.issuer_id IS NULL
        OR l.next_operation <> h.next_operation
        OR l.looked_at <= now() - interval '1 minute'
    )
    AND (
        l.issuer_id IS NOT NULL
        OR EXISTS (
            SELECT 1
            FROM payment AS p
            WHERE p.issuer_id = %(issuer_id)s
        )
    ) AS is_due
FROM log_head AS h
LEFT JOIN bank_look AS l ON h.issuer_id = l.issuer_id
WHERE h.issuer_id = %(issuer_id)s
