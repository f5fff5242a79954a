-- Note of which lengths there are imported numbers: they have no check digit of ours.
--
-- In:     issuer_id int, lengths int[]
-- Locks:  log_head is ours
-- Caller: engine.importing_vouchers
UPDATE issuer_setting
SET
    imported_lengths = array(
        SELECT DISTINCT u.digits
        FROM unnest(imported_lengths || %(lengths)s::int[]) AS u (digits)
        ORDER BY u.digits
    )
WHERE issuer_id = %(issuer_id)s
