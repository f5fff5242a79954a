-- End what is open of some kinds and accounts and is not wanted any more.
--
-- In:     issuer_id int, now timestamptz, kinds text[], of_lines boolean, funding_account_ids int[]
--         (null: all), and arrays of one length: wanted_kinds, wanted_funds, wanted_abouts
-- Locks:  bank_look is ours
-- Caller: engine.banking.exceptions
UPDATE bank_exception AS b
SET ended_at = %(now)s, ended_by = 'system', ended_why = 'It agrees again.'
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.kind = any(%(kinds)s::text[])
    AND (b.entry_id IS NOT NULL) = %(of_lines)s
    AND (
        %(funding_account_ids)s::int[] IS NULL
        OR b.funding_account_id = any(%(funding_account_ids)s::int[])
    )
    AND b.ended_at IS NULL
    AND NOT EXISTS (
        SELECT 1
        FROM
            unnest(
                %(wanted_kinds)s::text[], %(wanted_funds)s::int[], %(wanted_abouts)s::text[]
            ) AS w (kind, funding_account_id, about)
        WHERE
            w.kind = b.kind
            AND w.funding_account_id = b.funding_account_id
            AND w.about = b.about
    )
