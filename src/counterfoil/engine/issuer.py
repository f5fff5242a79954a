"""An issuer as one process knows it: its keys, its catalogue, and what exists already."""

from dataclasses import dataclass, field

from counterfoil.engine.catalogue import Catalogue
from counterfoil.engine.database import Connection
from counterfoil.engine.journal import Journal, Known, lock_head
from counterfoil.engine.pipeline import Pipeline
from counterfoil.engine.waiting import off_loop
from counterfoil.errors import NotFoundError
from counterfoil.keys.envelope import IssuerKeys, load_issuer_keys
from counterfoil.keys.provider import KeyProvider
from counterfoil.statements import statement


@dataclass(slots=True)
class Issuer:
    """One issuer, opened. `provider` is asked only here and when a key was rotated."""

    issuer_id: int
    code: str
    name: str
    provider: KeyProvider = field(repr=False)
    keys: IssuerKeys = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    known: Known = field(default_factory=Known, repr=False)

    def refresh(self, connection: Connection, version: int) -> None:
        """Read again what changed, the keys included. `version` was read in this transaction."""
        # The provider may be another machine, and is asked in its own way.
        self.keys = off_loop(load_issuer_keys, connection, self.issuer_id, self.provider)
        self.catalogue = self.catalogue.refreshed(connection, version)

    def catch_up(self, connection: Connection) -> bool:
        """Read what other processes changed; whether there was anything. For who looks something
        up without the head, under which everybody else finds out.
        """
        row = connection.execute(
            statement(__package__, "catalogue_version"), {"issuer_id": self.issuer_id}
        ).fetchone()
        if row is None or row[0] == self.catalogue.version:
            return False
        self.refresh(connection, row[0])
        return True

    def begin(self, connection: Connection) -> Journal:
        """Lock the head and start a journal on a fresh catalogue, for one administrative change."""
        head = lock_head(connection, self.issuer_id)
        if head.catalogue_version != self.catalogue.version:
            self.refresh(connection, head.catalogue_version)
        return Journal(self.issuer_id, self.keys, head, self.known)


def open_issuer(connection: Connection, code: str, provider: KeyProvider) -> Issuer:
    """Raises NotFoundError for an unknown code. Ends the transaction it reads in."""
    row = connection.execute(statement(__package__, "issuer_by_code"), {"code": code}).fetchone()
    if row is None:
        raise NotFoundError(f"There is no issuer {code}.")
    issuer_id, name, version = row
    issuer = Issuer(
        issuer_id,
        code,
        name,
        provider,
        load_issuer_keys(connection, issuer_id, provider),
        Catalogue(issuer_id).refreshed(connection, version),
    )
    connection.commit()
    return issuer


def commit(connection: Connection, issuer: Issuer, journal: Journal) -> None:
    """Write the journal, commit, and let this process know what it just changed: only after the
    commit, because until then it has not happened.
    """
    pipeline = Pipeline(connection, issuer.issuer_id)
    journal.flush(pipeline)
    pipeline.run(commit=True)
    journal.remember()
    if journal.head.catalogue_version != issuer.catalogue.version:
        issuer.catch_up(connection)
        connection.commit()


def issuer_codes(connection: Connection) -> list[str]:
    rows = connection.execute(statement(__package__, "issuer_codes")).fetchall()
    connection.commit()
    return [code for (code,) in rows]
