-- What happened to one voucher, the latest first.
--
-- In:     issuer_id int, serial bigint, operation_first, operation_last bigint, the filters of
--         OperationFilter less serial and the times, null for any; rows_max int
-- Out:    the columns of OperationRow, in its order
-- Locks:  none
-- Caller: engine.listings
WITH RECURSIVE story AS (
    SELECT o.*
    FROM voucher AS v
    INNER JOIN operation AS o
        ON v.issuer_id = o.issuer_id AND v.last_operation = o.operation_id
    WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s::bigint
    UNION ALL
    SELECT o.*
    FROM story AS s
    INNER JOIN operation AS o ON s.issuer_id = o.issuer_id AND s.previous = o.operation_id
)

SELECT
    o.operation_id,
    o.at,
    o.action,
    o.serial,
    o.amount_minor,
    coalesce(fv.currency, fp.currency, fd.currency) AS currency,
    o.acceptor_id,
    o.client_id,
    o.actor,
    o.reference,
    o.subject,
    o.reason,
    mod(o.flags, 2) = 1 AS overridden,
    o.leaf_number
FROM story AS o
LEFT JOIN voucher AS v ON o.issuer_id = v.issuer_id AND o.serial = v.serial
LEFT JOIN voucher_group AS gv ON v.issuer_id = gv.issuer_id AND v.group_id = gv.group_id
LEFT JOIN programme AS pv ON gv.issuer_id = pv.issuer_id AND gv.programme_id = pv.programme_id
LEFT JOIN funding_account AS fv
    ON pv.issuer_id = fv.issuer_id AND pv.funding_account_id = fv.funding_account_id
LEFT JOIN provision AS s
    ON
        o.issuer_id = s.issuer_id
        AND substring(o.subject FROM '^provision:([0-9]{1,9})$')::int = s.provision_id
LEFT JOIN voucher_group AS gp ON s.issuer_id = gp.issuer_id AND s.group_id = gp.group_id
LEFT JOIN programme AS pp ON gp.issuer_id = pp.issuer_id AND gp.programme_id = pp.programme_id
LEFT JOIN funding_account AS fp
    ON pp.issuer_id = fp.issuer_id AND pp.funding_account_id = fp.funding_account_id
LEFT JOIN funding_account AS fd
    ON
        o.issuer_id = fd.issuer_id
        AND substring(o.subject FROM '^funding:([0-9]{1,9})$')::int = fd.funding_account_id
WHERE
    o.operation_id BETWEEN %(operation_first)s::bigint AND %(operation_last)s::bigint
    AND (%(action)s::smallint IS NULL OR o.action = %(action)s::smallint)
    AND (%(acceptor_id)s::int IS NULL OR o.acceptor_id = %(acceptor_id)s::int)
    AND (%(client_id)s::int IS NULL OR o.client_id = %(client_id)s::int)
ORDER BY o.operation_id DESC
LIMIT %(rows_max)s
