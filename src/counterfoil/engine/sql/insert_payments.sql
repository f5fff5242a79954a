-- Write payments down before they are sent, leased to the process that reserved the vouchers.
--
-- In:     issuer_id int, now timestamptz, lease_seconds int, and arrays: payment_ids,
--         operation_ids, serials, acceptor_ids, funding_account_ids, amounts, schemes, fsps,
--         debit_accounts, credit_accounts, rails
-- Locks:  none besides the new rows
-- Caller: engine.apply
INSERT INTO payment (
    issuer_id, payment_id, operation_id, serial, acceptor_id, funding_account_id, amount_minor,
    scheme, fsp, debit_account, credit_account, rail, status, tries, next_try_at, leased_until, created_at
)
SELECT
    %(issuer_id)s,
    p.payment_id,
    p.operation_id,
    p.serial,
    p.acceptor_id,
    p.funding_account_id,
    p.amount_minor,
    p.scheme,
    p.fsp,
    p.debit_account,
    p.credit_account,
    p.rail,
    'pending',
    1,
    %(now)s + make_interval(secs => %(lease_seconds)s),
    %(now)s + make_interval(secs => %(lease_seconds)s),
    %(now)s
FROM unnest(
    %(payment_ids)s::uuid[],
    %(operation_ids)s::bigint[],
    %(serials)s::bigint[],
    %(acceptor_ids)s::int[],
    %(funding_account_ids)s::int[],
    %(amounts)s::bigint[],
    %(schemes)s::text[],
    %(fsps)s::text[],
    %(debit_accounts)s::text[],
    %(credit_accounts)s::text[],
    %(rails)s::text[]
) AS p (
    payment_id, operation_id, serial, acceptor_id, funding_account_id, amount_minor, scheme, fsp,
    debit_account, credit_account, rail
)
