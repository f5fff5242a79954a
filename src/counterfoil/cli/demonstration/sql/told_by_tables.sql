-- Let what tables say by themselves of when it was be when it was by the demonstration's clock: the
-- journal and the trail know; and of what people were told let the last be new to them. A second time
-- nothing changes.
--
-- In:     nothing
-- Out:    nothing
-- Locks:  the rows it moves
-- Caller: cli.demonstration.clock
UPDATE command AS c SET prepared_at = t.at
FROM portal.trail AS t
WHERE
    t.issuer_id = c.issuer_id
    AND starts_with(t.event, 'command.prepared.')
    AND t.after ->> 'command' = c.command_id::text;

UPDATE decision AS d SET decided_at = t.at
FROM portal.trail AS t
WHERE
    t.issuer_id = d.issuer_id
    AND t.subject = 'command:' || d.command_id
    AND t.event = 'command.' || d.verdict
    AND t.actor = d.decided_by;

UPDATE organisation AS g SET created_at = o.at
FROM operation AS o
WHERE
    o.issuer_id = g.issuer_id
    AND o.action = 130
    AND o.subject = 'organisation:' || g.organisation_id;

UPDATE provision AS p SET created_at = o.at
FROM operation AS o
WHERE
    o.issuer_id = p.issuer_id
    AND o.action = 104
    AND o.subject = 'provision:' || p.provision_id;

UPDATE group_version AS v SET created_at = least(v.created_at, o.at)
FROM operation AS o
INNER JOIN voucher_group AS g
    ON o.issuer_id = g.issuer_id
WHERE
    g.issuer_id = v.issuer_id
    AND g.group_id = v.group_id
    AND o.subject = 'group:' || g.code || ':' || v.version;

WITH begun AS (
    SELECT
        issuer_id,
        min(at) AS at
    FROM operation
    GROUP BY issuer_id
)

UPDATE issuer AS i SET created_at = b.at
FROM begun AS b
WHERE b.issuer_id = i.issuer_id;

-- What is old was read, and of each person's others all but the last few; what waits for an
-- approval was not.
WITH told AS (
    SELECT
        id,
        at,
        row_number() OVER (PARTITION BY person_id ORDER BY id DESC) AS back
    FROM portal.notification
)

UPDATE portal.notification AS n SET read_at = least(t.at + interval '4 hours', now())
FROM told AS t
WHERE
    t.id = n.id
    AND n.read_at IS NULL
    AND (t.back > 6 OR t.at < now() - interval '4 days')
    AND NOT EXISTS (
        SELECT 1
        FROM command AS c
        WHERE
            c.issuer_id = n.issuer_id
            AND c.status = 'waiting'
            AND n.subject = 'command:' || c.command_id
    );
