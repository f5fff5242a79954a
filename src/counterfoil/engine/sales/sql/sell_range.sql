-- Sell a held range up to a serial; what is behind it stays held. One of which nothing is in stock
-- any more goes.
--
-- In:     issuer_id int, sale_id uuid, serial_first bigint, serial_sold bigint (before serial_first
--         where nothing is sold), sold int, still_held int
-- Locks:  log_head is ours
-- Caller: engine.sales.steps
WITH before AS (
    SELECT
        serial_last,
        allocation_id,
        provision_id,
        group_id,
        group_version,
        amount_minor
    FROM allocation_range
    WHERE issuer_id = %(issuer_id)s AND serial_first = %(serial_first)s
),

emptied AS (
    DELETE FROM allocation_range
    WHERE
        issuer_id = %(issuer_id)s
        AND serial_first = %(serial_first)s
        AND %(sold)s::int = 0
        AND %(still_held)s::int = 0
),

kept AS (
    INSERT INTO allocation_range (
        issuer_id, serial_first, serial_last, next_drawn, allocation_id, provision_id, group_id,
        group_version, amount_minor, vouchers, status
    )
    SELECT
        %(issuer_id)s,
        %(serial_sold)s + 1,
        b.serial_last,
        %(serial_sold)s + 1,
        b.allocation_id,
        b.provision_id,
        b.group_id,
        b.group_version,
        b.amount_minor,
        %(still_held)s,
        'held'
    FROM before AS b
    WHERE %(still_held)s::int > 0
)

UPDATE allocation_range
SET
    status = 'sold',
    vouchers = %(sold)s,
    serial_last = CASE WHEN %(still_held)s::int > 0 THEN %(serial_sold)s ELSE serial_last END
WHERE
    issuer_id = %(issuer_id)s
    AND serial_first = %(serial_first)s
    AND %(sold)s::int > 0
