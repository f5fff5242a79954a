"""How a history begins: what its issuer, its merchants and their far sides are."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Final

from tests.gateway.histories.auditor import Auditor, Shop, Terms
from tests.gateway.histories.bank_books import DONOR, Book
from tests.gateway.histories.clock import Clock, drawn_clock
from tests.gateway.histories.currencies import drawn_currencies, text_of
from tests.gateway.histories.file_banks import (
    Dialect,
    FileBank,
    UnsureDelivery,
    csv_files,
    iso20022,
)
from tests.gateway.histories.http_banks import NAMES as OVER_HTTP
from tests.gateway.histories.lives import Life
from tests.gateway.histories.world import Desk, Place, Voucher, World
from tests.given import SYSTEM, ask

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.banking.deposit_rules import DepositRule, set_deposit_rules
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.engine.programmes import ProgrammeDesign, open_funding_account, open_programme
from counterfoil.money import Money

FUNDS_MINOR: Final = 10_000_000
VOUCHERS: Final = 20
DIALECTS: Final[Mapping[str, Callable[[], Dialect]]] = {
    "iso": iso20022,
    "http": iso20022,
    "csv": csv_files,
}
# The first funding account has two programmes; a second one, where there is one, has a third.
FUNDS: Final = {1: 1, 2: 1, 3: 2}


@contextmanager
def given_world(
    place: Place, seed: int, rails: tuple[str, str], *, currency: str | None = None
) -> Iterator[World]:
    """In currencies that are drawn, where none is given."""
    world = _world(place, seed, rails, currency)
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


def _world(place: Place, seed: int, rails: tuple[str, str], currency: str | None) -> World:
    """Merchants on both rails, a third of them on bad accounts."""
    chance = Random(seed)  # noqa: S311  # not a secret
    code = f"H{secrets.token_hex(4).upper()}"
    clock = drawn_clock(chance)
    currencies = dict(enumerate(drawn_currencies(chance) if currency is None else [currency], 1))
    connection = place.connection(clock)
    issuer = _given_issuer(connection, place, code, currencies)
    wallets, accounts = rails
    routes = [Route(scheme="wallet", rail=wallets), Route(rail=accounts)]
    set_routes(connection, issuer, SYSTEM, routes)
    world = World(
        place=place,
        code=code,
        chance=chance,
        clock=clock,
        currencies=currencies,
        people=Desk(connection, issuer),
        workers=[_worker(place, clock, code), _worker(place, clock, code)],
        auditor=Auditor(
            clock.at,
            {programme: fund for programme, fund in FUNDS.items() if fund in currencies},
            shops={},
            terms={fund: Terms(fund) for fund in currencies},
        ),
        vouchers=[],
        schemes={accounts: "account", wallets: "wallet"} | {accounts: "account"},
    )
    give_vouchers(world)
    for rail in sorted(set(rails)):
        _open_side(world, rail)
    if world.booking_banks:
        rules = [DepositRule(funding_account_id=fund, payer_name=DONOR) for fund in currencies]
        set_deposit_rules(connection, issuer, SYSTEM, rules)
    _open_shops(world, chance.randrange(2, 6))
    for desk in world.workers:
        world.fetch(desk, Life())  # their first look, which is not like any other
    return world


def _given_issuer(
    connection: Connection, place: Place, code: str, currencies: Mapping[int, str]
) -> Issuer:
    issuer = create_issuer(
        connection, place.provider, SYSTEM, code=code, name="Aid Agency", currency=currencies[1]
    )
    for fund, currency in currencies.items():
        if fund > 1:
            open_funding_account(
                connection,
                issuer,
                SYSTEM,
                fsp="sandbox",
                account=f"{code}-{currency}",
                currency=currency,
            )
        deposit(connection, issuer, SYSTEM, Money(FUNDS_MINOR, currency), reference=f"{fund} opens")
    for programme, fund in FUNDS.items():
        if fund in currencies:
            _open_programme(connection, issuer, programme, fund, currencies[fund])
    return issuer


def _open_programme(
    connection: Connection, issuer: Issuer, programme: int, fund: int, currency: str
) -> None:
    """With a group of the same name; the first one is there."""
    code = f"PROGRAMME-{programme}"
    if programme > 1:
        design = ProgrammeDesign(name=code.title())
        open_programme(connection, issuer, SYSTEM, design, code=code, funding_account_id=fund)
    group = GroupDesign(
        code=f"GROUP-{programme}",
        name=f"Group {programme}",
        currency=currency,
        valid_for_days=3_650,
        programme=code,
    )
    create_group(connection, issuer, SYSTEM, group)


def _worker(place: Place, clock: Clock, code: str) -> Desk:
    connection = place.connection(clock)
    return Desk(connection, open_issuer(connection, code, place.provider))


def give_vouchers(world: World) -> None:
    connection, issuer, chance = world.people.connection, world.people.issuer, world.chance
    funds = world.auditor.funds
    programmes = [chance.choice((1, *funds)) for _voucher in range(VOUCHERS)]
    amounts = [chance.randrange(1, 5_000) for _voucher in range(VOUCHERS)]
    currencies = [world.currencies[funds[programme]] for programme in programmes]
    drawn = ask(
        connection,
        issuer,
        *(
            Preactivate(
                caller=SYSTEM,
                amount=text_of(amount, currency),
                currency=currency,
                group=f"GROUP-{programme}",
            )
            for programme, amount, currency in zip(programmes, amounts, currencies, strict=True)
        ),
    )
    serials = [answer.serial or 0 for answer in drawn]
    active = ask(
        connection, issuer, *(Activate(caller=SYSTEM, serial=serial) for serial in serials)
    )
    assert {answer.outcome for answer in (*drawn, *active)} == {Outcome.DONE}
    world.vouchers = [
        Voucher(answer.serial or 0, answer.number or "", programme, amount)
        for answer, programme, amount in zip(drawn, programmes, amounts, strict=True)
    ]


def _open_side(world: World, rail: str) -> None:
    place, code, chance = world.place, world.code, world.chance
    funds = {f"{code}-{currency}": currency for currency in world.currencies.values()}
    if rail == "sandbox":
        world.sides[rail] = place.street.sandbox_side(code, funds, chance)
    elif rail in place.street.hubs:
        world.sides[rail] = place.street.hub_side(rail, code, chance)
    else:
        dialect, today = DIALECTS[rail](), world.clock.at.date()
        books = {fund: Book(fund, currency, today) for fund, currency in funds.items()}
        folder = place.folder / world.bank_name(rail)
        (folder / "in").mkdir(parents=True)
        world.banks[rail] = FileBank(dialect, folder, code, books, chance, world.clock)
        world.sides[rail] = world.banks[rail]
        for number, book in enumerate(books.values(), 1):
            book.booked(f"{number} opens", FUNDS_MINOR, today)  # as it was recorded by hand
        if rail in OVER_HTTP:
            seed = chance.getrandbits(32)
            name = world.bank_name(rail)
            world.lines[rail] = place.http_banks.open_bank(name, folder, seed)
        else:
            world.deliveries[rail] = UnsureDelivery(folder, dialect.suffix, chance)
    if rail in place.street.lines:
        world.lines[rail] = place.street.lines[rail]
    if rail in world.lines:
        world.lines[rail].worsen(chance)


def new_account(world: World, rail: str) -> str:
    """In one of the history's currencies, where its far side has accounts in a currency."""
    side, currency = world.sides[rail], world.chance.choice(list(world.currencies.values()))
    return side.good(currency) if world.chance.random() < 0.7 else side.bad(currency)


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
