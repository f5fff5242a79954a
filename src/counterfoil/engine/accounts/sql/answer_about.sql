-- The last answer about where an acceptor is paid today.
--
-- In:     issuer_id int, acceptor_id int
-- Out:    the fields of AccountAnswer, in its order
-- Locks:  none
-- Caller: engine.accounts.verifying
SELECT
    x.rail,
    x.status,
    x.currency,
    x.holder_matches,
    x.asked_at,
    x.valid_until
FROM account_answer AS x
INNER JOIN acceptor AS a ON x.issuer_id = a.issuer_id AND x.acceptor_id = a.acceptor_id
WHERE
    x.issuer_id = %(issuer_id)s
    AND x.acceptor_id = %(acceptor_id)s
    AND x.account_hash
    = sha256(convert_to(concat_ws('|', a.acceptor_id, a.scheme, a.fsp, a.account), 'UTF8'))
