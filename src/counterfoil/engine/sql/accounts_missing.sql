-- The acceptors whose account their provider does not have, as it last said.
--
-- In:     issuer_id int
-- Out:    acceptor_id
-- Locks:  none
-- Caller: engine.catalogue
SELECT a.acceptor_id
FROM account_answer AS x
INNER JOIN acceptor AS a ON x.issuer_id = a.issuer_id AND x.acceptor_id = a.acceptor_id
WHERE
    x.issuer_id = %(issuer_id)s
    AND x.status = 'not_found'
    AND x.account_hash
    = sha256(convert_to(concat_ws('|', a.acceptor_id, a.scheme, a.fsp, a.account), 'UTF8'))
