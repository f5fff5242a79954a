-- Of which voucher, and how many, the organisations of a large issuer are to have bought.
--
-- In:     issuer_id int, buyer int (whose pages are measured; every eighth forty is theirs),
--         group_code text, purchases int, quantity int (of vouchers in each), days int
-- Out:    the temporary table given
-- Locks:  none
-- Caller: bench.large_sales
CREATE TEMPORARY TABLE given AS
SELECT
    g.issuer_id,
    g.group_id,
    g.code AS group_code,
    g.version AS group_version,
    v.name AS group_name,
    p.funding_account_id,
    %(buyer)s::int AS buyer,
    %(purchases)s::int AS purchases,
    %(quantity)s::int AS quantity,
    %(days)s::int AS days,
    1000::bigint AS amount_minor
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
WHERE g.issuer_id = %(issuer_id)s AND g.code = %(group_code)s
