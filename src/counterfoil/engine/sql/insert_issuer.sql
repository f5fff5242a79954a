-- Create an issuer with its head and its settings.
--
-- In:     code text, name text
-- Out:    issuer_id
-- Locks:  the issuer table, so that two at once get two numbers
-- Caller: engine.issuer_creation
WITH fresh AS (
    INSERT INTO issuer (issuer_id, code, name)
    SELECT
        1 + coalesce(max(i.issuer_id), 0),
        %(code)s,
        %(name)s
    FROM issuer AS i
    RETURNING issuer_id
),

head AS (
    INSERT INTO log_head (issuer_id, last_at)
    SELECT
        issuer_id,
        now()
    FROM fresh
),

setting AS (
    INSERT INTO issuer_setting (issuer_id)
    SELECT issuer_id FROM fresh
),

purging AS (
    INSERT INTO purge_cursor (issuer_id)
    SELECT issuer_id FROM fresh
)

SELECT issuer_id FROM fresh
