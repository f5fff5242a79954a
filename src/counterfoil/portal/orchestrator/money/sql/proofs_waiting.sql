-- Proofs of payment that nobody has compared with the bank yet, the oldest first.
--
-- In:     issuer_id int, funding_account_id int (null: any)
-- Out:    purchase_id, number, organisation's name, amount_minor (as the proof says), currency,
--         bank_reference, sent_at
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT
    p.id AS purchase_id,
    p.number,
    o.name,
    f.amount_minor,
    p.currency,
    f.bank_reference,
    f.sent_at
FROM portal.purchase AS p
INNER JOIN portal.purchase_proof AS f ON p.id = f.purchase_id AND f.ended_at IS NULL
INNER JOIN organisation AS o
    ON p.issuer_id = o.issuer_id AND p.organisation_id = o.organisation_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.status = 'proof'
    AND (
        %(funding_account_id)s::int IS NULL
        OR p.funding_account_id = %(funding_account_id)s
    )
ORDER BY f.sent_at
LIMIT 100
