-- Lists of people of each purchase whose vouchers were handed out, and what people were told of all
-- purchases. The people themselves are sealed, and written by bench.large_sales.
--
-- In:     nothing; reads the temporary tables given and bought
-- Out:    nothing
-- Locks:  the rows it writes
-- Caller: bench.large_sales
INSERT INTO handover (
    issuer_id, handover_id, organisation_id, allocation_id, vouchers, at_once, recipient_key, actor,
    next_position, handed, status, created_at, finished_at, forgotten_at
)
SELECT
    g.issuer_id,
    md5('handover ' || b.n)::uuid,
    b.organisation_id,
    b.allocation_id,
    g.quantity,
    TRUE,
    sha256(convert_to('handover ' || b.n, 'UTF8')),
    'person:0',
    g.quantity + 1,
    g.quantity,
    'finished',
    b.at,
    b.at,
    b.at
FROM bought AS b
CROSS JOIN given AS g
WHERE b.fate > 0;

INSERT INTO handover_part (issuer_id, handover_id, first_position, serials, outcomes)
SELECT
    g.issuer_id,
    md5('handover ' || b.n)::uuid,
    1,
    array(SELECT generate_series(b.serial_first, b.serial_first + g.quantity - 1)),
    array_fill('done'::text, ARRAY[g.quantity])
FROM bought AS b
CROSS JOIN given AS g
WHERE b.fate > 0;

INSERT INTO portal.handover_list (
    id, issuer_id, organisation_id, allocation_id, reason, people, at_once, file_kind, wrong_tries,
    begun_by, begun_at, sent_by, sent_at, fetched_by, fetched_at, settled
)
SELECT
    md5('handover ' || b.n)::uuid,
    g.issuer_id,
    b.organisation_id,
    b.allocation_id,
    '',
    g.quantity,
    TRUE,
    'cards',
    0,
    'person:0',
    b.at,
    'person:0',
    b.at,
    'person:0',
    b.at,
    TRUE
FROM bought AS b
CROSS JOIN given AS g
WHERE b.fate > 0;

INSERT INTO portal.notification (
    issuer_id, person_id, audience, place_id, kind, subject, key, parameters, at, read_at, in_digest
)
SELECT
    g.issuer_id,
    r.person_id,
    'office',
    NULL,
    'purchase_requested',
    'purchase:' || b.id,
    '',
    jsonb_build_object('name', 'Organisation', 'reference', 'P-' || (1000 + b.n)),
    b.at,
    CASE WHEN b.n % 3 > 0 THEN b.at END,
    FALSE
FROM bought AS b
CROSS JOIN given AS g
INNER JOIN portal.portal_roleassignment AS r
    ON g.issuer_id = r.issuer_id AND r.role IN ('operator', 'finance')
INNER JOIN portal.portal_person AS p ON r.person_id = p.id AND p.email NOT LIKE '%@example.org';

INSERT INTO portal.notification (
    issuer_id, person_id, audience, place_id, kind, subject, key, parameters, at, read_at, in_digest
)
SELECT
    g.issuer_id,
    r.person_id,
    'organisation',
    g.buyer,
    'purchase_allocated',
    'purchase:' || b.id,
    '',
    jsonb_build_object('reference', 'P-' || (1000 + b.n), 'count', g.quantity),
    b.at,
    CASE WHEN b.n % 3 > 0 THEN b.at END,
    FALSE
FROM bought AS b
CROSS JOIN given AS g
INNER JOIN portal.portal_organisationrole AS r
    ON
        g.issuer_id = r.issuer_id
        AND b.organisation_id = r.organisation_id
        AND g.buyer = r.organisation_id
