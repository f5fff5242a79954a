-- Issuers of which something was asked for whose end nobody has seen yet.
--
-- In:     issuers_max int
-- Out:    issuer_id, code, name
-- Locks:  none
-- Caller: portal.upkeep
SELECT
    i.issuer_id,
    i.code,
    i.name
FROM issuer AS i
WHERE
    EXISTS (
        SELECT 1
        FROM portal.merchant_profile AS p
        WHERE p.issuer_id = i.issuer_id AND p.proposal IS NOT NULL
    )
    OR EXISTS (
        SELECT 1
        FROM portal.organisation_profile AS o
        WHERE o.issuer_id = i.issuer_id AND o.proposal IS NOT NULL
    )
    OR EXISTS (
        SELECT 1
        FROM portal.merchant_bank_change AS b
        WHERE b.issuer_id = i.issuer_id AND b.ended_at IS NULL
    )
ORDER BY i.issuer_id
LIMIT %(issuers_max)s
