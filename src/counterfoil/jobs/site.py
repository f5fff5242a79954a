"""What a worker's threads share, and the connection and issuers that each of them works with."""

from dataclasses import dataclass, field
from threading import Event

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, issuer_codes, open_issuer
from counterfoil.gateway.rails import Rails
from counterfoil.keys.provider import KeyProvider
from counterfoil.keys.seals import Seals


@dataclass(frozen=True, slots=True)
class WorkSite:
    """Where no rails are set payments wait. `seals` are those of the processes that prepare
    commands; without them, commands wait.
    """

    database_url: str = field(repr=False)
    provider: KeyProvider
    rails: Rails = field(default_factory=Rails, repr=False)
    seals: Seals | None = None
    stopping: Event = field(default_factory=Event)


@dataclass(slots=True)
class Desk:
    """One thread's: an `Issuer` must not be shared between threads that write. `opened` are those
    that the thread has from an earlier round.
    """

    site: WorkSite
    connection: Connection
    opened: dict[str, Issuer] = field(default_factory=dict)

    def issuer(self, code: str) -> Issuer:
        if code not in self.opened:
            self.opened[code] = open_issuer(self.connection, code, self.site.provider)
        return self.opened[code]

    def issuers(self) -> list[Issuer]:
        """All of them, those created since the last call included."""
        return [self.issuer(code) for code in issuer_codes(self.connection)]

    @property
    def is_stopping(self) -> bool:
        return self.site.stopping.is_set()
