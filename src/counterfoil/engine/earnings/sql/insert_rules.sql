-- Rules that count from an operation on.
--
-- In:     issuer_id int, operation_id bigint, and arrays of one length: positions,
--         funding_account_ids, events, programme_ids, acceptor_ids, acceptor_groups, fixed, points,
--         least, most, starts_on, ends_on
-- Locks:  log_head is ours
-- Caller: engine.earnings.rules
WITH latest AS (
    SELECT coalesce(max(rule_id), 0) AS rule_id
    FROM earning_rule
    WHERE issuer_id = %(issuer_id)s
)

INSERT INTO earning_rule (
    issuer_id, rule_id, position, funding_account_id, event, programme_id, acceptor_id,
    acceptor_group, fixed_minor, points, least_minor, most_minor, starts_on, ends_on,
    since_operation
)
SELECT
    %(issuer_id)s,
    l.rule_id + row_number() OVER (ORDER BY r.position),
    r.position,
    r.funding_account_id,
    r.event,
    r.programme_id,
    r.acceptor_id,
    r.acceptor_group,
    r.fixed_minor,
    r.points,
    r.least_minor,
    r.most_minor,
    r.starts_on,
    r.ends_on,
    %(operation_id)s
FROM latest AS l
CROSS JOIN
    unnest(
        %(positions)s::int[],
        %(funding_account_ids)s::int[],
        %(events)s::text[],
        %(programme_ids)s::int[],
        %(acceptor_ids)s::int[],
        %(acceptor_groups)s::text[],
        %(fixed)s::bigint[],
        %(points)s::int[],
        %(least)s::bigint[],
        %(most)s::bigint[],
        %(starts_on)s::date[],
        %(ends_on)s::date[]
    ) AS r (
        position, funding_account_id, event, programme_id, acceptor_id, acceptor_group, fixed_minor,
        points, least_minor, most_minor, starts_on, ends_on
    )
