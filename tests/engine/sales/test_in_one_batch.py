"""Vouchers that were sold, changed several times: what came before counts, in one batch as well."""

from datetime import UTC, datetime

from tests.engine.sales.given_sales import (
    given_allocation,
    given_organisation,
    given_promise,
    given_sold_group,
    line,
    pay,
)
from tests.engine.sales.test_handing_out import hand_out, numbers_of
from tests.given import (
    SYSTEM,
    ask,
    change,
    given_group,
    given_issuer,
    given_programme,
    given_stock,
    state_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.operation import Change, Draw, Outcome, Preactivate
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State


def test_who_stopped_a_voucher_is_not_forgotten(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    """An extension stops nothing; and in one batch, too, whoever stopped it last counts."""
    issuer = given_issuer(connection, provider)
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 4)
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 1)
    ((serial, _outcome, _number),) = numbers_of(
        connection, issuer, hand_out(connection, issuer, buyer, allocation_id=allocation_id)
    )

    def turned(*turns: tuple[Action, int | None]) -> list[str]:
        until = datetime(2090, 1, 1, tzinfo=UTC)
        changes = [
            Change(
                caller=SYSTEM,
                action=action,
                serial=serial,
                reason="because",
                extend_until=until if action is Action.EXTEND else None,
                organisation_id=by,
            )
            for action, by in turns
        ]
        return [str(answer.outcome) for answer in ask(connection, issuer, *changes)]

    stop, go_on = Action.SUSPEND, Action.UNSUSPEND
    assert turned((stop, buyer)) == ["done"]
    assert turned((Action.EXTEND, None)) == ["done"]
    assert turned((go_on, buyer), (stop, None), (go_on, buyer)) == ["done", "done", "suspended"]
    assert turned((Action.EXTEND, None)) == ["done"]
    assert turned((go_on, buyer), (go_on, None)) == ["suspended", "done"]
    assert turned((stop, buyer), (go_on, buyer)) == ["done", "done"]
    assert state_of(connection, issuer, serial) is State.ACTIVE


def test_a_budget_has_what_is_freed_at_once_whoever_gets_the_money(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider)
    given_programme(connection, issuer, budget_minor=1_000)
    for code, denominations in (("STOCK", (1000,)), ("DEMAND", ())):
        given_group(
            connection, issuer, code, denominations=denominations, programme="WINTER",
            unused_value="buyer",
        )  # fmt: skip
    serial = 1_000_000_000_000_001
    given_stock(connection, issuer, 1, group="STOCK")
    buyer = given_organisation(connection, issuer)
    sale_id = given_promise(connection, issuer, buyer, [line(1, group="STOCK")])
    pay(connection, issuer, sale_id)
    finish_sale(connection, issuer, sale_id)
    wish = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="DEMAND")
    answers = ask(connection, issuer, wish, change(Action.CANCEL, serial), wish, wish)
    assert [str(answer.outcome) for answer in answers] == [
        "funds_missing", "done", "done", "funds_missing",
    ]  # fmt: skip
    assert check(connection, issuer.issuer_id) == []


def test_the_next_of_an_allocation_is_drawn_where_the_first_is_cancelled_before_it(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider)
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 3)
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 3)
    first = 1_000_000_000_000_001
    _cancelled, drawn = ask(
        connection,
        issuer,
        change(Action.CANCEL, first),
        Draw(caller=SYSTEM, reference="~draw:1", allocation_id=allocation_id, at_once=True),
    )
    assert (drawn.outcome, drawn.serial) == (Outcome.DONE, first + 1)
