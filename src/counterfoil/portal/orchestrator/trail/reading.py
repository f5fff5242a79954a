"""What of the trail is asked for, and its entries."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.portal.queries import rows

Plain = dict[str, object]
Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """None is any; `since` is included, `until` is not."""

    issuer_id: int
    actor: str | None = None
    events: tuple[str, ...] | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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


def entries(wanted: Wanted, *, before: Key | None, rows_max: int) -> list[Entry]:
    """The latest first."""
    found = rows(
        __package__,
        "trail_page",
        {
            "issuer_id": wanted.issuer_id,
            "actor": wanted.actor,
            "events": None if wanted.events is None else list(wanted.events),
            "subject": wanted.subject,
            "since": wanted.since,
            "until": wanted.until,
            "before_at": None if before is None else before[0],
            "before_id": None if before is None else before[1],
            "rows_max": rows_max,
        },
    )
    return [
        Entry(entry_id, at, actor, address, event, subject, _plain(was), _plain(becomes), reason)
        for entry_id, at, actor, address, event, subject, was, becomes, reason in found
    ]


def all_entries(wanted: Wanted, *, rows_at_once: int, rows_max: int) -> Iterator[list[Entry]]:
    """As far as `rows_max`, some at a time."""
    before: Key | None = None
    left = rows_max
    while left > 0:
        found = entries(wanted, before=before, rows_max=min(rows_at_once, left))
        if found:
            yield found
        if len(found) < rows_at_once:
            return
        before, left = found[-1].key, left - len(found)


def _plain(value: object) -> Plain:
    """Django's cursor gives JSON as it is written."""
    read = json.loads(value) if isinstance(value, str) else value
    return read if isinstance(read, dict) else {}
