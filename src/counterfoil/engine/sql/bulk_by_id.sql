-- One change of many vouchers, and how far it is.
--
-- In:     issuer_id int, bulk_id int
-- Out:    the columns of Bulk, in its order
-- Locks:  none
-- Caller: engine.bulk
SELECT
    bulk_id,
    action,
    provision_id,
    group_id,
    cardinality(serials) AS asked,
    extend_until,
    actor,
    client_id,
    reason,
    next_serial,
    serial_last,
    done,
    refused,
    status,
    programme_id,
    organisation_id,
    allocation_id
FROM bulk
WHERE issuer_id = %(issuer_id)s AND bulk_id = %(bulk_id)s
