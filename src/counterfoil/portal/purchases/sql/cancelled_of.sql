-- Whose vouchers a change has cancelled, and what of it came back to their balances: of vouchers that
-- were sold, those that became cancelled while it ran.
--
-- In:     issuer_id int, bulk_id int
-- Out:    organisation_id, currency, vouchers, back_minor
-- Locks:  none
-- Caller: portal.purchases.cancelled
SELECT
    a.organisation_id,
    f.currency,
    count(*) AS vouchers,
    coalesce(sum(v.amount_minor) FILTER (WHERE w.unused_value = 'buyer'), 0)::bigint AS back_minor
FROM bulk AS b
INNER JOIN allocation_range AS r
    ON
        b.issuer_id = r.issuer_id
        AND r.status IN ('sold', 'replacement')
        AND (b.provision_id IS NULL OR b.provision_id = r.provision_id)
        AND (b.allocation_id IS NULL OR b.allocation_id = r.allocation_id)
        AND (b.group_id IS NULL OR b.group_id = r.group_id)
        AND (b.programme_id IS NULL OR r.group_id IN (
            SELECT g.group_id
            FROM voucher_group AS g
            WHERE g.issuer_id = b.issuer_id AND g.programme_id = b.programme_id
        ))
INNER JOIN allocation AS a ON r.issuer_id = a.issuer_id AND r.allocation_id = a.allocation_id
INNER JOIN sale AS s ON a.issuer_id = s.issuer_id AND a.sale_id = s.sale_id
INNER JOIN funding_account AS f
    ON s.issuer_id = f.issuer_id AND s.funding_account_id = f.funding_account_id
INNER JOIN group_version AS w
    ON
        a.issuer_id = w.issuer_id
        AND a.group_id = w.group_id
        AND a.group_version = w.version
INNER JOIN voucher AS v
    ON
        r.issuer_id = v.issuer_id
        AND v.serial BETWEEN r.serial_first AND r.serial_last
        AND (b.serials IS NULL OR v.serial = any(b.serials))
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.bulk_id = %(bulk_id)s
    AND v.state = 8
    AND v.changed_at BETWEEN b.created_at AND b.finished_at
GROUP BY a.organisation_id, f.currency
ORDER BY a.organisation_id
LIMIT 10000
