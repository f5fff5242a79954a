-- Keep which vouchers a chunk could not change, and why.
--
-- In:     issuer_id int, bulk_id int, serials bigint[], outcomes text[]
-- Locks:  none besides the new rows
-- Caller: engine.bulk, in the transaction that changes the others
INSERT INTO bulk_refusal (issuer_id, bulk_id, serial, outcome)
SELECT
    %(issuer_id)s,
    %(bulk_id)s,
    r.serial,
    r.outcome
FROM unnest(%(serials)s::bigint[], %(outcomes)s::text[]) AS r (serial, outcome)
