"""A small world, and random things to ask of it: mostly sensible, often not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Final
from uuid import UUID, uuid4

from tests.busy_life import LATER
from tests.given import (
    SHOP,
    SYSTEM,
    given_client,
    given_group,
    given_issuer,
    given_programme,
    given_stock,
)
from tests.model import Auditor
from tests.model_books import About, Books, Group, Programme, Shop
from tests.model_sales import Buyer, Desk

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.bank_data import cancel_rebank, hold_payouts, rebank_acceptor
from counterfoil.engine.bulk import finish_bulk
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import (
    Activate,
    Answer,
    Caller,
    Change,
    Draw,
    FinishPayment,
    Operation,
    Preactivate,
    Redeem,
)
from counterfoil.engine.organisations import create_organisation
from counterfoil.engine.programme_steps import closing_bulks, step_programme
from counterfoil.engine.provision import provision_by_id
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import KeyProvider
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action

FUNDS_MINOR: Final = 60_000
COMMISSIONS: Final = (0, 233)  # what each buyer pays on top, in hundredths of a percent
SECOND: Final = "SECOND"
BUDGET_MINOR: Final = 9000
CORNER: Final = AcceptorDesign(name="Corner", kind="agent", account="ACC-2", groups=("CASH-OUT",))
DRAFT: Final = AcceptorDesign(name="Draft", kind="merchant", account="ACC-3", status="draft")
CHANGES: Final = (
    Action.SUSPEND,
    Action.UNSUSPEND,
    Action.BLOCK,
    Action.UNBLOCK,
    Action.CANCEL,
    Action.REPLACE,
    Action.PURGE,
    Action.EXTEND,
    Action.EXPIRE,
)


OF_BUYERS: Final = (Action.SUSPEND, Action.UNSUSPEND, Action.REPLACE)  # and to activate
_draws = count(1)


@dataclass(slots=True)
class World:
    """One issuer, what its callers know by now, and the auditor who watches."""

    issuer: Issuer
    auditor: Auditor
    callers: list[Caller]
    serials: list[int]
    numbers: list[str] = field(default_factory=list)
    payments: list[tuple[UUID, int]] = field(default_factory=list)
    asked_before: list[Operation] = field(default_factory=list)

    def learn(self, operation: Operation, answer: Answer) -> None:
        if operation.reference is not None and not isinstance(operation, Draw):
            self.asked_before.append(operation)
        if answer.number is not None:
            self.serials += [answer.replacement_serial or answer.serial or 0] * 2
            self.numbers.append(answer.number)
        if answer.payment is not None:
            self.payments.append((answer.payment.payment_id, answer.payment.serial))


def given_world(connection: Connection, provider: KeyProvider, code: str) -> World:
    """Stock and on demand, paid later and at once, for everybody and for some, little money."""
    issuer = given_issuer(connection, provider, code=code, funds=f"{FUNDS_MINOR // 100}.00")
    create_acceptors(connection, issuer, SYSTEM, [CORNER, DRAFT])
    given_group(connection, issuer, "STOCK", denominations=(1000, 2500), unused_value="buyer")
    given_group(
        connection, issuer, "STOCK-NOW", settlement="instant", accepts="groups",
        accepts_names=("FOOD",), unused_value="breakage",
    )  # fmt: skip
    given_group(
        connection, issuer, "DEMAND", denominations=(), accepts="acceptors",
        accepts_names=(CORNER.name,),
    )  # fmt: skip
    given_group(connection, issuer, "DEMAND-NOW", denominations=(), settlement="instant")
    given_programme(connection, issuer, SECOND, budget_minor=BUDGET_MINOR)
    for second in ("SECOND-STOCK", "SECOND-NOW"):
        given_group(
            connection, issuer, second, denominations=() if second == "SECOND-NOW" else (1000,),
            settlement="deferred" if second == "SECOND-STOCK" else "instant", programme=SECOND,
            unused_value="buyer",
        )  # fmt: skip
    given_group(connection, issuer, "KEPT", unused_value="issuer")
    ids = {code: group.group_id for code, group in issuer.catalogue.groups.items()}
    books = Books(
        groups={
            "STOCK": Group(ids["STOCK"], {"10.00", "25.00"}),
            "STOCK-NOW": Group(
                ids["STOCK-NOW"], {"10.00"}, instant=True, accepts_groups={"FOOD"},
                unused="breakage",
            ),
            "DEMAND": Group(ids["DEMAND"], set(), accepts_names={CORNER.name}),
            "DEMAND-NOW": Group(ids["DEMAND-NOW"], set(), instant=True),
            "SECOND-STOCK": Group(ids["SECOND-STOCK"], {"10.00"}, programme=SECOND),
            "SECOND-NOW": Group(ids["SECOND-NOW"], set(), instant=True, programme=SECOND),
            "KEPT": Group(ids["KEPT"], {"10.00"}, unused="issuer"),
        },
        programmes={"first": Programme(), SECOND: Programme(budget=BUDGET_MINOR)},
    )  # fmt: skip
    auditor = Auditor(
        books,
        Desk(books),
        shops={
            (SHOP.name, SHOP.account): Shop(1, approved=True, groups={"FOOD"}),
            (CORNER.name, CORNER.account): Shop(2, approved=True, groups={"CASH-OUT"}),
            (DRAFT.name, DRAFT.account): Shop(3, approved=False, groups=set()),
        },
        clients={},
    )
    books.move("funding:0", "available:0", FUNDS_MINOR, About())
    for points in COMMISSIONS:
        buyer = create_organisation(
            connection, issuer, SYSTEM, name=f"Buyer {points}", commission_points=points
        )
        auditor.desk.buyers[buyer] = Buyer(points)
    callers = [SYSTEM] * 4
    for name, scopes in (
        ("clerk", ["preactivate", "activate", "redeem", "cancel", "admin"]),
        ("till", ["redeem", "override"]),
    ):
        caller, _key = given_client(connection, issuer, name, scopes)
        auditor.clients[caller.client_id] = set(scopes)
        callers.append(caller)
    callers.append(Caller(99, "stranger"))
    world = World(issuer, auditor, callers, [])
    for group in ("STOCK", "STOCK-NOW", "STOCK", "SECOND-STOCK", "KEPT"):
        stock(connection, world, group, 5)
    return world


def stock(
    connection: Connection, world: World, group: str, vouchers: int, amount_minor: int = 1000
) -> None:
    """One provision more."""
    given_id = given_stock(
        connection, world.issuer, vouchers, group=group, amount_minor=amount_minor
    )
    first = provision_by_id(connection, world.issuer, given_id).serial_first
    serials = list(range(first, first + vouchers))
    world.auditor.books.provision(group, amount_minor, serials)
    world.auditor.books.groups[group].stock.append([*serials])
    world.serials += serials


def any_operation(random: Random, world: World) -> Operation:
    """Something somebody might ask now; at times word for word what was asked before."""
    if world.asked_before and random.random() < 0.12:
        return random.choice(world.asked_before)
    caller = random.choice(world.callers)
    reference = f"r{random.randrange(60)}" if random.random() < 0.3 else None
    serial = random.choice(world.serials) if random.random() < 0.97 else 424242
    roll = random.random()
    if roll < 0.24:
        return _any_preactivation(random, caller, reference)
    if roll < 0.4:
        return _any_of_a_buyer(random, world)
    if roll < 0.5:
        return Activate(caller=caller, reference=reference, serial=serial)
    if roll < 0.7:
        return _any_redemption(random, world, caller, reference)
    if roll < 0.8 and world.payments:
        return _any_payment_end(random, world)
    action = random.choice(CHANGES)
    return Change(
        caller=caller,
        reference=None if action is Action.EXPIRE else reference,
        action=action,
        serial=serial,
        reason="because",
        extend_until=LATER if action is Action.EXTEND else None,
    )


def _any_preactivation(random: Random, caller: Caller, reference: str | None) -> Preactivate:
    group = random.choice([
        "STOCK", "STOCK-NOW", "DEMAND", "DEMAND-NOW", "STOCK", "SECOND-STOCK", "SECOND-NOW",
        "KEPT", "NO-SUCH",
    ])  # fmt: skip
    return Preactivate(
        caller=caller,
        reference=reference,
        amount=random.choice(["10.00"] * 6 + ["25.00", "70.00", "0.00", "ten", None]),
        currency=random.choice(["KES"] * 12 + ["EUR", None]),
        group=group,
    )


def _any_of_a_buyer(random: Random, world: World) -> Operation:
    """Draws of what was bought, or changes what is in somebody's hands; at times another's."""
    desk, papers = world.auditor.desk, world.auditor.papers
    lines = [line for line in desk.lines.values() if line.bought]
    if not lines:
        return _any_preactivation(random, SYSTEM, None)
    line = random.choice(lines)
    out = [serial for serial in line.bought if papers[serial].state != "stocked"]
    if random.random() < (0.7 if len(out) < len(line.bought) else 0.1):
        return Draw(
            caller=SYSTEM,
            reference=f"~draw:{next(_draws)}",
            allocation_id=line.allocation_id if random.random() < 0.95 else 99,
            at_once=random.random() < 0.5,
        )
    out = out or line.bought
    buyer = desk.buyer_of[line.allocation_id] if random.random() < 0.9 else 1
    serial = random.choice(out if random.random() < 0.9 else world.serials)
    action = random.choice([Action.ACTIVATE, *OF_BUYERS])
    if action is Action.ACTIVATE:
        return Activate(caller=SYSTEM, serial=serial, organisation_id=buyer)
    return Change(
        caller=SYSTEM, action=action, serial=serial, reason="because", organisation_id=buyer
    )


def _any_redemption(random: Random, world: World, caller: Caller, reference: str | None) -> Redeem:
    shop = random.choice([SHOP, SHOP, CORNER, CORNER, DRAFT])
    known = bool(world.numbers) and random.random() < 0.95
    return Redeem(
        caller=caller,
        reference=reference,
        number=random.choice(world.numbers) if known else "123456789012345678",
        acceptor_name=shop.name,
        acceptor_account=shop.account if random.random() < 0.95 else "ACC-9",
        acceptor_group=random.choice([None, None, "STOCK", *shop.groups, "FOOD"]),
        override=random.random() < 0.3,
    )


def _any_payment_end(random: Random, world: World) -> FinishPayment:
    payment_id, serial = random.choice(world.payments)
    completed = random.random() < 0.5
    return FinishPayment(
        caller=SYSTEM,
        payment_id=payment_id if random.random() < 0.95 else uuid4(),
        serial=serial,
        completed=completed,
        reason=None if completed else random.choice(["no_funds", "cannot_credit"]),
    )


def turn_payouts(connection: Connection, random: Random, world: World) -> None:
    """Payouts of one shop are held or released, or it wants to be paid elsewhere and then not."""
    shop = random.choice([shop for shop in world.auditor.shops.values() if shop.approved])
    who = connection, world.issuer, SYSTEM, shop.acceptor_id
    if random.random() < 0.5:
        shop.payouts_held = not shop.payouts_held
        hold_payouts(*who, held=shop.payouts_held, reason="because")
        return
    shop.rebanking = not shop.rebanking
    if shop.rebanking:
        rebank_acceptor(*who, BankData("iban", "sandbox", "ACC-9"), reason="because")
    else:
        cancel_rebank(*who, reason="because")


def take_step(connection: Connection, world: World) -> None:
    """The second programme goes on by a step, where the auditor lets it."""
    before = world.auditor.books.programmes[SECOND].steps
    status, after = list(ProgrammeStatus)[before], list(ProgrammeStatus)[min(before + 1, 4)]
    try:
        step_programme(
            connection, world.issuer, SYSTEM, SECOND, after, expected_status=status, reason="r"
        )
        stepped = True
    except ConflictError:
        stepped = False
    assert stepped == world.auditor.step(SECOND)


def work_off(connection: Connection, world: World) -> None:
    for bulk in closing_bulks(connection, world.issuer, SECOND):
        for _chunk in finish_bulk(connection, world.issuer, bulk.bulk_id):
            pass
    world.auditor.close()


def let_time_pass(connection: Connection, random: Random, world: World) -> None:
    """One voucher's validity or hold is over now; in the database and for the auditor."""
    serial = random.choice(list(world.auditor.papers))
    paper = world.auditor.papers[serial]
    if paper.state == "stocked":
        return
    past = datetime.now(UTC) - timedelta(hours=1)
    column = "expires_at" if paper.at_once else random.choice(["expires_at", "hold_until"])
    if column == "expires_at":
        paper.is_over = True
    else:
        paper.hold_is_over = True
    where = (world.issuer.issuer_id, serial)
    connection.execute(
        f"UPDATE voucher SET {column} = %s WHERE issuer_id = %s AND serial = %s", (past, *where)
    )
    connection.execute(
        "INSERT INTO due (due_at, issuer_id, serial) VALUES (%s, %s, %s)", (past, *where)
    )
    connection.commit()
