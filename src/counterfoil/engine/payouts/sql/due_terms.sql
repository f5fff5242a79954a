-- Terms of which a run is due: their cut-off is past, or somebody is owed what they wait for. One
-- of the latter kind is not due again for a day after its last run was dropped.
--
-- In:     issuer_id int
-- Out:    terms_id, cut_off_at or null
-- Locks:  none
-- Caller: engine.payouts.counting
SELECT
    t.terms_id,
    t.next_cut_off_at AS cut_off_at
FROM payout_terms AS t
WHERE
    t.issuer_id = %(issuer_id)s
    AND t.applies
    AND NOT EXISTS (
        SELECT
        FROM payout_run AS r
        WHERE
            r.issuer_id = t.issuer_id
            AND r.terms_id = t.terms_id
            AND (
                r.status IN ('counting', 'previewed', 'sending')
                OR (
                    t.cycle = 'threshold'
                    AND r.status = 'dropped'
                    AND r.made_at > now() - interval '1 day'
                )
            )
    )
    AND (
        t.next_cut_off_at <= now()
        OR (
            t.cycle = 'threshold'
            AND EXISTS (
                SELECT
                FROM account AS a
                WHERE
                    a.issuer_id = t.issuer_id
                    AND a.funding_account_id = t.funding_account_id
                    AND a.kind = 5
                    AND (t.acceptor_id IS NULL OR a.owner_id = t.acceptor_id)
                    AND a.credit_minor - a.debit_minor >= t.threshold_minor
            )
        )
    )
ORDER BY t.next_cut_off_at, t.terms_id
