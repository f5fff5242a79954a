-- Whether a role of a person asks for a second factor, and there is none.
--
-- In:     person_id bigint, guarded text[], today date
-- Out:    one boolean
-- Locks:  none
-- Caller: portal.door.second_factor
SELECT
    (
        EXISTS (
            SELECT 1 FROM portal.portal_roleassignment AS r
            WHERE r.person_id = %(person_id)s AND r.role = ANY(%(guarded)s::text[])
        ) OR EXISTS (
            SELECT 1 FROM portal.portal_delegation AS d
            WHERE
                d.to_person_id = %(person_id)s
                AND d.ended_at IS NULL
                AND %(today)s::date BETWEEN d.from_date AND d.until_date
        )
    ) AND NOT EXISTS (
        SELECT 1 FROM portal.mfa_authenticator AS a
        WHERE a.user_id = %(person_id)s AND a.type = 'totp'
    ) AS is_missing
