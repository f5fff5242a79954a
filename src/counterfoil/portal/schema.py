"""The portal's own tables, by Django's migrations, in a schema of their own."""

import base64
import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from django.core.management import call_command
from psycopg import sql

from counterfoil.engine.database import Connection, connect_as_owner, role_name
from counterfoil.errors import CounterfoilError
from counterfoil.keys.provider import KeyProvider
from counterfoil.portal import SCHEMA, STEP
from counterfoil.portal.configuration import Serving, configure
from counterfoil.portal.migrations_known import migrations_digest

_SECRET: Final = b"portal secret"  # what it is wrapped for
_SECRET_BYTES: Final = 32


def migrate(url: str, provider: KeyProvider, *, hosts: Sequence[str] = ()) -> list[str]:
    """After the engine's tables, with which it shares the record of what was applied."""
    with connect_as_owner(url) as connection:
        connection.execute("SET lock_timeout = '60s'")
        connection.execute("LOCK TABLE schema_step IN EXCLUSIVE MODE")
        row = connection.execute(
            "SELECT digest FROM schema_step WHERE name = %s", (STEP,)
        ).fetchone()
        if row is not None and bytes(row[0]) == migrations_digest():
            return []
        _ensure_schema(url, provider)
        configure(url, secret=portal_secret(url, provider), serving=Serving(tuple(hosts)))
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        call_command("createcachetable", database="owner", verbosity=0)
        _grant(connection)
        connection.execute(
            "INSERT INTO schema_step (name, digest) VALUES (%(name)s, %(digest)s)"
            " ON CONFLICT (name) DO UPDATE SET digest = %(digest)s, applied_at = now()",
            {"name": STEP, "digest": migrations_digest()},
        )
        connection.commit()
    return [STEP]


def portal_secret(url: str, provider: KeyProvider) -> str:
    """What sessions and links are signed with, the same in every process of one database."""
    with connect_as_owner(url) as connection:
        row = connection.execute("SELECT wrapped FROM portal.secret").fetchone()
    if row is None:
        raise CounterfoilError("The portal has no secret: run `counterfoil migrate`.")
    return base64.b64encode(provider.unwrap(bytes(row[0]), _SECRET)).decode()


def _ensure_schema(url: str, provider: KeyProvider) -> None:
    """In a transaction of its own: Django has another connection."""
    with connect_as_owner(url) as connection:
        connection.execute((files(__package__) / "sql" / "tables.sql").read_bytes())
        connection.execute(
            "INSERT INTO portal.secret (wrapped) VALUES (%s) ON CONFLICT DO NOTHING",
            (provider.wrap(os.urandom(_SECRET_BYTES), _SECRET),),
        )
        connection.commit()


def _grant(connection: Connection) -> None:
    """The portal's role does as it likes with its own tables, but for the trail: only added to."""
    for grant in (
        "GRANT USAGE ON SCHEMA {schema} TO {portal}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {portal}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {portal}",
        "REVOKE UPDATE, DELETE ON {schema}.trail FROM {portal}",
        "REVOKE ALL ON {schema}.secret FROM {portal}",
    ):
        connection.execute(
            sql.SQL(grant).format(
                schema=sql.Identifier(SCHEMA),
                portal=sql.Identifier(role_name(connection, "portal")),
            )
        )
