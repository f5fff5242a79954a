-- What the funding account of a programme holds, and what the programme has set aside of it.
--
-- In:     issuer_id, programme_id int
-- Out:    the columns of ProgrammeMoney, in its order
-- Locks:  none
-- Caller: engine.programme_figures
WITH accounts AS (
    SELECT
        a.kind,
        a.owner_id,
        a.debit_minor,
        a.credit_minor
    FROM programme AS p
    INNER JOIN account AS a
        ON p.issuer_id = a.issuer_id AND p.funding_account_id = a.funding_account_id
    WHERE p.issuer_id = %(issuer_id)s AND p.programme_id = %(programme_id)s
),

earmarked AS (
    SELECT coalesce(sum(a.credit_minor - a.debit_minor), 0) AS earmarked_minor
    FROM voucher_group AS g
    INNER JOIN provision AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND g.group_id = v.group_id
            AND v.kind = 'stock'
            AND v.next_created <= v.serial_last
    INNER JOIN accounts AS a ON a.kind = 3 AND v.provision_id = a.owner_id
    WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s
),

whole AS (
    SELECT
        coalesce(sum(debit_minor) FILTER (WHERE kind = 1), 0) AS deposited_minor,
        coalesce(sum(credit_minor - debit_minor) FILTER (WHERE kind = 2), 0) AS available_minor,
        coalesce(sum(credit_minor) FILTER (WHERE kind = 5), 0) AS earned_minor,
        coalesce(sum(credit_minor - debit_minor) FILTER (WHERE kind = 5), 0) AS owed_minor,
        count(*) FILTER (WHERE kind = 5) AS acceptors
    FROM accounts
)

SELECT
    w.deposited_minor::bigint AS deposited_minor,
    w.available_minor::bigint AS available_minor,
    e.earmarked_minor::bigint AS earmarked_minor,
    w.earned_minor::bigint AS earned_minor,
    w.owed_minor::bigint AS owed_minor,
    w.acceptors,
    array(
        SELECT o.code
        FROM programme AS p
        INNER JOIN programme AS o
            ON
                o.issuer_id = %(issuer_id)s
                AND p.funding_account_id = o.funding_account_id
                AND p.programme_id <> o.programme_id
        WHERE p.issuer_id = %(issuer_id)s AND p.programme_id = %(programme_id)s
        ORDER BY o.code
    ) AS shared_with
FROM whole AS w
CROSS JOIN earmarked AS e
