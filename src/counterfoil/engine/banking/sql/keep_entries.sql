-- Keep the lines of a file, each once for its account. Of those that are known it is only filled in
-- what an earlier file did not say.
--
-- In:     issuer_id, file_id int, and arrays of one length: funding_account_ids, bank_references,
--         amounts, are_credits, booked_ons, value_ons, payment_ids, batch_ids, return_reasons,
--         return_becauses, payer_names, payer_references, notes, statement_nos (null: it stands on
--         no statement), are_notified, statuses
-- Out:    the fields of KeptEntry, in its order
-- Locks:  bank_look is ours
-- Caller: engine.banking.taking
WITH last AS (
    SELECT coalesce(max(entry_id), 0) AS entry_id
    FROM bank_entry
    WHERE issuer_id = %(issuer_id)s
)

INSERT INTO bank_entry AS b (
    issuer_id, entry_id, funding_account_id, bank_reference, amount_minor, is_credit, booked_on,
    value_on, payment_id, batch_id, return_reason, return_because, payer_name, payer_reference,
    note, file_id, statement_id, statement_no, is_notified, status
)
SELECT
    %(issuer_id)s,
    l.entry_id + e.ordinality,
    e.funding_account_id,
    e.bank_reference,
    e.amount_minor,
    e.is_credit,
    e.booked_on,
    e.value_on,
    e.payment_id,
    e.batch_id,
    e.return_reason,
    e.return_because,
    e.payer_name,
    e.payer_reference,
    e.note,
    %(file_id)s,
    CASE WHEN e.statement_no IS NOT NULL THEN %(file_id)s END,
    e.statement_no,
    e.is_notified,
    e.status
FROM last AS l
CROSS JOIN
    unnest(
        %(funding_account_ids)s::int[],
        %(bank_references)s::text[],
        %(amounts)s::bigint[],
        %(are_credits)s::boolean[],
        %(booked_ons)s::date[],
        %(value_ons)s::date[],
        %(payment_ids)s::uuid[],
        %(batch_ids)s::uuid[],
        %(return_reasons)s::text[],
        %(return_becauses)s::text[],
        %(payer_names)s::text[],
        %(payer_references)s::text[],
        %(notes)s::text[],
        %(statement_nos)s::int[],
        %(are_notified)s::boolean[],
        %(statuses)s::text[]
    ) WITH ORDINALITY
        AS e (
            funding_account_id, bank_reference, amount_minor, is_credit, booked_on, value_on, payment_id,
            batch_id, return_reason, return_because, payer_name, payer_reference, note, statement_no,
            is_notified, status, ordinality
        )
ON CONFLICT ON CONSTRAINT bank_entry_once DO UPDATE
    SET
        statement_id = coalesce(b.statement_id, excluded.statement_id),
        statement_no = coalesce(b.statement_no, excluded.statement_no),
        is_notified = b.is_notified OR excluded.is_notified,
        payment_id = coalesce(b.payment_id, excluded.payment_id),
        batch_id = coalesce(b.batch_id, excluded.batch_id),
        return_reason = coalesce(b.return_reason, excluded.return_reason),
        return_because = coalesce(b.return_because, excluded.return_because)
RETURNING
    b.funding_account_id,
    b.bank_reference,
    b.amount_minor,
    b.is_credit,
    b.payment_id,
    b.batch_id,
    b.statement_id,
    b.statement_no
