-- The lines of a sale, in order.
--
-- In:     issuer_id int, sale_id uuid, organisation_id int, and arrays of the same length:
--         group_ids, group_versions, amounts, quantities, commissions
-- Locks:  log_head is ours, so that two at once get other numbers
-- Caller: engine.sales.promising
WITH last AS (
    SELECT coalesce(max(a.allocation_id), 0) AS allocation_id
    FROM allocation AS a
    WHERE a.issuer_id = %(issuer_id)s
)

INSERT INTO allocation (
    issuer_id, allocation_id, sale_id, line, organisation_id, group_id, group_version,
    amount_minor, quantity, commission_minor
)
SELECT
    %(issuer_id)s,
    last.allocation_id + l.ordinality,
    %(sale_id)s,
    l.ordinality,
    %(organisation_id)s,
    l.group_id,
    l.group_version,
    l.amount_minor,
    l.quantity,
    l.commission_minor
FROM last
CROSS JOIN
    unnest( -- noqa: PRS
        %(group_ids)s::int[],
        %(group_versions)s::int[],
        %(amounts)s::bigint[],
        %(quantities)s::int[],
        %(commissions)s::bigint[]
    ) WITH ORDINALITY AS l (
        group_id, group_version, amount_minor, quantity, commission_minor, ordinality
    )
