"""Which vouchers a change of many is for, and what it would do to them."""

import pytest
from tests.given import ask, change, given_active, given_group, given_issuer, given_stock

from counterfoil.engine.bulk_selection import BulkPart, Selection, preview_bulk, selected_states
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action, State


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    return issuer


def actives(connection: Connection, issuer: Issuer, count: int) -> list[int]:
    return [given_active(connection, issuer).serial or 0 for _ in range(count)]


def test_preview_counts_vouchers_and_money_by_state(connection: Connection, issuer: Issuer) -> None:
    provision_id = given_stock(connection, issuer, 4)
    first, second = actives(connection, issuer, 2)
    ask(connection, issuer, change(Action.SUSPEND, second))
    by_provision = preview_bulk(
        connection, issuer, Selection(provision_id=provision_id), action=Action.SUSPEND
    )
    assert by_provision == [
        BulkPart("FOOD-AID", State.STOCKED, 2, Money(2000, "KES"), meant=False),
        BulkPart("FOOD-AID", State.ACTIVE, 1, Money(1000, "KES"), meant=True),
        BulkPart("FOOD-AID", State.SUSPENDED, 1, Money(1000, "KES"), meant=False),
    ]
    assert (
        preview_bulk(connection, issuer, Selection(group_code="FOOD-AID"), action=Action.SUSPEND)
        == by_provision
    )
    assert (
        preview_bulk(
            connection, issuer, Selection(serials=[first, second, second]), action=Action.SUSPEND
        )
        == by_provision[1:]
    )


def test_actions_select_what_they_are_for() -> None:
    assert selected_states(Action.UNSUSPEND) == [State.SUSPENDED]
    assert selected_states(Action.PURGE) == [State.REDEEMED, State.CANCELLED, State.EXPIRED]
    assert State.STOCKED in selected_states(Action.CANCEL)
    assert State.STOCKED not in selected_states(Action.SUSPEND)
