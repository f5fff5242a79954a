-- All that belongs to a profile, in one row.
--
-- In:     profile_id uuid
-- Out:    contacts, outlets, documents, verifications: jsonb arrays, in the order they came
-- Locks:  none
-- Caller: portal.merchants.reading
SELECT
    (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'id', c.id, 'name', c.name, 'role', c.role, 'number', c.telephone, 'email', c.email
                )
                ORDER BY c.created_at
            )
        FROM portal.merchant_contact AS c
        WHERE c.profile_id = p.id AND c.ended_at IS NULL
    ) AS contacts,
    (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'id', o.id, 'name', o.name, 'address', o.address, 'town', o.town,
                    'latitude', o.latitude::text, 'longitude', o.longitude::text, 'week', o.hours
                )
                ORDER BY o.created_at
            )
        FROM portal.merchant_outlet AS o
        WHERE o.profile_id = p.id AND o.ended_at IS NULL
    ) AS outlets,
    (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'id', d.id, 'kind', d.kind, 'number', d.number, 'expires_on', d.expires_on,
                    'upload_id', u.id, 'file', u.name, 'size', u.size
                )
                ORDER BY d.added_at
            )
        FROM portal.merchant_document AS d
        INNER JOIN portal.upload AS u ON d.upload_id = u.id
        WHERE d.profile_id = p.id AND d.ended_at IS NULL
    ) AS documents,
    (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'section', v.section, 'found', v.state, 'by', v.by, 'at', v.at, 'note', v.note
                )
                ORDER BY v.section
            )
        FROM portal.merchant_verification AS v
        WHERE v.profile_id = p.id
    ) AS verifications
FROM portal.merchant_profile AS p
WHERE p.id = %(profile_id)s
ORDER BY p.id
LIMIT 1
