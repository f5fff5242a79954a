-- Create a programme; it is open.
--
-- In:     issuer_id, programme_id int, code, name, description text, funding_account_id int,
--         budget_minor bigint, starts_on, sales_close_on, redemption_close_on, claims_close_on
--         date (null where there is none), changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.programmes
INSERT INTO programme (
    issuer_id,
    programme_id,
    code,
    name,
    description,
    funding_account_id,
    budget_minor,
    starts_on,
    sales_close_on,
    redemption_close_on,
    claims_close_on,
    changed_version
)
VALUES (
    %(issuer_id)s,
    %(programme_id)s,
    %(code)s,
    %(name)s,
    %(description)s,
    %(funding_account_id)s,
    %(budget_minor)s,
    %(starts_on)s,
    %(sales_close_on)s,
    %(redemption_close_on)s,
    %(claims_close_on)s,
    %(changed_version)s
)
