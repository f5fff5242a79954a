-- Whose terms a design is of, by name, and which of them apply now.
--
-- In:     issuer_id, funding_account_id int, programme_id int or null, acceptor_id int or null
-- Out:    programme's name, acceptor's name, terms_id (each null where there is none); one row
-- Locks:  none
-- Caller: portal.orchestrator.payouts.terms_reading
SELECT
    (
        SELECT p.name
        FROM programme AS p
        WHERE p.issuer_id = %(issuer_id)s AND p.programme_id = %(programme_id)s::int
    ) AS programme,
    (
        SELECT a.name
        FROM acceptor AS a
        WHERE a.issuer_id = %(issuer_id)s AND a.acceptor_id = %(acceptor_id)s::int
    ) AS acceptor,
    (
        SELECT t.terms_id
        FROM payout_terms AS t
        WHERE
            t.issuer_id = %(issuer_id)s
            AND t.funding_account_id = %(funding_account_id)s
            AND t.programme_id IS NOT DISTINCT FROM %(programme_id)s::int
            AND t.acceptor_id IS NOT DISTINCT FROM %(acceptor_id)s::int
            AND t.applies
    ) AS terms_id
