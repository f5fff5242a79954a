-- Give a programme another name, description, budget or other dates.
--
-- In:     issuer_id, programme_id int, name, description text, budget_minor bigint, starts_on,
--         sales_close_on, redemption_close_on, claims_close_on date (null where there is none),
--         changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.programmes
UPDATE programme
SET
    name = %(name)s,
    description = %(description)s,
    budget_minor = %(budget_minor)s,
    starts_on = %(starts_on)s,
    sales_close_on = %(sales_close_on)s,
    redemption_close_on = %(redemption_close_on)s,
    claims_close_on = %(claims_close_on)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND programme_id = %(programme_id)s
