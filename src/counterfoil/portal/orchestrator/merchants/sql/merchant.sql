-- A merchant or an agent.
--
-- In:     issuer_id int, acceptor_id int
-- Out:    the columns of Acceptor, in its order; then the profile's id or null
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading, portal.shop
SELECT
    a.acceptor_id,
    a.name,
    a.kind,
    a.fsp,
    a.account,
    a.groups,
    a.status,
    a.daily_amount_minor_max,
    a.daily_count_max,
    a.scheme,
    a.payouts_held,
    a.payouts_hold_reason,
    a.next_scheme,
    a.next_fsp,
    a.next_account,
    a.next_from,
    a.changed_version,
    p.id AS profile_id
FROM acceptor AS a
LEFT JOIN portal.merchant_profile AS p
    ON a.issuer_id = p.issuer_id AND a.acceptor_id = p.acceptor_id
WHERE a.issuer_id = %(issuer_id)s AND a.acceptor_id = %(acceptor_id)s
ORDER BY a.acceptor_id
LIMIT 1
