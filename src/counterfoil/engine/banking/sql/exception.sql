-- A difference, with what is known of the payment and the line it is about.
--
-- In:     issuer_id int, exception_id int
-- Out:    ended_at, then the fields of OpenException, in its order
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.resolving
SELECT
    b.ended_at,
    b.exception_id,
    b.kind,
    b.funding_account_id,
    b.about,
    b.expected_minor,
    b.found_minor,
    b.payment_id,
    p.amount_minor AS payment_minor,
    b.entry_id,
    e.bank_reference,
    e.amount_minor AS entry_minor,
    e.is_credit,
    e.value_on,
    (
        SELECT coalesce(sum(m.amount_minor), 0)::bigint
        FROM bank_match AS m
        WHERE m.issuer_id = %(issuer_id)s AND m.entry_id = b.entry_id
    ) AS matched_minor
FROM bank_exception AS b
LEFT JOIN bank_entry AS e ON b.issuer_id = e.issuer_id AND b.entry_id = e.entry_id
LEFT JOIN payment AS p ON b.issuer_id = p.issuer_id AND b.payment_id = p.payment_id
WHERE b.issuer_id = %(issuer_id)s AND b.exception_id = %(exception_id)s
