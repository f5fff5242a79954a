-- What an organisation handed out, in the order of time, and how far each is.
--
-- In:     issuer_id int, organisation_id int, sort text (newest, oldest), after_at
--         timestamptz, after_id uuid, rows_max int
-- Out:    the fields of HandoverRow, in its order
-- Locks:  none
-- Caller: portal.buyer.handovers_reading
WITH page AS (
    (
        SELECT h.*
        FROM portal.handover_list AS h
        WHERE
            %(sort)s = 'newest'
            AND h.issuer_id = %(issuer_id)s
            AND h.organisation_id = %(organisation_id)s
            AND h.sent_at IS NOT NULL
            AND (h.sent_at, h.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid)
        ORDER BY h.sent_at DESC, h.id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT h.*
        FROM portal.handover_list AS h
        WHERE
            %(sort)s = 'oldest'
            AND h.issuer_id = %(issuer_id)s
            AND h.organisation_id = %(organisation_id)s
            AND h.sent_at IS NOT NULL
            AND (h.sent_at, h.id) > (%(after_at)s::timestamptz, %(after_id)s::uuid)
        ORDER BY h.sent_at, h.id
        LIMIT %(rows_max)s
    )
)

SELECT
    p.id,
    p.sent_at,
    p.sent_by,
    p.people,
    p.allocation_id,
    v.name,
    a.amount_minor,
    f.currency,
    p.file_kind,
    p.fetched_at,
    p.lost_at,
    p.wrapped_key IS NOT NULL AS has_key,
    c.status AS command_status,
    e.status AS engine_status,
    coalesce(e.handed, 0) AS handed,
    e.forgotten_at
FROM page AS p
LEFT JOIN command AS c ON p.issuer_id = c.issuer_id AND p.id = c.command_id
LEFT JOIN handover AS e ON p.issuer_id = e.issuer_id AND p.id = e.handover_id
LEFT JOIN allocation AS a ON p.issuer_id = a.issuer_id AND p.allocation_id = a.allocation_id
LEFT JOIN group_version AS v
    ON a.issuer_id = v.issuer_id AND a.group_id = v.group_id AND a.group_version = v.version
LEFT JOIN voucher_group AS g ON a.issuer_id = g.issuer_id AND a.group_id = g.group_id
LEFT JOIN programme AS r ON g.issuer_id = r.issuer_id AND g.programme_id = r.programme_id
LEFT JOIN funding_account AS f
    ON r.issuer_id = f.issuer_id AND r.funding_account_id = f.funding_account_id
ORDER BY
    CASE WHEN %(sort)s = 'oldest' THEN p.sent_at END,
    CASE WHEN %(sort)s = 'oldest' THEN p.id END,
    p.sent_at DESC,
    p.id DESC
