-- What became of the vouchers of each group, by the counts, and what the ledger reserved for them and
-- released of it. Purged ones are what they were before.
--
-- In:     issuer_id int, rows_max int
-- Out:    group_id, its code and name, its programme's code and name, funding_account_id, currency;
--         vouchers and value in minor units of those redeemed, open, expired and cancelled; reserved
--         ever, released ever; whether some were finished already when they were imported: the ledger
--         never had those
-- Locks:  none
-- Caller: portal.orchestrator.books.reconciling
WITH summed AS (
    SELECT
        group_id,
        sum(vouchers) FILTER (WHERE state = 5) AS redeemed,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state = 5) AS redeemed_minor,
        sum(vouchers) FILTER (WHERE state IN (1, 2, 3, 4, 6, 7)) AS open,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state IN (1, 2, 3, 4, 6, 7)) AS open_minor,
        sum(vouchers) FILTER (WHERE state = 9) AS expired,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state = 9) AS expired_minor,
        sum(vouchers) FILTER (WHERE state = 8) AS cancelled,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state = 8) AS cancelled_minor
    FROM voucher_count
    WHERE issuer_id = %(issuer_id)s
    GROUP BY group_id
),

finished AS (
    SELECT DISTINCT p.group_id
    FROM provision AS p
    INNER JOIN operation AS o
        ON
            p.issuer_id = o.issuer_id
            AND o.subject = format('tombstones:%%s', p.provision_id)
    WHERE p.issuer_id = %(issuer_id)s AND p.kind = 'import'
)

SELECT
    g.group_id,
    g.code,
    v.name,
    p.code AS programme,
    p.name AS programme_name,
    p.funding_account_id,
    f.currency,
    coalesce(s.redeemed, 0)::bigint AS redeemed,
    coalesce(s.redeemed_minor, 0)::bigint AS redeemed_minor,
    coalesce(s.open, 0)::bigint AS open,
    coalesce(s.open_minor, 0)::bigint AS open_minor,
    coalesce(s.expired, 0)::bigint AS expired,
    coalesce(s.expired_minor, 0)::bigint AS expired_minor,
    coalesce(s.cancelled, 0)::bigint AS cancelled,
    coalesce(s.cancelled_minor, 0)::bigint AS cancelled_minor,
    coalesce(a.credit_minor, 0) AS reserved_minor,
    coalesce(a.debit_minor, 0) AS released_minor,
    i.group_id IS NOT NULL AS has_finished
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN summed AS s ON g.group_id = s.group_id
LEFT JOIN finished AS i ON g.group_id = i.group_id
LEFT JOIN account AS a
    ON
        g.issuer_id = a.issuer_id
        AND p.funding_account_id = a.funding_account_id
        AND a.kind = 4
        AND g.group_id = a.owner_id
WHERE g.issuer_id = %(issuer_id)s
ORDER BY p.funding_account_id, p.code, g.code
LIMIT %(rows_max)s
