"""Wrong guesses of voucher numbers: counted by who makes them, and refused past a budget.

    before   guard.refuses(who)  ─▶ seconds to wait, or None: ask the engine
    after    guard.missed(who)   where the outcome is one that `is_guess`
    soon     guard.keep(conn)    counts are written, those of other processes read, and vouchers
                                 whose secret is being guessed blocked

Only unknown numbers count; a typing error that the check digit tells costs nothing, a used or
expired number neither. When an issuer's total is exceeded, somebody is told and the budgets of
those who miss are halved. Who does not miss is never refused, so that nobody can close a country.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

import structlog

from counterfoil.engine.apply import apply
from counterfoil.engine.arrays import Int4s, Texts
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller, Change, Outcome
from counterfoil.statements import statement
from counterfoil.voucher import Action

# Many acceptors stand behind one calling system: one of them must not use up its budget.
CLIENT_BUDGETS: Final = 10
VOUCHER_DAYS: Final = 90  # how long misses of a voucher's secret are remembered
_TERMINAL_CHARACTERS_MAX: Final = 64
_GUARD: Final = Caller(0, "system:guessing")
_SECOND: Final = timedelta(seconds=1)

# A kind of the table `miss`, and who.
Subject = tuple[str, str]
_ISSUER: Final[Subject] = ("issuer", "")

_log = structlog.get_logger("counterfoil.engine.guessing")


@dataclass(frozen=True, slots=True)
class Misses:
    window_start: datetime
    misses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesser:
    """Who presents a number. `acceptor_id` is None for one that is not registered."""

    client_id: int
    acceptor_id: int | None
    terminal: str | None = None
    serial: int | None = None


def is_guess(outcome: Outcome) -> bool:
    return outcome in {Outcome.NUMBER_UNKNOWN, Outcome.SECRET_WRONG}


def record_misses(
    connection: Connection, issuer: Issuer, subjects: Iterable[Subject]
) -> dict[Subject, Misses]:
    """Count each subject as often as it is named, in a write of its own. The counts after it."""
    counted = Counter(subjects)
    rows = connection.execute(
        statement(__package__, "record_misses"),
        {
            "issuer_id": issuer.issuer_id,
            "kinds": Texts(kind for kind, _subject in counted),
            "subjects": Texts(subject for _kind, subject in counted),
            "misses": Int4s(counted.values()),
            "window_seconds": issuer.catalogue.settings.miss_window_seconds,
        },
    ).fetchall()
    connection.commit()
    return {(kind, subject): Misses(*rest) for kind, subject, *rest in rows}


class Guard:
    """One issuer's view of one process; its methods may be called from any thread."""

    def __init__(
        self,
        issuer: Issuer,
        *,
        alert: Callable[[int], None] = lambda _misses: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`alert` is told the issuer's misses when they exceed its budget, once a window."""
        self._issuer = issuer
        self._alert = alert
        self._clock = clock
        self._lock = Lock()
        self._known: dict[Subject, Misses] = {}
        self._new: Counter[Subject] = Counter()
        self._under_way: Counter[int] = Counter()
        self._being_blocked: set[int] = set()
        self._alerted: datetime | None = None

    @property
    def has_seen_misses(self) -> bool:
        """Whether there can be anybody to refuse; usually nobody has missed."""
        return bool(self._known or self._new or self._under_way or self._being_blocked)

    def refuses(self, guesser: Guesser) -> int | None:
        """How many seconds to wait; None for who may ask now."""
        settings = self._issuer.catalogue.settings
        window = timedelta(seconds=settings.miss_window_seconds)
        now = self._clock()
        with self._lock:
            halved = self._misses(_ISSUER, now) > settings.issuer_miss_budget
            waits = [
                self._window_start(subject, now) + window - now
                for subject in _subjects(guesser)
                if self._misses(subject, now) >= self._budget(subject, halved=halved)
            ]
            tries = self._new[_voucher(guesser)] + self._under_way[guesser.serial or 0]
            if tries >= settings.secret_tries or guesser.serial in self._being_blocked:
                waits.append(_SECOND)  # it may be about to be blocked
        return max((-(-wait // _SECOND) for wait in waits), default=None)

    @contextmanager
    def trying(self, serial: int | None) -> Iterator[None]:
        """While the secret of a voucher is being tried, the try counts as a wrong one: whoever
        sends a thousand guesses at once has no more of them looked at than who sends one by one.
        """
        if serial is None:
            yield
            return
        with self._lock:
            self._under_way[serial] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[serial] -= 1
                if not self._under_way[serial]:
                    del self._under_way[serial]

    def missed(self, guesser: Guesser) -> None:
        """Counts at once in this process, in the others when it is kept."""
        with self._lock:
            self._new.update(_subjects(guesser))
            self._new[_ISSUER] += 1

    def missed_secret(self, guesser: Guesser) -> None:
        """The same, and against the voucher whose secret it was not."""
        self.missed(guesser)
        with self._lock:
            self._new[_voucher(guesser)] += 1

    def keep(self, connection: Connection) -> list[int]:
        """Write what is new and read what others saw. Returns the serials that were blocked.

        To be called soon after a miss, at start, and every few seconds.
        """
        with self._lock:
            written = Counter({subject: count for subject, count in self._new.items() if count})
        kept = record_misses(connection, self._issuer, written.elements()) if written else {}
        guessed = [
            int(subject)
            for (kind, subject), misses in kept.items()
            if kind == "voucher" and self._is_used_up(misses.misses, written[kind, subject])
        ]
        known = self._read(connection)
        with self._lock:
            self._new -= written
            self._known = known
            self._being_blocked.update(guessed)
        self._tell(known.get(_ISSUER))
        try:
            return _block(connection, self._issuer, guessed)
        finally:
            with self._lock:
                self._being_blocked.difference_update(guessed)

    def forget(self, connection: Connection) -> None:
        """Delete what no longer counts; once an hour is plenty."""
        connection.execute(
            statement(__package__, "forget_misses"),
            {
                "issuer_id": self._issuer.issuer_id,
                "window_seconds": self._issuer.catalogue.settings.miss_window_seconds,
                "voucher_days": VOUCHER_DAYS,
            },
        )
        connection.commit()

    def _read(self, connection: Connection) -> dict[Subject, Misses]:
        rows = connection.execute(
            statement(__package__, "recent_misses"),
            {
                "issuer_id": self._issuer.issuer_id,
                "window_seconds": self._issuer.catalogue.settings.miss_window_seconds,
            },
        ).fetchall()
        connection.commit()
        return {(kind, subject): Misses(*rest) for kind, subject, *rest in rows}

    def _budget(self, subject: Subject, *, halved: bool) -> int:
        budget = self._issuer.catalogue.settings.miss_budget
        if subject[0] == "client":
            budget *= CLIENT_BUDGETS
        return max(1, budget >> 1) if halved else budget

    def _misses(self, subject: Subject, now: datetime) -> int:
        known = self._known.get(subject)
        window = timedelta(seconds=self._issuer.catalogue.settings.miss_window_seconds)
        counts = known is not None and known.window_start > now - window
        return self._new[subject] + (known.misses if known is not None and counts else 0)

    def _window_start(self, subject: Subject, now: datetime) -> datetime:
        known = self._known.get(subject)
        return now if known is None else known.window_start

    def _tell(self, total: Misses | None) -> None:
        budget = self._issuer.catalogue.settings.issuer_miss_budget
        if total is None or total.misses <= budget or self._alerted == total.window_start:
            return
        self._alerted = total.window_start
        _log.warning(
            "guessing.issuer_budget_exceeded",
            issuer=self._issuer.code,
            misses=total.misses,
            budget=budget,
        )
        self._alert(total.misses)

    def _is_used_up(self, misses: int, new: int) -> bool:
        """Every `secret_tries` misses: whoever unblocks the voucher gives as many again."""
        tries = self._issuer.catalogue.settings.secret_tries
        return misses // tries > (misses - new) // tries


def _subjects(guesser: Guesser) -> Iterator[Subject]:
    # Names that are not registered cost nothing to make up: a client has one budget for them all.
    acceptor = guesser.acceptor_id or f"unknown of client {guesser.client_id}"
    yield "client", str(guesser.client_id)
    yield "acceptor", str(acceptor)
    if guesser.terminal is not None:
        yield "terminal", f"{acceptor}:{guesser.terminal[:_TERMINAL_CHARACTERS_MAX]}"


def _voucher(guesser: Guesser) -> Subject:
    return "voucher", str(guesser.serial)


def _block(connection: Connection, issuer: Issuer, serials: Sequence[int]) -> list[int]:
    if not serials:
        return []
    changes = [
        Change(caller=_GUARD, action=Action.BLOCK, serial=serial, reason="secret_guessed")
        for serial in serials
    ]
    answers = apply(connection, issuer, changes)
    blocked = [
        serial
        for serial, answer in zip(serials, answers, strict=True)
        if answer.outcome is Outcome.DONE
    ]
    _log.warning("guessing.vouchers_blocked", issuer=issuer.code, serials=blocked)
    return blocked
