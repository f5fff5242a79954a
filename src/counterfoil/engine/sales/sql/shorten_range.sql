-- Let a range that was given back begin after what was cut off it; one of which nothing is left
-- goes.
--
-- In:     issuer_id int, range_first bigint, next_drawn bigint, vouchers int
-- Locks:  the range is locked already
-- Caller: engine.sales.cutting
WITH emptied AS (
    DELETE FROM allocation_range
    WHERE
        issuer_id = %(issuer_id)s
        AND serial_first = %(range_first)s
        AND serial_last < %(next_drawn)s
)

UPDATE allocation_range
SET
    serial_first = %(next_drawn)s,
    next_drawn = %(next_drawn)s,
    vouchers = greatest(vouchers - %(vouchers)s, 1)
WHERE
    issuer_id = %(issuer_id)s
    AND serial_first = %(range_first)s
    AND serial_last >= %(next_drawn)s
