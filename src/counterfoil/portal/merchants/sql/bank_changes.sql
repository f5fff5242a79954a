-- Changes of bank data that were decided and of whose end nobody was told yet.
--
-- In:     issuer_id int
-- Out:    command_id, the command's status and content; of the acceptor: acceptor_id, name, scheme,
--         fsp, account, next_scheme, next_fsp, next_account (all three null where nothing waits)
-- Locks:  none
-- Caller: portal.merchants.following
SELECT
    b.command_id,
    c.status,
    c.content,
    a.acceptor_id,
    a.name,
    a.scheme,
    a.fsp,
    a.account,
    a.next_scheme,
    a.next_fsp,
    a.next_account
FROM portal.merchant_bank_change AS b
INNER JOIN command AS c ON b.issuer_id = c.issuer_id AND b.command_id = c.command_id
INNER JOIN acceptor AS a ON b.issuer_id = a.issuer_id AND b.acceptor_id = a.acceptor_id
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.ended_at IS NULL
    AND c.status <> 'waiting'
ORDER BY c.finished_at
LIMIT 100
