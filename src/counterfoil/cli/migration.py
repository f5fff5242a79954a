"""One database, three owners of tables: the engine, the jobs and the portal."""

from typing import Final

from counterfoil import jobs, portal
from counterfoil.engine import database
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.errors import CounterfoilError
from counterfoil.keys.provider import KeyProvider
from counterfoil.portal.migrations_known import migrations_digest
from counterfoil.settings import Settings

_STEPS: Final = (jobs.STEP, portal.STEP)


def ensure_migrated(url: str, provider: KeyProvider, settings: Settings, *, embedded: bool) -> None:
    """Makes an empty database ready. One that is ours alone is brought up to date too; a shared
    one that is behind is left to `counterfoil migrate`.
    """
    with connect_as_owner(url) as connection:
        is_empty = connection.execute("SELECT to_regclass('schema_step') IS NULL").fetchone()
        if is_empty != (True,):
            if not _missing(connection):
                return
            if not embedded:
                raise CounterfoilError(
                    "The database is behind this version: run `counterfoil migrate`."
                )
    migrate(url, provider, settings)


def migrate(url: str, provider: KeyProvider, settings: Settings) -> list[str]:
    """The names of the steps that were applied."""
    from counterfoil.jobs import schema as jobs_schema  # noqa: PLC0415  # slow, rarely needed
    from counterfoil.portal import schema as portal_schema  # noqa: PLC0415  # slow, rarely needed

    return [
        *database.migrate(url),
        *jobs_schema.migrate(url),
        *portal_schema.migrate(url, provider, hosts=settings.portal_hosts),
    ]


def _missing(connection: Connection) -> bool:
    if database.missing_steps(connection):
        return True
    rows = connection.execute(
        "SELECT name, digest FROM schema_step WHERE name = ANY(%s)", (list(_STEPS),)
    ).fetchall()
    known = {name: bytes(digest) for name, digest in rows}
    return len(known) < len(_STEPS) or known[portal.STEP] != migrations_digest()
