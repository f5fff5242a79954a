"""Following redemptions for whoever listens: each issuer's postings are read once, split by whom
they concern, and added up until a listener takes them.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import msgspec
import structlog

from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.following import (
    Names,
    Redemption,
    Stretch,
    learn_names,
    next_posting,
    redemptions_since,
)
from counterfoil.errors import CounterfoilError
from counterfoil.keys.live_tickets import Audience, AudienceKind
from counterfoil.money import decimal_text

EVENT_SECONDS: Final = 0.5
LATEST_ROWS: Final = 20
_NAMES_SECONDS: Final = 60.0  # somebody may have been renamed
_AGAIN_SECONDS: Final = 2.0

_log = structlog.get_logger("counterfoil.api")


class Row(msgspec.Struct, frozen=True):
    """One redemption, as a page shows it; the amount is a decimal text."""

    id: int
    at: str
    serial: str
    group: str
    name: str
    amount: str
    currency: str
    acceptor: str
    acceptor_id: int | None


class Total(msgspec.Struct, frozen=True):
    currency: str
    vouchers: int
    amount: str


class _Event(msgspec.Struct):
    until: int
    totals: list[Total]
    latest: list[Row]


@dataclass(frozen=True)
class Batch:
    """What one audience has not been told yet: vouchers and minor units by currency, and the
    latest, oldest first. By `until`, two streams of one page know what both have been told.
    """

    until: int
    sums: Mapping[str, tuple[int, int]]
    latest: list[Row]

    def after(self, earlier: "Batch") -> "Batch":
        """Both as one."""
        sums = dict(earlier.sums)
        for currency, (vouchers, amount_minor) in self.sums.items():
            before, before_minor = sums.get(currency, (0, 0))
            sums[currency] = before + vouchers, before_minor + amount_minor
        return Batch(self.until, sums, [*earlier.latest, *self.latest][-LATEST_ROWS:])

    @cached_property
    def event(self) -> bytes:
        """Written once, for however many listen."""
        totals = [
            Total(currency, vouchers, decimal_text(amount_minor, currency))
            for currency, (vouchers, amount_minor) in sorted(self.sums.items())
        ]
        data = msgspec.json.encode(_Event(self.until, totals, self.latest[::-1]))
        return b"event: redemptions\ndata: %b\n\n" % data


class Listener:
    """One stream. What it did not take yet is one batch, however slowly it reads."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self._pending: Batch | None = None
        self._told = asyncio.Event()

    def tell(self, batch: Batch) -> None:
        self._pending = batch if self._pending is None else batch.after(self._pending)
        self._told.set()

    async def next_batch(self, seconds_max: float) -> Batch | None:
        """None where nothing comes for so long."""
        try:
            await asyncio.wait_for(self._told.wait(), seconds_max)
        except TimeoutError:
            return None
        self._told.clear()
        batch, self._pending = self._pending, None
        return batch


class Follower:
    """Of one issuer. Nobody listens: nothing is asked of the database."""

    def __init__(self, threads: DatabaseThreads, issuer_id: int) -> None:
        self._threads = threads
        self._issuer_id = issuer_id
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self.began = asyncio.Event()  # from now on nothing is missed

    def join(self, listener: Listener) -> None:
        self._listeners.add(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._follow())

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None
            self.began.clear()

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        position, names, learned_at = 0, Names(), loop.time()
        while True:
            if loop.time() - learned_at > _NAMES_SECONDS:
                names, learned_at = Names(), loop.time()
            kinds = {listener.audience.kind for listener in self._listeners}
            with_owners = AudienceKind.ORGANISATION in kinds
            asked = _Asked(self._issuer_id, position, names, with_owners=with_owners)
            try:
                stretch = await self._threads.run(asked)
            except CounterfoilError as error:
                _log.warning("live.database_lost", cause=type(error).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            position = stretch.next_posting
            self.began.set()
            self._tell(split(stretch, names, (each.audience for each in self._listeners)))
            await asyncio.sleep(EVENT_SECONDS if stretch.is_last else 0)

    def _tell(self, batches: Mapping[Audience, Batch]) -> None:
        for listener in self._listeners:
            batch = batches.get(listener.audience)
            if batch is not None:
                listener.tell(batch)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question for a thread that reads; from position 0 it only asks where it is now."""

    issuer_id: int
    position: int
    names: Names
    with_owners: bool

    def __call__(self, connection: Connection) -> Stretch:
        if not self.position:
            return Stretch((), max(next_posting(connection, self.issuer_id), 1), is_last=True)
        stretch = redemptions_since(
            connection, self.issuer_id, self.position, with_owners=self.with_owners
        )
        learn_names(connection, self.issuer_id, self.names, stretch.redemptions)
        return stretch


@dataclass(slots=True)
class _Gathered:
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)
    latest: deque[Redemption] = field(default_factory=lambda: deque(maxlen=LATEST_ROWS))


def split(
    stretch: Stretch, names: Names, audiences: Iterable[Audience]
) -> Mapping[Audience, Batch]:
    """By whom they concern, of those who listen; the others' are not looked at twice."""
    wanted: dict[tuple[str, int | None], Audience] = {
        (each.kind.value, each.subject_id): each for each in audiences
    }
    gathered: dict[Audience, _Gathered] = {}
    for each in stretch.redemptions:
        currency = names.currencies[each.funding_account_id]
        for key in (
            ("issuer", 0),
            ("acceptor", each.acceptor_id),
            ("organisation", each.organisation_id),
        ):
            audience = wanted.get(key)
            if audience is None:
                continue
            mine = gathered.setdefault(audience, _Gathered())
            vouchers, amount_minor = mine.sums.get(currency, (0, 0))
            mine.sums[currency] = vouchers + 1, amount_minor + each.amount_minor
            mine.latest.append(each)
    return {
        audience: Batch(stretch.next_posting, mine.sums, [row(each, names) for each in mine.latest])
        for audience, mine in gathered.items()
    }


def row(redemption: Redemption, names: Names) -> Row:
    currency = names.currencies[redemption.funding_account_id]
    code, name = names.groups[redemption.group_id]
    return Row(
        redemption.operation_id,
        redemption.at.isoformat(),
        str(redemption.serial),
        code,
        name,
        decimal_text(redemption.amount_minor, currency),
        currency,
        names.acceptors.get(redemption.acceptor_id or 0, ""),
        redemption.acceptor_id,
    )
