-- Whether anything that is not over still needs this version.
--
-- In:     issuer_id int, purpose text, version int, finished smallint[]
-- Out:    one boolean
-- Locks:  nothing
-- Caller: keys.envelope.retire_key_version; reads whole tables, once per rotation
SELECT CASE %(purpose)s::text
    WHEN 'hash'
        THEN
            EXISTS (
                SELECT 1
                FROM voucher AS v
                WHERE
                    v.issuer_id = %(issuer_id)s::int
                    AND v.key_version = %(version)s::int
                    AND v.state <> ALL(%(finished)s::smallint[])
            )
    WHEN 'seal'
        THEN
            EXISTS (
                SELECT 1
                FROM voucher_secret AS s
                WHERE s.issuer_id = %(issuer_id)s::int AND s.key_version = %(version)s::int
            )
    WHEN 'personal'
        THEN
            EXISTS (
                SELECT 1
                FROM voucher_comment AS c
                WHERE c.issuer_id = %(issuer_id)s::int AND c.key_version = %(version)s::int
            )
    ELSE FALSE
END AS in_use
