-- What somebody has to look at, by funding account.
--
-- In:     issuer_id int
-- Out:    funding_account_id, differences, proposed (how many lines), proposed_minor, oldest day of
--         those; accounts of which nothing is are left out
-- Locks:  none
-- Caller: portal.orchestrator.banking.accounts
SELECT
    w.funding_account_id,
    sum(w.differences)::bigint AS differences,
    sum(w.proposed)::bigint AS proposed,
    sum(w.proposed_minor)::bigint AS proposed_minor,
    min(w.oldest) AS oldest
FROM (
    SELECT
        x.funding_account_id,
        1 AS differences,
        0 AS proposed,
        0::bigint AS proposed_minor,
        NULL::date AS oldest
    FROM bank_exception AS x
    WHERE x.issuer_id = %(issuer_id)s AND x.ended_at IS NULL
    UNION ALL
    SELECT
        e.funding_account_id,
        0 AS differences,
        1 AS proposed,
        e.amount_minor AS proposed_minor,
        e.booked_on AS oldest
    FROM bank_entry AS e
    WHERE e.issuer_id = %(issuer_id)s AND e.status = 'proposed'
) AS w
GROUP BY w.funding_account_id
