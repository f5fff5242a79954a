"""Limits by day: how much, and how many vouchers, an acceptor or a group may redeem.

A day is one of UTC, and each currency is counted by itself. Only who has a limit is counted, so a
limit that is new counts from then on; where nobody has one, nothing is read and nothing written.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from psycopg.rows import TupleRow

from counterfoil.engine.arrays import Int4s, Int8s, Texts
from counterfoil.engine.catalogue import Acceptor, Catalogue, DailyLimits, GroupVersion
from counterfoil.engine.operation import Operation, Redeem
from counterfoil.engine.pipeline import Pipeline


class Subject(NamedTuple):
    """Who is limited: `kind` is acceptor or group."""

    kind: str
    subject_id: int


class Day(NamedTuple):
    """What is counted: one subject's redemptions of one day in one currency."""

    subject: Subject
    day: date
    currency: str


@dataclass(slots=True)
class Use:
    amount_minor: int = 0
    vouchers: int = 0


class DailyUse:
    """What a batch finds used of the limits, and what it uses as it goes on."""

    def __init__(self, rows: Iterable[TupleRow]) -> None:
        self._used: defaultdict[Day, Use] = defaultdict(Use)
        self._changes: defaultdict[Day, Use] = defaultdict(Use)
        for kind, subject_id, day, currency, amount_minor, vouchers in rows:
            self._used[Day(Subject(kind, subject_id), day, currency)] = Use(amount_minor, vouchers)

    def allows(
        self,
        limited: Sequence[tuple[Subject, DailyLimits]],
        *,
        at: datetime,
        currency: str,
        amount_minor: int,
    ) -> bool:
        for subject, limits in limited:
            used = self._used[_day(subject, at, currency)]
            amount_max, count_max = limits.amount_minor_max, limits.count_max
            if amount_max is not None and used.amount_minor + amount_minor > amount_max:
                return False
            if count_max is not None and used.vouchers >= count_max:
                return False
        return True

    def add(  # one voucher, or -1 for one that is given back
        self,
        limited: Sequence[tuple[Subject, DailyLimits]],
        *,
        at: datetime,
        currency: str,
        amount_minor: int,
        vouchers: int = 1,
    ) -> None:
        for subject, _limits in limited:
            day = _day(subject, at, currency)
            for use in (self._used[day], self._changes[day]):
                use.amount_minor += amount_minor * vouchers
                use.vouchers += vouchers

    def write(self, pipeline: Pipeline) -> None:
        """Under log_head."""
        if not self._changes:
            return
        more = {day: use for day, use in self._changes.items() if use.vouchers > 0}
        less = {
            day: Use(-use.amount_minor, -use.vouchers)
            for day, use in self._changes.items()
            if use.vouchers < 0
        }
        for name, changes in (("add_daily_use", more), ("give_back_daily_use", less)):
            if changes:
                pipeline.ask(name, **_columns(changes))


def limits_on(
    catalogue: Catalogue, acceptor: Acceptor, version: GroupVersion
) -> list[tuple[Subject, DailyLimits]]:
    """Those a redemption must keep: the acceptor's, and the group's of today."""
    if not catalogue.limited:
        return []
    group = catalogue.groups[version.code].current
    limited = (
        (Subject("acceptor", acceptor.acceptor_id), acceptor.daily_limits),
        (Subject("group", group.group_id), group.daily_limits),
    )
    return [(subject, limits) for subject, limits in limited if limits.are_set]


def limited_subjects(catalogue: Catalogue, operations: Sequence[Operation]) -> list[Subject]:
    """Whose use a batch must know: the acceptors it names, and every group with a limit."""
    if not catalogue.limited:
        return []
    named = {
        (operation.acceptor_name, operation.acceptor_account)
        for operation in operations
        if isinstance(operation, Redeem)
    }
    if not named:
        return []
    acceptors = [catalogue.acceptors[name] for name in named if name in catalogue.acceptors]
    groups = [group.current for group in catalogue.groups.values()]
    return [
        *(Subject("acceptor", a.acceptor_id) for a in acceptors if a.daily_limits.are_set),
        *(Subject("group", g.group_id) for g in groups if g.daily_limits.are_set),
    ]


def _day(subject: Subject, at: datetime, currency: str) -> Day:
    return Day(subject, at.astimezone(UTC).date(), currency)


def _columns(changes: dict[Day, Use]) -> dict[str, object]:
    days = sorted(changes)
    return {
        "kinds": Texts(day.subject.kind for day in days),
        "subject_ids": Int4s(day.subject.subject_id for day in days),
        "days": Texts(day.day.isoformat() for day in days),
        "currencies": Texts(day.currency for day in days),
        "amounts": Int8s(changes[day].amount_minor for day in days),
        "vouchers": Int8s(changes[day].vouchers for day in days),
    }
