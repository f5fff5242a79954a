"""An organisation, what it is promised, and what it has bought."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tests.given import SYSTEM

from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.organisations import create_organisation
from counterfoil.engine.sales.paying import Receipt, sell
from counterfoil.engine.sales.promising import SaleLine, promise
from counterfoil.engine.sales.reading import allocations_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.money import Money


def given_sold_group(
    connection: Connection,
    issuer: Issuer,
    *,
    unused_value: str = "buyer",
    code: str = "FOOD-AID",
    denominations: tuple[int, ...] = (1000,),
) -> None:
    create_group(
        connection,
        issuer,
        SYSTEM,
        GroupDesign(
            code=code,
            name=code.title(),
            currency="KES",
            denominations=denominations,
            valid_for_days=90,
            unused_value=unused_value,
        ),
    )


def given_organisation(
    connection: Connection,
    issuer: Issuer,
    name: str = "Relief Trust",
    *,
    commission_points: int = 0,
) -> int:
    return create_organisation(
        connection, issuer, SYSTEM, name=name, commission_points=commission_points
    )


def line(quantity: int, amount_minor: int = 1000, group: str = "FOOD-AID") -> SaleLine:
    return SaleLine(group=group, group_version=1, amount_minor=amount_minor, quantity=quantity)


def in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def given_promise(
    connection: Connection,
    issuer: Issuer,
    organisation_id: int,
    lines: Sequence[SaleLine],
    *,
    held_until: datetime | None = None,
    funding_account_id: int = 1,
) -> UUID:
    """Begun, and its stock held as far as there is any."""
    sale_id = uuid4()
    promise(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        organisation_id=organisation_id,
        funding_account_id=funding_account_id,
        lines=lines,
        held_until=held_until or in_days(7),
    )
    finish_sale(connection, issuer, sale_id)
    return sale_id


def pay(
    connection: Connection,
    issuer: Issuer,
    sale_id: UUID,
    *,
    paid_minor: int | None = None,
    bank_reference: str = "",
    when_short: str = "part",
    takes_part: bool = False,
) -> None:
    """By default exactly what it costs."""
    lines = allocations_of(connection, issuer, sale_id)
    connection.rollback()
    total_minor = sum(each.total_minor for each in lines)
    paid_minor = total_minor if paid_minor is None else paid_minor
    reference = bank_reference or f"FT {sale_id}"
    sell(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        total=Money(total_minor, "KES"),
        receipt=Receipt(money=Money(paid_minor, "KES"), bank_reference=reference)
        if paid_minor
        else None,
        when_short=when_short,
        takes_part=takes_part,
    )


def given_allocation(
    connection: Connection, issuer: Issuer, organisation_id: int, quantity: int
) -> int:
    """Bought, paid and allocated: the allocation's id."""
    sale_id = given_promise(connection, issuer, organisation_id, [line(quantity)])
    pay(connection, issuer, sale_id)
    finish_sale(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    connection.rollback()
    assert allocation.sold == quantity
    return allocation.allocation_id
