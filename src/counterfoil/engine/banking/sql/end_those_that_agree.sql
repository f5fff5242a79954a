-- End what agrees again by how a payment, a batch, a line or an operation stands by now.
--
-- In:     issuer_id int, now timestamptz
-- Locks:  bank_look is ours
-- Caller: engine.banking.exceptions
UPDATE bank_exception AS b
SET ended_at = %(now)s, ended_by = 'system', ended_why = 'It agrees again.'
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.ended_at IS NULL
    AND CASE b.kind
        WHEN 'silent_batch'
            THEN
                EXISTS (
                    SELECT 1
                    FROM bank_batch AS k
                    WHERE
                        k.issuer_id = %(issuer_id)s
                        AND k.batch_id = b.batch_id
                        AND k.answered_at IS NOT NULL
                )
        WHEN 'silent_payment'
            THEN
                EXISTS (
                    SELECT 1
                    FROM payment AS p
                    WHERE
                        p.issuer_id = %(issuer_id)s
                        AND p.payment_id = b.payment_id
                        AND p.status <> 'pending'
                )
        WHEN 'not_at_bank'
            THEN
                EXISTS (
                    SELECT 1
                    FROM bank_match AS m
                    INNER JOIN bank_entry AS e ON m.issuer_id = e.issuer_id AND m.entry_id = e.entry_id
                    WHERE
                        m.issuer_id = %(issuer_id)s
                        AND m.operation_id = b.operation_id
                        AND e.statement_id IS NOT NULL
                )
        WHEN 'amount_differs'
            THEN
                b.entry_id IS NULL AND EXISTS (
                    SELECT 1
                    FROM payment AS p
                    WHERE
                        p.issuer_id = %(issuer_id)s
                        AND p.payment_id = b.payment_id
                        AND p.status <> 'pending'
                )
        WHEN 'contradicted'
            THEN
                EXISTS (
                    SELECT 1
                    FROM bank_entry AS e
                    WHERE
                        e.issuer_id = %(issuer_id)s
                        AND e.entry_id = b.entry_id
                        AND e.status = 'attached'
                )
        ELSE FALSE
    END
