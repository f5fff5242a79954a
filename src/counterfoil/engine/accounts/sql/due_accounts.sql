-- Accounts of acceptors that nobody has been asked about, or not for long enough.
--
-- In:     issuer_id int, once boolean, accounts_max int
-- Out:    the fields of DueAccount, in its order
-- Locks:  none
-- Caller: engine.accounts.verifying
SELECT
    a.acceptor_id,
    a.name,
    a.scheme,
    a.fsp,
    a.account,
    sha256(
        convert_to(concat_ws('|', a.acceptor_id, a.scheme, a.fsp, a.account), 'UTF8')
    ) AS account_hash
FROM acceptor AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.status = 'approved'
    AND NOT EXISTS (
        SELECT 1
        FROM account_answer AS x
        WHERE
            x.issuer_id = a.issuer_id
            AND x.acceptor_id = a.acceptor_id
            AND x.account_hash
            = sha256(convert_to(concat_ws('|', a.acceptor_id, a.scheme, a.fsp, a.account), 'UTF8'))
            AND (x.valid_until > now() OR (%(once)s AND x.status = 'found'))
    )
ORDER BY a.acceptor_id
LIMIT %(accounts_max)s
