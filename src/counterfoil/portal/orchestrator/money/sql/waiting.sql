-- Commands about money that wait, the oldest first.
--
-- In:     issuer_id int
-- Out:    command_id, content, approvals, approved (how many), prepared_by, prepared_at; of the
--         payment of a purchase its funding account; the organisation's name; the purchase
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT
    c.command_id,
    c.content,
    c.approvals,
    (
        SELECT count(DISTINCT d.on_behalf_of)
        FROM decision AS d
        WHERE
            d.issuer_id = c.issuer_id
            AND d.command_id = c.command_id
            AND d.verdict = 'approve'
    ) AS approved,
    c.prepared_by,
    c.prepared_at,
    y.funding_account_id,
    o.name AS organisation,
    p.id AS purchase_id
FROM command AS c
LEFT JOIN portal.purchase_payment AS y ON c.command_id = y.command_id AND c.issuer_id = y.issuer_id
LEFT JOIN portal.purchase AS p ON y.purchase_id = p.id
LEFT JOIN organisation AS o
    ON
        c.issuer_id = o.issuer_id
        AND o.organisation_id = CASE
            WHEN c.subject LIKE 'organisation:%%' THEN split_part(c.subject, ':', 2)::int
            ELSE p.organisation_id
        END
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND c.kind IN (
        'deposit',
        'withdraw',
        'open_funding_account',
        'receive_payment',
        'refund_organisation',
        'approve_purchase'
    )
ORDER BY c.prepared_at
LIMIT 500
