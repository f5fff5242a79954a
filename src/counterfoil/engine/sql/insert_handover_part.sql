-- What a chunk drew.
--
-- In:     issuer_id int, handover_id uuid, first_position int, serials bigint[], outcomes text[],
--         sealed bytea
-- Locks:  log_head is ours
-- Caller: engine.handing_out
INSERT INTO handover_part (
    issuer_id, handover_id, first_position, serials, outcomes, sealed
)
VALUES (
    %(issuer_id)s,
    %(handover_id)s,
    %(first_position)s,
    %(serials)s::bigint[],
    %(outcomes)s::text[],
    %(sealed)s
)
