-- Purchases of which a payment can be recorded, with what the buyer's proof says.
--
-- In:     issuer_id int, rows_max int
-- Out:    the fields of UnpaidPurchase, in its order
-- Locks:  none
-- Caller: portal.orchestrator.banking.proposed
SELECT
    p.id AS purchase_id,
    p.number,
    p.organisation_id,
    o.name AS organisation,
    p.funding_account_id,
    p.total_minor,
    f.amount_minor AS proof_minor,
    coalesce(f.bank_reference, '') AS proof_reference
FROM portal.purchase AS p
INNER JOIN organisation AS o
    ON p.issuer_id = o.issuer_id AND p.organisation_id = o.organisation_id
LEFT JOIN portal.purchase_proof AS f ON p.id = f.purchase_id AND f.ended_at IS NULL
WHERE p.issuer_id = %(issuer_id)s AND p.status IN ('quoted', 'proof') AND p.number IS NOT NULL
ORDER BY p.number
LIMIT %(rows_max)s
