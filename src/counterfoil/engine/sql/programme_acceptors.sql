-- The acceptors that earned most from the funding account of a programme.
--
-- In:     issuer_id, programme_id int, rows_max int
-- Out:    acceptor_id, name, earned and still owed in minor units
-- Locks:  none
-- Caller: engine.programme_figures
SELECT
    c.acceptor_id,
    c.name,
    a.credit_minor AS earned_minor,
    a.credit_minor - a.debit_minor AS owed_minor
FROM programme AS p
INNER JOIN account AS a
    ON
        p.issuer_id = a.issuer_id
        AND p.funding_account_id = a.funding_account_id
        AND a.kind = 5
INNER JOIN acceptor AS c ON c.issuer_id = %(issuer_id)s AND a.owner_id = c.acceptor_id
WHERE p.issuer_id = %(issuer_id)s AND p.programme_id = %(programme_id)s
ORDER BY a.credit_minor DESC, c.acceptor_id ASC
LIMIT %(rows_max)s
