-- A clock that is so long behind as the session says (`demonstration.ago`).
--
-- In:     nothing
-- Out:    nothing
-- Locks:  none
-- Caller: cli.demonstration.clock
CREATE SCHEMA IF NOT EXISTS demonstration_clock;
GRANT USAGE ON SCHEMA demonstration_clock TO public;

CREATE OR REPLACE FUNCTION demonstration_clock.now() RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT
        pg_catalog.now()
        - coalesce(nullif(current_setting('demonstration.ago', TRUE), ''), '0')::interval
$$;

CREATE OR REPLACE FUNCTION demonstration_clock.clock_timestamp() RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$
    SELECT
        pg_catalog.clock_timestamp()
        - coalesce(nullif(current_setting('demonstration.ago', TRUE), ''), '0')::interval
$$;
