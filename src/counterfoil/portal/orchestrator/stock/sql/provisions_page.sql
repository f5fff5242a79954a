-- Provisions of an issuer as they are sorted, from a key on, and who asked for each.
--
-- In:     issuer_id int, name text (a part of the voucher's name or code), group_id int,
--         status text, provision_id int (each null: any), with_blocks boolean (also the blocks of
--         serials for vouchers made on demand), sort text (newest, oldest, amount: what is worth
--         most first), after_number bigint, after_text text, after_id bigint (the key before the
--         first), rows_max int
-- Out:    provision_id, kind, status, group code, group name, group_version, amount_minor,
--         currency, serial_first, serial_last, next_created, drawn, nobodys, standing (of these:
--         free, paused, expired), owned, held (as far as its cursor and those of the ranges cut off
--         it went), created_at, finished_at,
--         funding_account_id, actor, command_id (both null where it was not asked by a person or
--         a calling system); its key: number, text, id
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
WITH named AS MATERIALIZED (
    SELECT g.group_id
    FROM voucher_group AS g
    INNER JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
    WHERE
        g.issuer_id = %(issuer_id)s
        AND %(name)s::text IS NOT NULL
        AND (
            strpos(lower(v.name), lower(%(name)s::text)) > 0
            OR strpos(lower(g.code), lower(%(name)s::text)) > 0
        )
),

sorted AS (
    SELECT
        s.*,
        CASE %(sort)s
            WHEN 'newest' THEN -s.provision_id
            WHEN 'amount'
                THEN -least(
                    s.amount_minor::numeric * (s.serial_last - s.serial_first + 1),
                    9223372036854775807
                )
            ELSE 0
        END::bigint AS key_number
    FROM provision AS s
    WHERE
        s.issuer_id = %(issuer_id)s
        AND (s.kind <> 'on_demand' OR %(with_blocks)s)
        AND (%(provision_id)s::int IS NULL OR s.provision_id = %(provision_id)s::int)
        AND (%(group_id)s::int IS NULL OR s.group_id = %(group_id)s::int)
        AND (%(name)s::text IS NULL OR s.group_id IN (SELECT n.group_id FROM named AS n))
        AND (%(status)s::text IS NULL OR s.status = %(status)s::text)
),

page AS MATERIALIZED (
    SELECT s.*
    FROM sorted AS s
    WHERE
        (s.key_number, '', s.provision_id)
        > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
    ORDER BY s.key_number, s.provision_id
    LIMIT %(rows_max)s
)

SELECT
    s.provision_id,
    s.kind,
    s.status,
    g.code AS group_code,
    v.name AS group_name,
    s.group_version,
    s.amount_minor,
    f.currency,
    s.serial_first,
    s.serial_last,
    s.next_created,
    greatest(s.next_drawn - s.serial_first - c.cut_off, 0) + c.drawn AS drawn,
    greatest(s.next_created - s.next_drawn, 0) + c.returned AS nobodys,
    coalesce(d.standing, 'free') AS standing,
    c.owned,
    c.held,
    s.created_at,
    s.finished_at,
    f.funding_account_id,
    o.actor,
    o.command_id,
    s.key_number,
    '' AS key_text,
    s.provision_id AS key_id
FROM page AS s
INNER JOIN voucher_group AS g ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
INNER JOIN group_version AS v
    ON
        s.issuer_id = v.issuer_id
        AND s.group_id = v.group_id
        AND s.group_version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN provision_standing AS d
    ON d.issuer_id = %(issuer_id)s AND s.provision_id = d.provision_id
CROSS JOIN
    LATERAL ( -- ranges lie within the serials of what they were cut off
        SELECT
            coalesce(sum(r.serial_last - r.serial_first + 1), 0)::bigint AS cut_off,
            coalesce(sum(r.next_drawn - r.serial_first), 0)::bigint AS drawn,
            coalesce(
                sum(
                    greatest(
                        least(
                            r.vouchers, least(r.serial_last + 1, s.next_created) - r.next_drawn
                        ),
                        0
                    )
                ) FILTER (WHERE r.status = 'sold'),
                0
            )::bigint AS owned,
            coalesce(sum(r.vouchers) FILTER (WHERE r.status = 'held'), 0)::bigint AS held,
            coalesce(
                sum(least(r.vouchers, r.serial_last + 1 - r.next_drawn))
                FILTER (WHERE r.status = 'returned'),
                0
            )::bigint AS returned
        FROM allocation_range AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.serial_first BETWEEN s.serial_first AND s.serial_last
            AND r.provision_id = s.provision_id
            AND r.status <> 'replacement'
    ) AS c
LEFT JOIN LATERAL (
    SELECT
        a.actor,
        CASE
            WHEN a.reference ~ '^command:[0-9a-f-]{36}$' THEN substring(a.reference FROM 9)::uuid
        END AS command_id
    FROM operation AS a
    WHERE
        a.issuer_id = s.issuer_id
        AND a.subject IN (
            format('provision:%%s', s.provision_id), format('tombstones:%%s', s.provision_id)
        )
        AND a.action IN (104, 106)
    ORDER BY a.subject, a.operation_id
    LIMIT 1
) AS o ON TRUE
ORDER BY s.key_number, s.provision_id
LIMIT %(rows_max)s
