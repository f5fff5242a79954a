"""Organisations that bought vouchers, days that pass, and figures as plain words."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4

from tests.given import SYSTEM, ask

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.reading import (
    OF_ISSUER,
    Period,
    Subject,
    figures_by_day,
    owned_vouchers,
    totals,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Draw, Outcome
from counterfoil.engine.organisations import create_organisation
from counterfoil.engine.sales.paying import Receipt, sell
from counterfoil.engine.sales.promising import SaleLine, promise
from counterfoil.engine.sales.reading import allocations_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.money import Money

EVER = Period(date(2020, 1, 1), date(2999, 1, 1))
_draws = count(1)


def given_organisation(connection: Connection, issuer: Issuer, name: str = "Relief Now") -> int:
    """It pays 2 % on top."""
    return create_organisation(connection, issuer, SYSTEM, name=name, commission_points=200)


def given_sale(
    connection: Connection,
    issuer: Issuer,
    organisation_id: int,
    *,
    quantity: int,
    group: str = "FOOD-AID",
    paid_minor: int | None = None,
) -> int:
    """Of vouchers of 10.00, paid in full unless told otherwise; the id of its allocation."""
    sale_id = uuid4()
    line = SaleLine(group=group, group_version=1, amount_minor=1000, quantity=quantity)
    promise(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        organisation_id=organisation_id,
        funding_account_id=1,
        lines=[line],
        held_until=datetime.now(UTC) + timedelta(days=90_000),
    )
    finish_sale(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    connection.commit()
    cost = Money(allocation.total_minor, "KES")
    sell(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        total=cost,
        receipt=Receipt(
            money=Money(paid_minor or cost.amount_minor, "KES"), bank_reference=str(sale_id)
        ),
        when_short="part",
        takes_part=False,
    )
    finish_sale(connection, issuer, sale_id)
    return allocation.allocation_id


def drawn(
    connection: Connection, issuer: Issuer, allocation_id: int, *, at_once: bool = True
) -> Answer:
    """A voucher of an organisation, in somebody's hands."""
    wish = Draw(
        caller=SYSTEM,
        reference=f"draw {next(_draws)}",
        allocation_id=allocation_id,
        at_once=at_once,
    )
    (answer,) = ask(connection, issuer, wish)
    assert answer.outcome is Outcome.DONE, answer
    return answer


def it_is(connection: Connection, issuer: Issuer, moment: datetime) -> None:
    """From now on, for what is written down; a moment to come."""
    connection.execute(
        "UPDATE log_head SET last_at = %s WHERE issuer_id = %s", (moment, issuer.issuer_id)
    )
    connection.commit()


def figures(
    connection: Connection, issuer: Issuer, subject: Subject = OF_ISSUER, period: Period = EVER
) -> dict[str, tuple[int, int]]:
    """Vouchers and minor units of a period, by measure."""
    found = totals(connection, issuer.issuer_id, subject, period)
    connection.rollback()
    return {
        str(measure): (figure.vouchers, figure.money.amount_minor)
        for (measure, _currency), figure in found.items()
    }


def by_day(
    connection: Connection, issuer: Issuer, subject: Subject, measure: str
) -> dict[str, tuple[int, int]]:
    found = figures_by_day(connection, issuer.issuer_id, subject, EVER)
    connection.rollback()
    return {
        each.day.isoformat(): (each.vouchers, each.money.amount_minor)
        for each in found
        if each.measure == measure
    }


def states(connection: Connection, issuer: Issuer, organisation_id: int) -> dict[str, int]:
    """Of all it bought, how many are in which state."""
    found = owned_vouchers(connection, issuer.issuer_id, organisation_id)
    connection.rollback()
    return {each.state.word: each.vouchers for each in found}


def wrong_figures(connection: Connection) -> list[str]:
    """By the rules of `counterfoil check` that are about them."""
    rules = {"check_figures", "check_redemptions"}
    return [str(each) for each in check(connection) if each.rule in rules]


def everything(connection: Connection) -> list[tuple[object, ...]]:
    """All figures as they are kept, the cursors included."""
    rows: list[tuple[object, ...]] = []
    for query in (
        "SELECT * FROM figure ORDER BY 1, 2, 3, 4, 5, 6, 7",
        "SELECT * FROM allocation_count WHERE vouchers <> 0 ORDER BY 1, 2, 3",
        "SELECT issuer_id, next_operation, next_posting FROM figure_cursor ORDER BY 1",
        "SELECT * FROM figure_range ORDER BY 1, 2",
        "SELECT * FROM redemption ORDER BY 1, 2, 3, 4",
        "SELECT * FROM redeemed_where ORDER BY 1, 2, 3, 4, 5, 6",
    ):
        rows += connection.execute(query).fetchall()
    connection.rollback()
    return rows
