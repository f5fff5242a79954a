"""A small world for a history of paying: one issuer, its merchants and their far sides, people at a
desk, two workers who may die at any step, and the auditor who watches.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeVar

from tests.gateway.histories.auditor import Auditor
from tests.gateway.histories.clock import Clock
from tests.gateway.histories.far_sides import FarSide
from tests.gateway.histories.file_banks import FileBank, UnsureDelivery
from tests.gateway.histories.http_banks import NAMES as OVER_HTTP
from tests.gateway.histories.http_banks import HttpBanks
from tests.gateway.histories.lives import (
    Killed,
    Life,
    MortalDelivery,
    MortalInbox,
    MortalRail,
    Work,
    done_by_another,
    living,
)
from tests.gateway.histories.online import Line, Street

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.inbox import Inbox
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.rails import Rail
from counterfoil.keys.provider import KeyProvider

T = TypeVar("T")


@dataclass
class Place:
    """Where all histories happen: one database, the far sides that answer at once, and the banks
    over HTTP.
    """

    url: str
    provider: KeyProvider
    folder: Path
    street: Street
    http_banks: HttpBanks
    idle: list[Connection] = field(default_factory=list)

    def connection(self, clock: Clock) -> Connection:
        if not self.idle:
            return clock.connect(self.url)
        connection = self.idle.pop()
        clock.set_on(connection)
        return connection

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()


@dataclass
class Voucher:
    serial: int
    number: str
    programme: int
    minor: int


@dataclass
class Desk:
    connection: Connection
    issuer: Issuer


@dataclass
class World:
    """`currencies` are those of the funding accounts, by their ids."""

    place: Place
    code: str
    chance: Random
    clock: Clock
    currencies: dict[int, str]
    people: Desk
    workers: list[Desk]
    auditor: Auditor
    vouchers: list[Voucher]
    schemes: dict[str, str]  # what an account is called, by rail
    lines: dict[str, Line] = field(default_factory=dict)
    banks: dict[str, FileBank] = field(default_factory=dict)
    sides: dict[str, FarSide] = field(default_factory=dict)
    deliveries: dict[str, UnsureDelivery] = field(default_factory=dict)
    begun: dict[tuple[Connection, str], Rail] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    kills: int = 0

    def reference(self) -> str:
        return f"R{next(self.numbers)}"

    def connect(self) -> Connection:
        return self.clock.connect(self.place.url)

    def turn_clock(self, to: datetime) -> None:
        self.clock.turn(to)
        self.auditor.at = to
        for desk in (self.people, *self.workers):
            self.clock.set_on(desk.connection)

    @property
    def booking_banks(self) -> list[FileBank]:
        """Those that tell what they book."""
        return [bank for bank in self.banks.values() if bank.dialect.refuses is not None]

    @property
    def only_bank(self) -> FileBank | None:
        """That through which all goes, where it tells what it books: its statements are whole."""
        return self.booking_banks[0] if self.booking_banks and len(self.sides) == 1 else None

    def any_worker(self) -> Desk:
        return self.chance.choice(self.workers)

    def pay(self, desk: Desk, life: Life, *, is_calm: bool = False) -> int:
        """A worker's round over all rails. Returns how many payments and files went out."""
        lines = {name: line.good if is_calm else line.bad for name, line in self.lines.items()}
        online = {
            name: MortalRail(rail.online, life) for name, rail in lines.items() if rail.online
        }
        files = {name: rail.files for name, rail in lines.items() if rail.files}
        for name, delivery in self.deliveries.items():
            delivery.is_calm = is_calm
            files[name] = FileRail(self.banks[name].dialect.format, delivery)
        mortal = {
            name: replace(rail, delivery=MortalDelivery(rail.delivery, life))
            for name, rail in files.items()
        }
        pay_out(desk.connection, desk.issuer, online)
        return file_payments(desk.connection, desk.issuer, mortal)

    def fetch(self, desk: Desk, life: Life) -> int:
        """Returns how many letters there were."""
        return sum(
            fetch_files(
                desk.connection,
                desk.issuer,
                rail=name,
                file_format=bank.dialect.format,
                inbox=MortalInbox(self._inbox(name, desk.connection), life),
            )
            for name, bank in self.banks.items()
        )

    def _inbox(self, name: str, connection: Connection) -> Inbox:
        """Over HTTP, a process that lives as long as its connection has one of its own."""
        if name not in OVER_HTTP:
            return self.banks[name].inbox
        key = (connection, name)
        if key not in self.begun:
            self.begun[key] = self.place.http_banks.bad_rail(self.bank_name(name))
        inbox = self.begun[key].inbox
        assert inbox is not None
        return inbox

    def bank_name(self, rail: str) -> str:
        return f"{self.code}-{rail}"

    def begin_anew(self, connection: Connection) -> None:
        """A process has ended, and whoever comes after it knows nothing of what it saw."""
        for key in [key for key in self.begun if key[0] is connection]:
            for close in self.begun.pop(key).closes:
                close()

    def done(self, desk: Desk, work: Work, *, may_fork: bool = True) -> bool:
        """Whether somebody did it to the end, and was not killed before."""
        steps, fate = self.chance.randrange(1, 24), self.chance.random()
        if fate < 0.04 and may_fork:
            provider = self.place.provider
            is_done = done_by_another(self.connect, self.code, provider, work, steps=steps)
            self.kills += not is_done
            self.begin_anew(desk.connection)
            return is_done
        life = Life(steps) if fate < 0.33 else Life()
        try:
            with living(desk.connection, life):
                work(desk.connection, desk.issuer, life)
        except Killed:
            self.kills += 1
            self.begin_anew(desk.connection)
            desk.connection.close()
            desk.connection = self.connect()
            desk.issuer = open_issuer(desk.connection, self.code, self.place.provider)
            return False
        return True

    def surely(self, work: Callable[[Connection, Issuer], T]) -> T:
        """What a person asks for under a reference, who asks again until it is answered."""
        self.done(self.people, lambda connection, issuer, _life: work(connection, issuer))
        return work(self.people.connection, self.people.issuer)
