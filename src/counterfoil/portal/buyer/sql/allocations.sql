-- What an organisation has bought, in the order of time: one of them, or a page of all.
--
-- In:     issuer_id int, organisation_id int, allocation_id int (null: all), sort text (newest,
--         oldest), after_id int, rows_max int
-- Out:    the fields of Allocation, in its order; `counts` is pairs of state and vouchers
-- Locks:  none
-- Caller: portal.buyer.vouchers_reading
SELECT
    a.allocation_id,
    a.sale_id,
    v.name,
    g.code,
    a.amount_minor,
    f.currency,
    a.quantity,
    a.sold,
    s.paid_at,
    s.created_at,
    v.hold_seconds,
    v.valid_for_days,
    v.valid_until,
    g.status = 'paused' OR p.status IN ('redemption_closed', 'claims_closed', 'closed')
        AS is_stopped,
    coalesce(c.counts, '{}') AS counts,
    coalesce(r.undrawn, 0)::bigint AS undrawn
FROM allocation AS a
INNER JOIN sale AS s ON a.issuer_id = s.issuer_id AND a.sale_id = s.sale_id
INNER JOIN group_version AS v
    ON a.issuer_id = v.issuer_id AND a.group_id = v.group_id AND a.group_version = v.version
INNER JOIN voucher_group AS g ON a.issuer_id = g.issuer_id AND a.group_id = g.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN LATERAL (
    SELECT array_agg(ARRAY[n.state::bigint, n.vouchers]) AS counts
    FROM allocation_count AS n
    WHERE n.issuer_id = a.issuer_id AND n.allocation_id = a.allocation_id
) AS c ON TRUE
LEFT JOIN LATERAL (
    SELECT sum(w.serial_last - w.next_drawn + 1) AS undrawn
    FROM allocation_range AS w
    WHERE
        w.issuer_id = a.issuer_id
        AND w.allocation_id = a.allocation_id
        AND w.status = 'sold'
) AS r ON TRUE
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.organisation_id = %(organisation_id)s
    AND (%(allocation_id)s::int IS NULL OR a.allocation_id = %(allocation_id)s::int)
    AND CASE %(sort)s
        WHEN 'oldest' THEN a.allocation_id > %(after_id)s
        ELSE a.allocation_id < %(after_id)s
    END
    AND a.sold > 0
ORDER BY CASE %(sort)s WHEN 'oldest' THEN a.allocation_id ELSE -a.allocation_id END
LIMIT %(rows_max)s
