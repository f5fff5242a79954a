-- Put payments into a batch. From then on nobody sends them one by one.
--
-- In:     issuer_id int, batch_id uuid, rail text, funding_account_id int, pay_on date,
--         payment_ids uuid[], total_minor bigint
-- Locks:  the payments are locked already
-- Caller: engine.payouts.batching
WITH made AS (
    INSERT INTO bank_batch (
        issuer_id, batch_id, rail, funding_account_id, payments, total_minor, pay_on, made_at
    )
    VALUES (
        %(issuer_id)s,
        %(batch_id)s,
        %(rail)s,
        %(funding_account_id)s,
        cardinality(%(payment_ids)s::uuid[]),
        %(total_minor)s,
        %(pay_on)s,
        now()
    )
)

UPDATE payment
SET batch_id = %(batch_id)s, tries = tries + 1, next_try_at = NULL, leased_until = NULL
WHERE issuer_id = %(issuer_id)s AND payment_id = any(%(payment_ids)s::uuid[])
