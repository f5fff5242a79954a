"""A small world for a history of paying: one issuer, its merchants and their far sides, people at a
desk, two workers who may die at any step, and the auditor who watches.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from tests.gateway.histories.auditor import Auditor, Shop, Terms
from tests.gateway.histories.far_sides import FarSide
from tests.gateway.histories.file_banks import (
    Dialect,
    FileBank,
    UnsureDelivery,
    csv_files,
    iso20022,
)
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
from tests.given import SYSTEM, ask, given_group, given_issuer, given_programme

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.inbox import Inbox
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.rails import Rail
from counterfoil.keys.provider import KeyProvider

FUNDS_MINOR: Final = 10_000_000
VOUCHERS: Final = 20
GROUPS: Final = {1: "FOOD-AID", 2: "WINTER-AID"}  # by their programmes
DIALECTS: Final[Mapping[str, Callable[[], Dialect]]] = {
    "iso": iso20022,
    "http": iso20022,
    "csv": csv_files,
}
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

    def connection(self) -> Connection:
        return self.idle.pop() if self.idle else connect(self.url)

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()


@dataclass
class Voucher:
    serial: int
    number: str
    programme: int
    cents: int


@dataclass
class Desk:
    connection: Connection
    issuer: Issuer


@dataclass
class World:
    place: Place
    code: str
    chance: Random
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
            place = self.place
            is_done = done_by_another(place.url, self.code, place.provider, work, steps=steps)
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
            desk.connection = connect(self.place.url)
            desk.issuer = open_issuer(desk.connection, self.code, self.place.provider)
            return False
        return True

    def surely(self, work: Callable[[Connection, Issuer], T]) -> T:
        """What a person asks for under a reference, who asks again until it is answered."""
        self.done(self.people, lambda connection, issuer, _life: work(connection, issuer))
        return work(self.people.connection, self.people.issuer)


@contextmanager
def given_world(place: Place, seed: int, rails: tuple[str, str]) -> Iterator[World]:
    world = _world(place, seed, rails)
    desks = (world.people, *world.workers)
    try:
        yield world
    except BaseException:
        for desk in desks:
            desk.connection.close()
        raise
    finally:
        for connection in {connection for connection, _rail in world.begun}:
            world.begin_anew(connection)
    place.idle += [desk.connection for desk in desks]


def _world(place: Place, seed: int, rails: tuple[str, str]) -> World:
    """Merchants on both rails, a third of them on bad accounts."""
    chance = Random(seed)  # noqa: S311  # not a secret
    code = f"H{secrets.token_hex(4).upper()}"
    connection = place.connection()
    issuer = given_issuer(connection, place.provider, code)
    given_programme(connection, issuer)
    given_group(connection, issuer, GROUPS[1], denominations=())
    given_group(connection, issuer, GROUPS[2], denominations=(), programme="WINTER")
    wallets, accounts = rails
    routes = [Route(scheme="wallet", rail=wallets), Route(rail=accounts)]
    set_routes(connection, issuer, SYSTEM, routes)
    world = World(
        place=place,
        code=code,
        chance=chance,
        people=Desk(connection, issuer),
        workers=[_worker(place, code), _worker(place, code)],
        auditor=Auditor({}, terms={1: Terms()}),
        vouchers=given_vouchers(connection, issuer, chance),
        schemes={accounts: "account", wallets: "wallet"} | {accounts: "account"},
    )
    for rail in set(rails):
        _open_side(world, rail)
    _open_shops(world, chance.randrange(2, 6))
    for desk in world.workers:
        world.fetch(desk, Life())  # their first look, which is not like any other
    return world


def _worker(place: Place, code: str) -> Desk:
    connection = place.connection()
    return Desk(connection, open_issuer(connection, code, place.provider))


def given_vouchers(connection: Connection, issuer: Issuer, chance: Random) -> list[Voucher]:
    programmes = [chance.choice((1, 1, 2)) for _voucher in range(VOUCHERS)]
    amounts = [chance.randrange(1, 5_000) for _voucher in range(VOUCHERS)]
    drawn = ask(
        connection,
        issuer,
        *(
            Preactivate(
                caller=SYSTEM,
                amount=f"{amount // 100}.{amount % 100:02}",
                currency="KES",
                group=GROUPS[programme],
            )
            for programme, amount in zip(programmes, amounts, strict=True)
        ),
    )
    serials = [answer.serial or 0 for answer in drawn]
    active = ask(
        connection, issuer, *(Activate(caller=SYSTEM, serial=serial) for serial in serials)
    )
    assert {answer.outcome for answer in (*drawn, *active)} == {Outcome.DONE}
    return [
        Voucher(answer.serial or 0, answer.number or "", programme, amount)
        for answer, programme, amount in zip(drawn, programmes, amounts, strict=True)
    ]


def _open_side(world: World, rail: str) -> None:
    place, fund = world.place, f"{world.code}-KES"
    if rail == "sandbox":
        world.sides[rail] = place.street.sandbox_side(fund, world.chance)
    elif rail in place.street.hubs:
        world.sides[rail] = place.street.hub_side(rail, fund, world.chance)
    else:
        dialect = DIALECTS[rail]()
        folder = place.folder / world.bank_name(rail)
        (folder / "in").mkdir(parents=True)
        world.banks[rail] = FileBank(dialect, folder, fund, world.chance)
        world.sides[rail] = world.banks[rail]
        if rail in OVER_HTTP:
            seed = world.chance.getrandbits(32)
            name = world.bank_name(rail)
            world.lines[rail] = place.http_banks.open_bank(name, folder, seed)
        else:
            world.deliveries[rail] = UnsureDelivery(folder, dialect.suffix, world.chance)
    if rail in place.street.lines:
        world.lines[rail] = place.street.lines[rail]
    if rail in world.lines:
        world.lines[rail].worsen(world.chance)


def new_account(world: World, rail: str) -> str:
    side = world.sides[rail]
    return side.good() if world.chance.random() < 0.7 else side.bad()


def _open_shops(world: World, shops: int) -> None:
    rails = [world.chance.choice(list(world.sides)) for _shop in range(shops)]
    designs = [
        AcceptorDesign(
            name=f"Shop {number}",
            kind="merchant",
            scheme=world.schemes[rail],
            fsp="BANK",
            account=new_account(world, rail),
        )
        for number, rail in enumerate(rails, 1)
    ]
    ids = create_acceptors(world.people.connection, world.people.issuer, SYSTEM, designs)
    for shop, rail, design in zip(ids, rails, designs, strict=True):
        world.auditor.shops[shop] = Shop(rail, design.account)
