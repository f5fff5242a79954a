-- The next number of a kind.
--
-- In:     issuer_id int, kind text
-- Out:    number
-- Locks:  the series, until the transaction ends
-- Caller: portal.purchases.series
INSERT INTO portal.series (issuer_id, kind, last)
VALUES (%(issuer_id)s, %(kind)s, 1)
ON CONFLICT (issuer_id, kind) DO UPDATE SET last = portal.series.last + 1
RETURNING last
