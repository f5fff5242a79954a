-- What who approves new bank data is told besides: how long they wait before they count, and what
-- the provider of the account there is today last said of it.
--
-- In:     issuer_id int, acceptor_id int
-- Out:    cooling_off_days; the answer's status, when it was asked, whether the holder is the same
--         (all null where nobody was asked)
-- Locks:  none
-- Caller: portal.orchestrator.merchants.changes
SELECT
    s.cooling_off_days,
    x.status,
    x.asked_at,
    x.holder_matches
FROM issuer_setting AS s
LEFT JOIN acceptor AS a
    ON a.issuer_id = %(issuer_id)s AND a.acceptor_id = %(acceptor_id)s
LEFT JOIN account_answer AS x
    ON
        x.issuer_id = %(issuer_id)s
        AND a.acceptor_id = x.acceptor_id
        AND x.account_hash
        = sha256(convert_to(concat_ws('|', a.acceptor_id, a.scheme, a.fsp, a.account), 'UTF8'))
WHERE s.issuer_id = %(issuer_id)s
