-- The schema of the portal's own tables, and what it signs with, wrapped by the key provider.
--
-- In:     nothing
-- Out:    nothing
-- Locks:  none that last
-- Caller: portal.schema
CREATE SCHEMA IF NOT EXISTS portal;
CREATE TABLE IF NOT EXISTS portal.secret (
    only_one boolean PRIMARY KEY DEFAULT TRUE CHECK (only_one),
    wrapped bytea NOT NULL
);
