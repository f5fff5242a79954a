-- Stock of one provision, redeemed: one operation and one posting for each voucher, at merchants in
-- turn, and the balances and counts of it. Drawing and activating are left out: they move no money.
--
-- In:     issuer_id, provision_id int, serial_first, serial_last bigint: a part of the provision that
--         is in stock, first_operation, first_posting, leaf_number bigint, now timestamptz,
--         first_acceptor, acceptors int: their ids follow one another
-- Out:    nothing
-- Locks:  log_head is ours; the rows it writes
-- Caller: bench.many_redemptions
WITH given AS (
    SELECT
        v.serial,
        v.amount_minor,
        v.group_id,
        p.funding_account_id,
        v.serial - %(serial_first)s AS place,
        %(first_acceptor)s + mod(v.serial, %(acceptors)s)::int AS acceptor_id
    FROM voucher AS v
    INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
    INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
    WHERE
        v.issuer_id = %(issuer_id)s
        AND v.serial BETWEEN %(serial_first)s AND %(serial_last)s
),

operations AS (
    INSERT INTO operation (
        issuer_id, operation_id, at, serial, amount_minor, leaf_number, client_id, acceptor_id,
        action, content_hash, reference_key, reference, actor
    )
    SELECT
        %(issuer_id)s,
        %(first_operation)s + g.place,
        %(now)s,
        g.serial,
        g.amount_minor,
        %(leaf_number)s,
        0,
        g.acceptor_id,
        4,
        ''::bytea,
        md5('bench redeems ' || g.serial)::uuid,
        '~bench:' || g.serial,
        'bench'
    FROM given AS g
),

postings AS (
    INSERT INTO posting (
        issuer_id, posting_id, operation_id, amount_minor, funding_account_id, debit_kind,
        credit_kind, debit_owner, credit_owner
    )
    SELECT
        %(issuer_id)s,
        %(first_posting)s + g.place,
        %(first_operation)s + g.place,
        g.amount_minor,
        g.funding_account_id,
        4,
        5,
        g.group_id,
        g.acceptor_id
    FROM given AS g
),

vouchers AS (
    UPDATE voucher AS v
    SET state = 5, last_operation = %(first_operation)s + g.place, changed_at = %(now)s
    FROM given AS g
    WHERE v.issuer_id = %(issuer_id)s AND v.serial = g.serial
),

provisions AS (
    UPDATE provision
    SET next_drawn = %(serial_last)s + 1
    WHERE issuer_id = %(issuer_id)s AND provision_id = %(provision_id)s
),

counts AS (
    UPDATE stock_count AS c
    SET vouchers = c.vouchers - t.vouchers
    FROM (
        SELECT
            g.group_id,
            g.amount_minor,
            count(*) AS vouchers
        FROM given AS g
        GROUP BY g.group_id, g.amount_minor
    ) AS t
    WHERE
        c.issuer_id = %(issuer_id)s
        AND c.group_id = t.group_id
        AND c.amount_minor = t.amount_minor
        AND c.state = 1
),

redeemed AS (
    INSERT INTO stock_count AS c (issuer_id, group_id, amount_minor, state, vouchers)
    SELECT
        %(issuer_id)s,
        g.group_id,
        g.amount_minor,
        5,
        count(*)
    FROM given AS g
    GROUP BY g.group_id, g.amount_minor
    ON CONFLICT (issuer_id, group_id, amount_minor, state) DO UPDATE
        SET vouchers = c.vouchers + excluded.vouchers
),

reserved AS (
    UPDATE account AS a
    SET debit_minor = a.debit_minor + t.amount_minor
    FROM (
        SELECT
            g.funding_account_id,
            g.group_id,
            sum(g.amount_minor) AS amount_minor
        FROM given AS g
        GROUP BY g.funding_account_id, g.group_id
    ) AS t
    WHERE
        a.issuer_id = %(issuer_id)s
        AND a.funding_account_id = t.funding_account_id
        AND a.kind = 4
        AND a.owner_id = t.group_id
)

INSERT INTO account AS a (
    issuer_id, funding_account_id, kind, owner_id, debit_minor, credit_minor
)
SELECT
    %(issuer_id)s,
    g.funding_account_id,
    5,
    g.acceptor_id,
    0,
    sum(g.amount_minor)
FROM given AS g
GROUP BY g.funding_account_id, g.acceptor_id
ON CONFLICT (issuer_id, funding_account_id, kind, owner_id) DO UPDATE
    SET credit_minor = a.credit_minor + excluded.credit_minor
