-- Where a file or a bank's reference came before, other than in one purchase.
--
-- In:     issuer_id int, funding_account_id int, reference_key text (null: none), digest bytea
--         (null: none), purchase_id uuid
-- Out:    the columns of Used, in its order, and the content of a command that waits: whether it
--         is of this account and reference only that says
-- Locks:  none
-- Caller: portal.purchases.references
(
    SELECT
        'file' AS used_by,
        'proof' AS what,
        f.sent_at AS used_at,
        p.id AS purchase_id,
        p.number,
        NULL::uuid AS command_id,
        NULL::int AS funding_account_id,
        NULL::bytea AS content
    FROM portal.purchase_proof AS f
    INNER JOIN portal.purchase AS p ON f.purchase_id = p.id
    WHERE
        f.issuer_id = %(issuer_id)s
        AND f.digest = %(digest)s::bytea
        AND f.purchase_id <> %(purchase_id)s::uuid
    ORDER BY f.sent_at DESC
    LIMIT 20
)
UNION ALL
(
    SELECT
        'file' AS used_by,
        'evidence' AS what,
        u.uploaded_at AS used_at,
        NULL AS purchase_id,
        NULL AS number,
        e.command_id,
        NULL AS funding_account_id,
        NULL AS content
    FROM portal.upload AS u
    INNER JOIN portal.evidence AS e ON u.id = e.upload_id AND u.issuer_id = e.issuer_id
    WHERE
        u.issuer_id = %(issuer_id)s
        AND u.digest = %(digest)s::bytea
        AND NOT EXISTS (
            SELECT
            FROM portal.purchase_payment AS y
            WHERE y.command_id = e.command_id
        )
    ORDER BY u.uploaded_at DESC
    LIMIT 20
)
UNION ALL
(
    SELECT
        'reference' AS used_by,
        'proof' AS what,
        f.sent_at AS used_at,
        p.id AS purchase_id,
        p.number,
        NULL AS command_id,
        NULL AS funding_account_id,
        NULL AS content
    FROM portal.purchase_proof AS f
    INNER JOIN portal.purchase AS p ON f.purchase_id = p.id
    WHERE
        f.issuer_id = %(issuer_id)s
        AND f.reference_key = %(reference_key)s::text
        AND f.purchase_id <> %(purchase_id)s::uuid
        AND p.funding_account_id = %(funding_account_id)s
    ORDER BY f.sent_at DESC
    LIMIT 20
)
UNION ALL
(
    SELECT
        'reference' AS used_by,
        'payment' AS what,
        y.made_at AS used_at,
        p.id AS purchase_id,
        p.number,
        y.command_id,
        NULL AS funding_account_id,
        NULL AS content
    FROM portal.purchase_payment AS y
    INNER JOIN portal.purchase AS p ON y.purchase_id = p.id
    WHERE
        y.issuer_id = %(issuer_id)s
        AND y.funding_account_id = %(funding_account_id)s
        AND y.reference_key = %(reference_key)s::text
        AND y.ended <> 'refused'
        AND y.purchase_id <> %(purchase_id)s::uuid
    ORDER BY y.made_at
    LIMIT 20
)
UNION ALL
(
    SELECT
        'reference' AS used_by,
        'operation' AS what,
        o.at AS used_at,
        NULL AS purchase_id,
        NULL AS number,
        NULL AS command_id,
        %(funding_account_id)s::int AS funding_account_id,
        NULL AS content
    FROM operation AS o
    WHERE
        o.issuer_id = %(issuer_id)s
        AND o.subject = 'funding:' || %(funding_account_id)s::int
        AND o.action IN (102, 124)
        AND o.action IN (102, 103, 124, 125)
        AND lower(replace(o.reference, ' ', '')) = %(reference_key)s::text
        AND NOT EXISTS (
            SELECT
            FROM portal.purchase_payment AS y
            WHERE
                y.issuer_id = %(issuer_id)s
                AND y.funding_account_id = %(funding_account_id)s
                AND y.reference_key = %(reference_key)s::text
                AND y.ended = 'approved'
        )
    ORDER BY o.operation_id
    LIMIT 1
)
UNION ALL
(
    SELECT
        'reference' AS used_by,
        'waiting' AS what,
        c.prepared_at AS used_at,
        NULL AS purchase_id,
        NULL AS number,
        c.command_id,
        NULL AS funding_account_id,
        c.content
    FROM command AS c
    WHERE
        c.issuer_id = %(issuer_id)s
        AND %(reference_key)s::text IS NOT NULL
        AND c.status = 'waiting'
        AND c.kind IN ('deposit', 'receive_payment')
    ORDER BY c.prepared_at
    LIMIT 200
)
