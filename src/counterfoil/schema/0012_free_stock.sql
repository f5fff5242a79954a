-- What free stock is, said once: vouchers that can be handed out or sold now. It is what is in stock
-- less what organisations own, what is held for purchases, and what nobody may draw from: what is
-- paused, and what is no longer valid.

CREATE VIEW provision_standing AS
SELECT
    p.issuer_id,
    p.provision_id,
    p.group_id,
    p.group_version,
    p.amount_minor,
    p.next_created,
    p.next_drawn,
    CASE
        WHEN v.valid_until <= now() THEN 'expired'
        WHEN p.status NOT IN ('ready', 'running') THEN 'paused'
        WHEN g.status <> 'open' OR m.status <> 'open' THEN 'paused'
        ELSE 'free'
    END AS standing
FROM provision AS p
INNER JOIN group_version AS v
    ON
        p.issuer_id = v.issuer_id
        AND p.group_id = v.group_id
        AND p.group_version = v.version
INNER JOIN voucher_group AS g ON p.issuer_id = g.issuer_id AND p.group_id = g.group_id
INNER JOIN programme AS m ON g.issuer_id = m.issuer_id AND g.programme_id = m.programme_id
WHERE p.kind <> 'on_demand';
COMMENT ON COLUMN provision_standing.standing IS
'free; paused, as it is, its group, or the sales of its programme; expired, as its version is';

CREATE VIEW stock_left AS
SELECT
    s.issuer_id,
    s.provision_id,
    s.group_id,
    s.group_version,
    s.amount_minor,
    s.standing,
    s.next_created - s.next_drawn AS vouchers
FROM provision_standing AS s
WHERE s.next_drawn < s.next_created
UNION ALL
SELECT
    r.issuer_id,
    r.provision_id,
    r.group_id,
    r.group_version,
    r.amount_minor,
    s.standing,
    least(r.vouchers, r.serial_last + 1 - r.next_drawn) AS vouchers
FROM allocation_range AS r
INNER JOIN provision_standing AS s
    ON r.issuer_id = s.issuer_id AND r.provision_id = s.provision_id
WHERE r.status = 'returned' AND r.next_drawn <= r.serial_last;
COMMENT ON VIEW stock_left IS
'what is nobody''s, as far as the cursors of provisions and of what was given back went; what was '
'cancelled behind them counts';

CREATE VIEW free_stock AS
WITH counted AS (
    SELECT
        c.issuer_id,
        c.group_id,
        c.amount_minor,
        c.vouchers AS stocked,
        0::bigint AS held,
        0::bigint AS owned,
        0::bigint AS ready,
        0::bigint AS expired
    FROM stock_count AS c
    WHERE c.state = 1 AND c.vouchers > 0
    UNION ALL
    SELECT
        a.issuer_id,
        a.group_id,
        a.amount_minor,
        0 AS stocked,
        a.held,
        coalesce(n.vouchers, 0) AS owned,
        0 AS ready,
        0 AS expired
    FROM allocation AS a
    LEFT JOIN allocation_count AS n
        ON a.issuer_id = n.issuer_id AND a.allocation_id = n.allocation_id AND n.state = 1
    UNION ALL
    SELECT
        l.issuer_id,
        l.group_id,
        l.amount_minor,
        0 AS stocked,
        0 AS held,
        0 AS owned,
        CASE l.standing WHEN 'free' THEN l.vouchers ELSE 0 END AS ready,
        CASE l.standing WHEN 'expired' THEN l.vouchers ELSE 0 END AS expired
    FROM stock_left AS l
),

summed AS (
    SELECT
        issuer_id,
        group_id,
        amount_minor,
        sum(stocked)::bigint AS stocked,
        sum(held)::bigint AS held,
        sum(owned)::bigint AS owned,
        sum(ready)::bigint AS ready,
        sum(expired)::bigint AS expired
    FROM counted
    GROUP BY issuer_id, group_id, amount_minor
),

parted AS (
    SELECT
        s.*,
        greatest(s.stocked - s.held - s.owned, 0) AS nobodys,
        least(s.ready, greatest(s.stocked - s.held - s.owned, 0)) AS free
    FROM summed AS s
)

SELECT
    issuer_id,
    group_id,
    amount_minor,
    stocked,
    held,
    owned,
    free,
    least(expired, nobodys - free) AS expired,
    nobodys - free - least(expired, nobodys - free) AS paused
FROM parted;
COMMENT ON VIEW free_stock IS
'by group and amount: free, paused, expired, held and owned come to what is in stock';

CREATE VIEW offered_stock AS
SELECT
    g.issuer_id,
    g.group_id,
    d.amount_minor,
    coalesce(f.free, 0) AS free,
    (
        g.status = 'open'
        AND m.status = 'open'
        AND (v.valid_until IS NULL OR v.valid_until > now())
        AND coalesce(f.free, 0) <= v.restock_level
    ) IS TRUE AS is_low
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS m ON g.issuer_id = m.issuer_id AND g.programme_id = m.programme_id
CROSS JOIN LATERAL unnest(v.denominations) AS d (amount_minor)
LEFT JOIN free_stock AS f
    ON
        g.issuer_id = f.issuer_id
        AND g.group_id = f.group_id
        AND d.amount_minor = f.amount_minor;
COMMENT ON VIEW offered_stock IS
'the amounts of each current version; low where it is sold and no more than its level is free';

-- What a bulk change goes through may be an allocation: the ranges that it was sold, and what took
-- their place.
ALTER TABLE bulk ADD COLUMN allocation_id int;

-- What was cancelled while it was held is not held any more.
CREATE TEMPORARY TABLE still_held ON COMMIT DROP AS
SELECT
    r.issuer_id,
    r.serial_first,
    r.allocation_id,
    (
        SELECT count(*)
        FROM voucher AS v
        WHERE
            v.issuer_id = r.issuer_id
            AND v.serial BETWEEN r.serial_first AND r.serial_last
            AND v.provision_id = r.provision_id
            AND v.state = 1
    ) AS vouchers
FROM allocation_range AS r
WHERE r.status = 'held';
DELETE FROM allocation_range AS r
USING still_held AS h
WHERE r.issuer_id = h.issuer_id AND r.serial_first = h.serial_first AND h.vouchers = 0;
UPDATE allocation_range AS r
SET vouchers = h.vouchers
FROM still_held AS h
WHERE r.issuer_id = h.issuer_id AND r.serial_first = h.serial_first AND h.vouchers > 0;
UPDATE allocation AS a
SET held = h.vouchers
FROM (
    SELECT
        issuer_id,
        allocation_id,
        sum(vouchers)::int AS vouchers
    FROM still_held
    GROUP BY issuer_id, allocation_id
) AS h
WHERE a.issuer_id = h.issuer_id AND a.allocation_id = h.allocation_id;
