-- What a file says of accounts, in its order.
--
-- In:     issuer_id, file_id int, and arrays of one length: funding_account_ids, report_ids, numbers,
--         opening_minors, closing_minors, closed_ons (null: none)
-- Locks:  bank_look is ours
-- Caller: engine.banking.taking
INSERT INTO bank_report (
    issuer_id, file_id, report_no, funding_account_id, report_id, number, opening_minor,
    closing_minor, closed_on
)
SELECT
    %(issuer_id)s,
    %(file_id)s,
    r.ordinality,
    r.funding_account_id,
    r.report_id,
    r.number,
    r.opening_minor,
    r.closing_minor,
    r.closed_on
FROM unnest(
    %(funding_account_ids)s::int[],
    %(report_ids)s::text[],
    %(numbers)s::int[],
    %(opening_minors)s::bigint[],
    %(closing_minors)s::bigint[],
    %(closed_ons)s::date[]
) WITH ORDINALITY AS r (
    funding_account_id, report_id, number, opening_minor, closing_minor, closed_on, ordinality
)
