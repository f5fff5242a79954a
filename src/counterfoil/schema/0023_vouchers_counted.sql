-- How many vouchers are where, said once: purged ones are what they were before.

CREATE VIEW voucher_count AS
SELECT
    s.issuer_id,
    s.group_id,
    s.amount_minor,
    s.state,
    s.vouchers
FROM stock_count AS s
WHERE s.state <> 10 AND s.vouchers > 0
UNION ALL
SELECT
    p.issuer_id,
    p.group_id,
    p.amount_minor,
    p.state,
    p.vouchers
FROM purged_count AS p;
COMMENT ON VIEW voucher_count IS
'by group, amount and state; `stock_count` has purged ones as purged, and `purged_count` them alone';
