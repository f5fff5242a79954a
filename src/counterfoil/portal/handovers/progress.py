"""How far a handover is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.portal.queries import rows


@dataclass(frozen=True, slots=True)
class Progress:
    """`status` is the engine's, None until a worker took it up; `past` positions were tried."""

    command_status: str
    outcome: str | None
    status: str | None
    vouchers: int
    past: int
    handed: int
    created_at: datetime | None
    finished_at: datetime | None
    forgotten_at: datetime | None

    @property
    def is_refused(self) -> bool:
        """As a whole: nothing was drawn."""
        return self.status is None and self.command_status not in {"waiting", "done"}

    @property
    def is_finished(self) -> bool:
        return self.status == "finished"

    @property
    def is_over(self) -> bool:
        return self.is_finished or self.is_refused

    @property
    def not_handed(self) -> int:
        return self.past - self.handed


_NOT_YET = Progress("waiting", None, None, 0, 0, 0, None, None, None)


def progress_of(issuer_id: int, handover_id: UUID) -> Progress:
    found = rows(__package__, "progress", {"issuer_id": issuer_id, "handover_id": handover_id})
    return Progress(*found[0]) if found else _NOT_YET
