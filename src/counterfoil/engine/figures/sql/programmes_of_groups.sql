-- Which programme each group belongs to.
--
-- In:     issuer_id int
-- Out:    group_id, programme_id
-- Locks:  none
-- Caller: engine.figures.reading
SELECT
    group_id,
    programme_id
FROM voucher_group
WHERE issuer_id = %(issuer_id)s
