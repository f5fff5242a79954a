-- Vouchers of a run of serials by state, up to so many of them.
--
-- In:     issuer_id int, serial_first bigint, serial_last bigint, vouchers_max int
-- Out:    state, vouchers, amount_minor
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT
    v.state,
    count(*) AS vouchers,
    sum(v.amount_minor)::bigint AS amount_minor
FROM (
    SELECT
        r.state,
        r.amount_minor
    FROM voucher AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.serial BETWEEN %(serial_first)s::bigint AND %(serial_last)s::bigint
    ORDER BY r.serial
    LIMIT %(vouchers_max)s
) AS v
GROUP BY v.state
ORDER BY v.state
