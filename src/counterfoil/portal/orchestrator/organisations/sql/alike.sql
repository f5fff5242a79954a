-- Others of the same name or tax number: a sign to look twice.
--
-- In:     issuer_id int, name text, tax_id text ('' is none), organisation_id int (0 is none),
--         profile_id uuid (null: none): itself
-- Out:    why ('name' or 'tax_id'), name, organisation_id or null, the profile's id or null
-- Locks:  none
-- Caller: portal.orchestrator.organisations.reading
(
    SELECT
        'name' AS why,
        o.name,
        o.organisation_id,
        NULL::uuid AS profile_id
    FROM organisation AS o
    WHERE
        o.issuer_id = %(issuer_id)s
        AND lower(o.name) = lower(%(name)s)
        AND o.organisation_id <> %(organisation_id)s
    ORDER BY o.organisation_id
    LIMIT 5
)
UNION ALL
(
    SELECT
        'tax_id' AS why,
        p.name,
        p.organisation_id,
        p.id AS profile_id
    FROM portal.organisation_profile AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND %(tax_id)s <> ''
        AND p.tax_id = %(tax_id)s
        AND p.status NOT IN ('rejected', 'withdrawn')
        AND p.id IS DISTINCT FROM %(profile_id)s::uuid
    ORDER BY p.name
    LIMIT 5
)
