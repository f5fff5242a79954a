-- Changes that cancelled vouchers by the issuer's wish, and of which nobody was told.
--
-- In:     action smallint (of cancelling), bulks_max int
-- Out:    issuer_id, bulk_id
-- Locks:  none
-- Caller: portal.purchases.cancelled
SELECT
    b.issuer_id,
    b.bulk_id
FROM bulk AS b
WHERE
    b.action = %(action)s
    AND b.status = 'finished'
    AND b.organisation_id IS NULL
    AND b.finished_at > now() - interval '7 days'
    AND NOT EXISTS (
        SELECT
        FROM portal.cancellation_told AS t
        WHERE t.issuer_id = b.issuer_id AND t.bulk_id = b.bulk_id
    )
ORDER BY b.finished_at
LIMIT %(bulks_max)s
