-- What the journal recorded last, by its key.
--
-- In:     issuer_id int, rows_max int
-- Out:    operation_id, at, action, serial, amount_minor, currency, acceptor_id, the acceptor's
--         name, actor, subject, reason; the latest first
-- Locks:  none
-- Caller: portal.orchestrator.overview.happened
WITH latest AS (
    SELECT
        operation_id,
        issuer_id,
        at,
        action,
        serial,
        amount_minor,
        acceptor_id,
        actor,
        subject,
        reason
    FROM operation
    WHERE issuer_id = %(issuer_id)s
    ORDER BY operation_id DESC
    LIMIT %(rows_max)s
)

SELECT
    o.operation_id,
    o.at,
    o.action,
    o.serial,
    o.amount_minor,
    coalesce(f.currency, fd.currency) AS currency,
    o.acceptor_id,
    a.name AS acceptor_name,
    o.actor,
    o.subject,
    o.reason
FROM latest AS o
LEFT JOIN voucher AS v ON o.issuer_id = v.issuer_id AND o.serial = v.serial
LEFT JOIN provision AS s
    ON
        o.issuer_id = s.issuer_id
        AND substring(o.subject FROM '^provision:([0-9]{1,9})$')::int = s.provision_id
LEFT JOIN voucher_group AS g
    ON o.issuer_id = g.issuer_id AND coalesce(v.group_id, s.group_id) = g.group_id
LEFT JOIN programme AS p
    ON
        o.issuer_id = p.issuer_id
        AND (
            g.programme_id = p.programme_id
            OR substring(o.subject FROM '^programme:([^:]+)') = p.code
        )
LEFT JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN funding_account AS fd
    ON
        o.issuer_id = fd.issuer_id
        AND substring(o.subject FROM '^funding:([0-9]{1,9})$')::int = fd.funding_account_id
LEFT JOIN acceptor AS a ON o.issuer_id = a.issuer_id AND o.acceptor_id = a.acceptor_id
ORDER BY o.operation_id DESC
LIMIT %(rows_max)s
