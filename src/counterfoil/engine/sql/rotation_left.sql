-- How much an older key still holds.
--
-- In:     issuer_id int, purpose text, active smallint, states smallint[]: open vouchers
-- Out:    one number
-- Locks:  none
-- Caller: engine.rotation; reads a whole table
SELECT CASE %(purpose)s::text
    WHEN 'hash'
        THEN (
            SELECT count(*)
            FROM voucher AS v
            WHERE
                v.issuer_id = %(issuer_id)s
                AND v.key_version <> %(active)s
                AND v.state = any(%(states)s::smallint[])
        )
    WHEN 'seal'
        THEN (
            SELECT count(*)
            FROM voucher_secret AS s
            WHERE s.issuer_id = %(issuer_id)s AND s.key_version <> %(active)s
        )
    WHEN 'personal'
        THEN (
            SELECT count(*)
            FROM voucher_comment AS c
            WHERE c.issuer_id = %(issuer_id)s AND c.key_version <> %(active)s
        )
    ELSE 0
END AS rows_left
