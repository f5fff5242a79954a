-- What was redeemed on a day at each merchant, and of each organisation's vouchers, where somebody is
-- there to be told and nobody was.
--
-- In:     issuer_id int, day date (in UTC)
-- Out:    acceptor or organisation, its id, currency, vouchers, amount_minor
-- Locks:  none
-- Caller: portal.notifications.redeemed
SELECT
    f.subject_kind,
    f.subject_id,
    a.currency,
    sum(f.vouchers)::bigint AS vouchers,
    sum(f.amount_minor)::bigint AS amount_minor
FROM figure AS f
INNER JOIN funding_account AS a
    ON f.issuer_id = a.issuer_id AND f.funding_account_id = a.funding_account_id
WHERE
    f.issuer_id = %(issuer_id)s
    AND f.subject_kind IN ('acceptor', 'organisation')
    AND f.measure = 'redeemed'
    AND f.days = 1
    AND f.begins = %(day)s::date
    AND f.vouchers > 0
    AND (
        EXISTS (
            SELECT
            FROM portal.portal_acceptorrole AS r
            WHERE
                f.subject_kind = 'acceptor'
                AND r.issuer_id = f.issuer_id
                AND r.acceptor_id = f.subject_id
        )
        OR EXISTS (
            SELECT
            FROM portal.portal_organisationrole AS r
            WHERE
                f.subject_kind = 'organisation'
                AND r.issuer_id = f.issuer_id
                AND r.organisation_id = f.subject_id
        )
    )
    AND NOT EXISTS (
        SELECT
        FROM portal.notification AS n
        WHERE
            n.issuer_id = f.issuer_id
            AND n.subject = f.subject_kind || ':' || f.subject_id
            AND n.kind = 'redemption'
            AND n.key = %(day)s::date || ' ' || a.currency
    )
GROUP BY f.subject_kind, f.subject_id, a.currency
ORDER BY f.subject_kind, f.subject_id, a.currency
LIMIT 10000
