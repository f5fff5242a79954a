-- What the command line began and nobody was told the end of: the run that began it was killed.
--
-- In:     issuer_id int, client_id int, action smallint, group_code text, amount_minor bigint, vouchers bigint
-- Out:    provision_id and status of the oldest
-- Locks:  none
-- Caller: cli.groups
SELECT
    p.provision_id,
    p.status
FROM operation AS o
INNER JOIN provision AS p
    ON o.issuer_id = p.issuer_id AND o.subject = 'provision:' || p.provision_id::text
INNER JOIN voucher_group AS g
    ON p.issuer_id = g.issuer_id AND p.group_id = g.group_id
WHERE
    o.issuer_id = %(issuer_id)s
    AND o.client_id = %(client_id)s
    AND o.action = %(action)s
    AND o.actor LIKE 'cli:%%'
    AND o.reference LIKE '~%%'
    AND g.code = %(group_code)s
    AND p.amount_minor = %(amount_minor)s
    AND p.serial_last - p.serial_first + 1 = %(vouchers)s
    AND NOT EXISTS (
        SELECT 1
        FROM jobs.provision_told AS t
        WHERE t.issuer_id = p.issuer_id AND t.provision_id = p.provision_id
    )
ORDER BY p.provision_id
LIMIT 1
