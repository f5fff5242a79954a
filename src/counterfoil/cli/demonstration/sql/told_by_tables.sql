-- Let what tables say by themselves of when it was be when it was by the demonstration's clock: the
-- journal and the trail know. A second time nothing changes.
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
