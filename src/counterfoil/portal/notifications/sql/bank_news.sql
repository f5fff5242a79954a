-- What a bank's files brought within a day that nobody was told of yet: differences that are open,
-- all of them at once, and files that were refused.
--
-- In:     issuer_id int
-- Out:    kind, key (of the last one), how many, who brought the file ('' for differences)
-- Locks:  none
-- Caller: portal.notifications.banking
SELECT
    'bank_differs' AS kind,
    max(x.exception_id)::text AS key,
    count(*) AS number,
    '' AS brought_by
FROM bank_exception AS x
WHERE
    x.issuer_id = %(issuer_id)s
    AND x.ended_at IS NULL
    AND x.opened_at > now() - interval '1 day'
    AND x.exception_id > (
        SELECT coalesce(max(n.key::int), 0)
        FROM portal.notification AS n
        WHERE n.issuer_id = %(issuer_id)s AND n.subject = 'bank' AND n.kind = 'bank_differs'
    )
HAVING count(*) > 0
UNION ALL
(
    SELECT
        'bank_file_refused' AS kind,
        r.refusal_id::text AS key,
        1 AS number,
        r.brought_by
    FROM bank_file_refused AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.refused_at > now() - interval '1 day'
        AND r.refusal_id > (
            SELECT coalesce(max(n.key::int), 0)
            FROM portal.notification AS n
            WHERE
                n.issuer_id = %(issuer_id)s
                AND n.subject = 'bank'
                AND n.kind = 'bank_file_refused'
        )
    ORDER BY r.refusal_id
    LIMIT 20
)
