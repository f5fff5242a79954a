-- Differences, the oldest or the newest first, from one on; or one of them; with their evidence.
--
-- In:     issuer_id int, exception_id int (null: any), is_ended bool (null: any), kind text ('': any),
--         after_id int (the one before the first), is_newest bool, rows_max int
-- Out:    the fields of Difference, in its order
-- Locks:  none
-- Caller: portal.orchestrator.banking.differences
SELECT
    x.exception_id,
    x.kind,
    x.funding_account_id,
    f.currency,
    x.about,
    x.expected_minor,
    x.found_minor,
    x.opened_at,
    x.ended_at,
    x.ended_by,
    x.ended_why,
    x.entry_id,
    e.bank_reference,
    e.amount_minor AS entry_minor,
    e.is_credit,
    e.booked_on,
    (
        SELECT coalesce(sum(m.amount_minor), 0)::bigint
        FROM bank_match AS m
        WHERE m.issuer_id = x.issuer_id AND m.entry_id = x.entry_id
    ) AS matched_minor,
    x.payment_id,
    p.amount_minor AS payment_minor,
    p.status AS payment_status,
    p.run_id,
    p.acceptor_id,
    p.serial,
    a.name AS acceptor,
    x.batch_id,
    b.rail AS batch_rail,
    b.payments AS batch_payments,
    b.total_minor AS batch_minor,
    b.put_at,
    x.file_id,
    i.rail AS file_rail,
    i.kind AS file_kind,
    i.message_id,
    i.taken_at,
    o.action,
    o.serial AS operation_serial,
    o.subject
FROM bank_exception AS x
INNER JOIN funding_account AS f
    ON x.issuer_id = f.issuer_id AND x.funding_account_id = f.funding_account_id
LEFT JOIN bank_entry AS e ON x.issuer_id = e.issuer_id AND x.entry_id = e.entry_id
LEFT JOIN payment AS p ON x.issuer_id = p.issuer_id AND x.payment_id = p.payment_id
LEFT JOIN acceptor AS a ON p.issuer_id = a.issuer_id AND p.acceptor_id = a.acceptor_id
LEFT JOIN bank_batch AS b ON x.issuer_id = b.issuer_id AND x.batch_id = b.batch_id
LEFT JOIN bank_file AS i
    ON x.issuer_id = i.issuer_id AND coalesce(x.file_id, e.file_id) = i.file_id
LEFT JOIN operation AS o ON x.issuer_id = o.issuer_id AND x.operation_id = o.operation_id
WHERE
    x.issuer_id = %(issuer_id)s
    AND (%(exception_id)s::int IS NULL OR x.exception_id = %(exception_id)s)
    AND (%(is_ended)s::boolean IS NULL OR (x.ended_at IS NOT NULL) = %(is_ended)s)
    AND (%(kind)s = '' OR x.kind = %(kind)s)
    AND CASE
        WHEN %(is_newest)s THEN x.exception_id < %(after_id)s
        ELSE x.exception_id > %(after_id)s
    END
ORDER BY CASE WHEN %(is_newest)s THEN -x.exception_id ELSE x.exception_id END
LIMIT %(rows_max)s
