"""The tables of the job queue, in a schema of their own beside the engine's.

They are procrastinate's, with its triggers and notifications; nothing of the data plane is there.
"""

import hashlib
from importlib.resources import files

from procrastinate.schema import SchemaManager
from psycopg import sql

from counterfoil.engine.database import Connection, connect_as_owner, role_name
from counterfoil.errors import CounterfoilError
from counterfoil.jobs import SCHEMA, STEP


def migrate(url: str) -> list[str]:
    """After the engine's tables, with which it shares the record of what was applied."""
    wanted = _step_text()
    digest = hashlib.sha256(wanted).digest()
    with connect_as_owner(url) as connection:
        connection.execute("SET lock_timeout = '60s'")
        connection.execute("LOCK TABLE schema_step IN EXCLUSIVE MODE")
        row = connection.execute(
            "SELECT digest FROM schema_step WHERE name = %s", (STEP,)
        ).fetchone()
        if row is not None and bytes(row[0]) != digest:
            raise CounterfoilError(
                "The job queue was made with another version of procrastinate than is installed;"
                " install that version."
            )
        if row is None:
            connection.execute(wanted)
            connection.execute(
                "INSERT INTO public.schema_step (name, digest) VALUES (%s, %s)", (STEP, digest)
            )
        _grant(connection)
        connection.commit()
    return [] if row else [STEP]


def _step_text() -> bytes:
    """What procrastinate calls its own tables has no schema in it, so the path decides."""
    own = (files(__package__) / "sql" / "tables.sql").read_text("utf-8")
    path = f"CREATE SCHEMA {SCHEMA};\nSET LOCAL search_path TO {SCHEMA};\n"
    return (path + SchemaManager.get_schema() + "\n" + own).encode()


def _grant(connection: Connection) -> None:
    engine, portal = (
        sql.Identifier(role_name(connection, plane)) for plane in ("engine", "portal")
    )
    for grant in (
        "GRANT USAGE ON SCHEMA {schema} TO {engine}, {portal}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {engine}",
        "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {schema} TO {portal}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {engine}, {portal}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {engine}, {portal}",
    ):
        connection.execute(
            sql.SQL(grant).format(schema=sql.Identifier(SCHEMA), engine=engine, portal=portal)
        )
