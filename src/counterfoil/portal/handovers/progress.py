"""How far a handover is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.portal.models import HandoverList
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


def waits_for_fetch(row: HandoverList, progress: Progress) -> bool:
    return (
        progress.is_finished
        and progress.handed > 0
        and row.wrapped_key is not None
        and progress.forgotten_at is None
    )


def is_lost(row: HandoverList, progress: Progress) -> bool:
    return row.fetched_at is None and (row.lost_at is not None or progress.forgotten_at is not None)


_NOT_YET = Progress("waiting", None, None, 0, 0, 0, None, None, None)


def progress_of(issuer_id: int, handover_id: UUID) -> Progress:
    found = rows(__package__, "progress", {"issuer_id": issuer_id, "handover_id": handover_id})
    return Progress(*found[0]) if found else _NOT_YET
