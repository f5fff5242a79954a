-- Fold the postings of a batch into the running totals, one change per account. An account
-- that would be overdrawn fails its CHECK and with it the whole transaction.
--
-- In:     issuer_id int, and arrays: funding_account_ids, kinds, owner_ids, debits, credits
-- Locks:  the accounts; log_head is ours, so nobody holds them in another order
-- Caller: engine.journal
UPDATE account AS a
SET debit_minor = a.debit_minor + m.debit_minor, credit_minor = a.credit_minor + m.credit_minor
FROM
    unnest(
        %(funding_account_ids)s::int[],
        %(kinds)s::smallint[],
        %(owner_ids)s::bigint[],
        %(debits)s::bigint[],
        %(credits)s::bigint[]
    ) AS m (funding_account_id, kind, owner_id, debit_minor, credit_minor)
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.funding_account_id = m.funding_account_id
    AND a.kind = m.kind
    AND a.owner_id = m.owner_id
