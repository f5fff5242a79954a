-- How many approved merchants and agents accept what is accepted so, today.
--
-- In:     issuer_id int, accepts text (any, groups or acceptors), names text[]
-- Out:    how many
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT count(*) AS acceptors
FROM acceptor AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.status = 'approved'
    AND (
        CASE %(accepts)s
            WHEN 'any' THEN TRUE
            WHEN 'groups' THEN a.groups && %(names)s::text[]
            ELSE a.name = any(%(names)s::text[])
        END
    )
