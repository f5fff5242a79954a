-- What a calling system did last, of what stands at the end of the issuer's journal: however
-- rarely it calls, no more is read.
--
-- In:     issuer_id int, client_id int, within bigint, rows_max int
-- Out:    operation_id, at, action, serial, amount_minor, currency, subject
-- Locks:  none
-- Caller: portal.orchestrator.clients.reading
SELECT
    o.operation_id,
    o.at,
    o.action,
    o.serial,
    o.amount_minor,
    f.currency,
    o.subject
FROM (
    SELECT
        w.issuer_id,
        w.operation_id,
        w.at,
        w.action,
        w.serial,
        w.amount_minor,
        w.subject
    FROM operation AS w
    WHERE
        w.issuer_id = %(issuer_id)s
        AND w.operation_id > (
            SELECT h.next_operation - %(within)s
            FROM log_head AS h
            WHERE h.issuer_id = %(issuer_id)s
        )
        AND w.client_id = %(client_id)s
    ORDER BY w.operation_id DESC
    LIMIT %(rows_max)s
) AS o
LEFT JOIN voucher AS v ON o.issuer_id = v.issuer_id AND o.serial = v.serial
LEFT JOIN voucher_group AS g ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id
LEFT JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
LEFT JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
ORDER BY o.operation_id DESC
