"""What of the trail is asked for, and its entries."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted, span
from counterfoil.portal.orchestrator.trail.words import events_of
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    entry_id: int
    at: datetime
    actor: str
    address: str
    event: str
    subject: str
    before: Plain
    after: Plain
    reason: str

    @property
    def key(self) -> Key:
        return self.at, self.entry_id

    @property
    def command(self) -> UUID | None:
        """The command it was prepared as, or that was decided about, if it was one."""
        if not self.event.startswith("command."):
            return None
        try:
            return UUID(str(self.after.get("command") or self.subject.removeprefix("command:")))
        except ValueError:
            return None


def entries(office: Office, wanted: Wanted) -> list[Entry]:
    """Filtered by `who`, `what` (a family of events), `about` and days."""
    family = wanted.filters["what"]
    found = rows(
        __package__,
        "trail_page",
        {
            **wanted.parameters,
            **span(wanted.filters),
            "issuer_id": office.issuer_id,
            "actor": wanted.filters["who"],
            "events": list(events_of(family)) if family else None,
            "subject": wanted.filters["about"],
        },
    )
    return [
        Entry(entry_id, at, actor, address, event, subject, _plain(was), _plain(becomes), reason)
        for entry_id, at, actor, address, event, subject, was, becomes, reason in found
    ]


def _plain(value: object) -> Plain:
    """Django's cursor gives JSON as it is written."""
    read = json.loads(value) if isinstance(value, str) else value
    return read if isinstance(read, dict) else {}
