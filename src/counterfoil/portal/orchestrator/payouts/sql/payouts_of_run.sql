-- What acceptors get in a run, as it is sorted, from a key on.
--
-- In:     issuer_id, run_id int, status text ('': any), sort text (largest, number), after_number
--         bigint, after_id bigint (the key before the first: the amount below zero or the acceptor,
--         and the acceptor), rows_max int
-- Out:    run_id, acceptor_id, acceptor's name, currency, redemptions, gross_minor, refunded_minor,
--         earned_minor, commission_minor, fee_minor, net_minor, fsp, account, left_out, status,
--         reason, changed_at
-- Locks:  none
-- Caller: portal.orchestrator.payouts.reading
WITH wanted AS NOT MATERIALIZED (
    SELECT
        p.*,
        -p.net_minor AS owed_first
    FROM payout AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.run_id = %(run_id)s
        AND (%(status)s = '' OR p.status = %(status)s)
),

page AS (
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'largest'
            AND (owed_first, acceptor_id) > (%(after_number)s::bigint, %(after_id)s::bigint)
        ORDER BY owed_first, acceptor_id
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'number'
            AND acceptor_id > %(after_id)s::bigint
        ORDER BY acceptor_id
        LIMIT %(rows_max)s
    )
)

SELECT
    p.run_id,
    p.acceptor_id,
    a.name,
    f.currency,
    p.redemptions,
    p.gross_minor,
    p.refunded_minor,
    p.earned_minor,
    p.commission_minor,
    p.fee_minor,
    p.net_minor,
    p.fsp,
    p.account,
    p.left_out,
    p.status,
    p.reason,
    p.changed_at
FROM page AS p
INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
INNER JOIN funding_account AS f
    ON r.issuer_id = f.issuer_id AND r.funding_account_id = f.funding_account_id
INNER JOIN acceptor AS a ON p.issuer_id = a.issuer_id AND p.acceptor_id = a.acceptor_id
ORDER BY
    CASE WHEN %(sort)s = 'largest' THEN p.owed_first END,
    p.acceptor_id
