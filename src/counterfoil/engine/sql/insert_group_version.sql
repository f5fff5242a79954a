-- Publish one version of a group; it never changes.
--
-- In:     the columns of group_version
-- Locks:  log_head is ours
-- Caller: engine.groups
INSERT INTO group_version (
    issuer_id,
    group_id,
    version,
    name,
    description,
    denominations,
    valid_for_days,
    valid_until,
    hold_seconds,
    settlement,
    accepts,
    accepts_names,
    number_digits,
    amount_minor_max,
    daily_amount_minor_max,
    daily_count_max,
    picture,
    restock_level,
    unused_value
)
VALUES (
    %(issuer_id)s,
    %(group_id)s,
    %(version)s,
    %(name)s,
    %(description)s,
    %(denominations)s::bigint[],
    %(valid_for_days)s,
    %(valid_until)s,
    %(hold_seconds)s,
    %(settlement)s,
    %(accepts)s,
    %(accepts_names)s::text[],
    %(number_digits)s,
    %(amount_minor_max)s,
    %(daily_amount_minor_max)s,
    %(daily_count_max)s,
    %(picture)s,
    %(restock_level)s,
    %(unused_value)s
)
