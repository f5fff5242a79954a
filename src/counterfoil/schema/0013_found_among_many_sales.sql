-- What is read on many pages is found without going through all that was ever sold: what people moved
-- of the funds, and of allocations those that hold stock, or own some that is not handed out.

CREATE INDEX operation_of_funds ON operation (issuer_id, operation_id)
WHERE action IN (102, 103, 104);

CREATE INDEX allocation_held ON allocation (issuer_id) WHERE held > 0;
CREATE INDEX allocation_count_stocked ON allocation_count (issuer_id, allocation_id)
WHERE state = 1;
COMMENT ON INDEX allocation_count_stocked IS
'not by how many there are: a count that changes touches no index';

CREATE OR REPLACE VIEW free_stock AS
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
        0 AS owned,
        0 AS ready,
        0 AS expired
    FROM allocation AS a
    WHERE a.held > 0
    UNION ALL
    SELECT
        a.issuer_id,
        a.group_id,
        a.amount_minor,
        0 AS stocked,
        0 AS held,
        n.vouchers AS owned,
        0 AS ready,
        0 AS expired
    FROM allocation_count AS n
    INNER JOIN allocation AS a
        ON n.issuer_id = a.issuer_id AND n.allocation_id = a.allocation_id
    WHERE n.state = 1 AND n.vouchers > 0
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
