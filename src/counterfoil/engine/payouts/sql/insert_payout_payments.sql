-- Write the payments of payouts down before they are sent, each due at once.
--
-- In:     issuer_id, run_id, funding_account_id int, debit_account text, now timestamptz, and arrays
--         of one length: payment_ids, operation_ids, acceptor_ids, amounts, schemes, fsps, accounts,
--         rails
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
WITH written AS (
    INSERT INTO payment (
        issuer_id, payment_id, operation_id, acceptor_id, run_id, funding_account_id,
        amount_minor, scheme, fsp, debit_account, credit_account, rail, status, next_try_at,
        created_at
    )
    SELECT
        %(issuer_id)s,
        p.payment_id,
        p.operation_id,
        p.acceptor_id,
        %(run_id)s,
        %(funding_account_id)s,
        p.amount_minor,
        p.scheme,
        p.fsp,
        %(debit_account)s,
        p.account,
        p.rail,
        'pending',
        %(now)s AS next_try_at,
        %(now)s AS created_at
    FROM unnest(
        %(payment_ids)s::uuid[],
        %(operation_ids)s::bigint[],
        %(acceptor_ids)s::int[],
        %(amounts)s::bigint[],
        %(schemes)s::text[],
        %(fsps)s::text[],
        %(accounts)s::text[],
        %(rails)s::text[]
    ) AS p (payment_id, operation_id, acceptor_id, amount_minor, scheme, fsp, account, rail)
)

UPDATE payout AS q
SET
    status = 'pending',
    scheme = m.scheme,
    fsp = m.fsp,
    account = m.account,
    rail = m.rail,
    reason = NULL,
    changed_at = %(now)s
FROM
    unnest(
        %(acceptor_ids)s::int[],
        %(schemes)s::text[],
        %(fsps)s::text[],
        %(accounts)s::text[],
        %(rails)s::text[]
    ) AS m (acceptor_id, scheme, fsp, account, rail)
WHERE
    q.issuer_id = %(issuer_id)s
    AND q.run_id = %(run_id)s
    AND q.acceptor_id = any(%(acceptor_ids)s::int[]) -- so that they are looked up by key
    AND q.acceptor_id = m.acceptor_id
