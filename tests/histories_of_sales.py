"""Random things that organisations and the issuer do about purchases: each either happens for the
engine and the auditor, or is refused by both.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Final
from uuid import UUID, uuid4

from tests.engine.sales.test_handing_out import hand_out, numbers_of
from tests.given import SYSTEM
from tests.histories import World, stock

from counterfoil.engine.database import Connection
from counterfoil.engine.operation import Answer, Change, Draw, Outcome
from counterfoil.engine.organisations import OrganisationChange, change_organisation
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.engine.sales.paying import Receipt, receive, refund, sell
from counterfoil.engine.sales.promising import SaleLine, promise, release
from counterfoil.engine.sales.steps import finish_sale, open_sales
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.voucher import Action

SOLD: Final = ("STOCK", "STOCK", "STOCK-NOW", "SECOND-STOCK", "SECOND-STOCK", "KEPT")
_references = count(1)


def trade(connection: Connection, random: Random, world: World) -> None:
    """One thing, and often what a worker then does about it."""
    recent = list(world.auditor.desk.sales)[-4:]
    roll = random.random()
    if roll < 0.3 or not recent:
        _promise(connection, random, world)
    elif roll < 0.65:
        _pay(connection, random, world, random.choice(recent))
    elif roll < 0.7:
        _release(connection, world, random.choice(recent))
    elif roll < 0.75:
        _lapse(connection, world, random.choice(recent))
    elif roll < 0.8:
        _turn_buyer(connection, random, world)
    elif roll < 0.94:
        _move_money(connection, random, world)
    else:
        _restock(connection, random, world)
    if random.random() < 0.75:
        work_on_sales(connection, world)


def work_on_sales(connection: Connection, world: World) -> None:
    """As a worker does: all sales, what is made for them, and what then is left to do."""
    for sale_id in open_sales(connection, world.issuer):
        finish_sale(connection, world.issuer, sale_id)
        for provision_id in running_provisions(connection, world.issuer):
            for _chunk in finish_provision(connection, world.issuer, provision_id):
                pass
        finish_sale(connection, world.issuer, sale_id)
    world.auditor.desk.work(_made(connection, world))


def hand_out_some(connection: Connection, random: Random, world: World) -> None:
    """To so many people, or in place of some vouchers; position by position as the auditor says."""
    desk = world.auditor.desk
    lines = [line for line in desk.lines.values() if line.bought]
    if not lines:
        return
    line = random.choice(lines)
    buyer, at_once = desk.buyer_of[line.allocation_id], random.random() < 0.5
    named = [*line.bought, *world.serials[-4:]]
    lost = tuple(random.sample(sorted(set(named)), 2)) if random.random() < 0.4 else None
    vouchers = random.randint(1, 4) if lost is None else len(lost)
    handed: list[UUID] = []
    done = _happens(
        lambda: handed.append(
            hand_out(
                connection,
                world.issuer,
                buyer,
                allocation_id=line.allocation_id if lost is None else None,
                replaces=lost,
                vouchers=vouchers,
                at_once=at_once,
            )
        )
    )
    assert done == desk.buyers[buyer].approved
    for at, told in enumerate(numbers_of(connection, world.issuer, *handed) if done else []):
        operation: Draw | Change
        if lost is None:
            operation = Draw(
                caller=SYSTEM, reference="~", allocation_id=line.allocation_id, at_once=at_once
            )
        else:
            operation = Change(
                caller=SYSTEM, action=Action.REPLACE, serial=lost[at], organisation_id=buyer
            )
        _told(world, operation, *told)


def _told(world: World, operation: Draw | Change, serial: int, outcome: str, number: str) -> None:
    assert world.auditor.outcome(operation) == outcome
    if outcome == Outcome.DONE:
        of = operation.serial if isinstance(operation, Change) else serial
        answer = Answer(Outcome.DONE, of, number=number, replacement_serial=serial)
        world.auditor.record(operation, answer)
        world.learn(operation, answer)


def _promise(connection: Connection, random: Random, world: World) -> None:
    sale_id, buyer = uuid4(), random.choice(list(world.auditor.desk.buyers))
    groups = random.choices(SOLD, k=random.choice([1, 1, 2, 3]))
    wanted = [
        (group, random.choice([1000, 2500]) if group == "STOCK" else 1000, random.randint(1, 6))
        for group in groups
    ]
    lines = [
        SaleLine(group=group, group_version=1, amount_minor=amount_minor, quantity=quantity)
        for group, amount_minor, quantity in wanted
    ]
    done = _happens(
        lambda: promise(
            connection,
            world.issuer,
            SYSTEM,
            sale_id,
            organisation_id=buyer,
            funding_account_id=1,
            lines=lines,
            held_until=datetime.now(UTC) + timedelta(days=7),
        )
    )
    assert done == world.auditor.desk.promise(sale_id, buyer, wanted)


def _pay(connection: Connection, random: Random, world: World, sale_id: UUID) -> None:
    """In full, too much, too little, or from the balance; at times with what was sent before."""
    total_minor = world.auditor.desk.sales[sale_id].total_minor
    paid_minor = random.choice(
        [total_minor, total_minor, total_minor + 700, total_minor - 19, total_minor // 2, 0]
    )
    reference = _reference(random)
    makes_rest, takes_part = random.random() < 0.5, random.random() < 0.6
    done = _happens(
        lambda: sell(
            connection,
            world.issuer,
            SYSTEM,
            sale_id,
            total=_kes(total_minor),
            receipt=Receipt(money=_kes(paid_minor), bank_reference=reference)
            if paid_minor
            else None,
            when_short="provision" if makes_rest else "part",
            takes_part=takes_part,
        )
    )
    assert done == world.auditor.desk.pay(
        sale_id, paid_minor, reference, makes_rest=makes_rest, takes_part=takes_part
    )


def _release(connection: Connection, world: World, sale_id: UUID) -> None:
    done = _happens(lambda: release(connection, world.issuer, SYSTEM, sale_id))
    assert done == world.auditor.desk.release(sale_id)


def _lapse(connection: Connection, world: World, sale_id: UUID) -> None:
    """The day until which stock is held for it is past."""
    world.auditor.desk.sales[sale_id].is_lapsed = True
    connection.execute(
        "UPDATE sale SET held_until = now() - interval '1 day' WHERE sale_id = %s", (sale_id,)
    )
    connection.commit()


def _turn_buyer(connection: Connection, random: Random, world: World) -> None:
    organisation_id, buyer = random.choice(list(world.auditor.desk.buyers.items()))
    buyer.approved = not buyer.approved
    status = "approved" if buyer.approved else "suspended"
    change_organisation(
        connection, world.issuer, SYSTEM, organisation_id, OrganisationChange(status=status)
    )


def _move_money(connection: Connection, random: Random, world: World) -> None:
    """Paid in, or back; more than there is, too."""
    desk = world.auditor.desk
    buyer, reference = random.choice(list(desk.buyers)), _reference(random)
    is_back = random.random() < 0.6
    amount_minor = random.choice([500, 1000, 4100, max(desk.free_minor(buyer), 1)])
    move, mirror = (refund, desk.refund) if is_back else (receive, desk.receive)
    done = _happens(
        lambda: move(
            connection,
            world.issuer,
            SYSTEM,
            buyer,
            receipt=Receipt(money=_kes(amount_minor), bank_reference=reference),
            funding_account_id=1,
        )
    )
    assert done == mirror(buyer, amount_minor, reference)


def _restock(connection: Connection, random: Random, world: World) -> None:
    amount_minor = random.choice([1000, 2500])
    if world.auditor.books.balances["available:0"] >= 3 * amount_minor:
        stock(connection, world, "STOCK", 3, amount_minor)


def _made(connection: Connection, world: World) -> Callable[[int, int], list[int]]:
    def made(allocation_id: int, vouchers: int) -> list[int]:
        """The engine made them just now; nobody could know their serials."""
        rows = connection.execute(
            "SELECT serial_first, serial_last FROM allocation_range WHERE issuer_id = %s"
            " AND allocation_id = %s AND status = 'sold' ORDER BY serial_first",
            (world.issuer.issuer_id, allocation_id),
        ).fetchall()
        connection.rollback()
        serials = [each for first, last in rows for each in range(first, last + 1)]
        fresh = [serial for serial in serials if serial not in world.auditor.papers]
        world.serials += fresh
        return fresh[:vouchers]

    return made


def _happens(act: Callable[[], None]) -> bool:
    try:
        act()
    except ConflictError:
        return False
    return True


def _reference(random: Random) -> str:
    """Of the bank; at times one that it gave before."""
    last = next(_references)
    return f"FT-{last if random.random() < 0.9 else last - 1}"


def _kes(amount_minor: int) -> Money:
    return Money(amount_minor, "KES")
