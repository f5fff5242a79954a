"""Redemptions as they come: none is missed, none is told twice, and each is whose it is."""

import pytest
from tests.engine.figures.given import drawn, given_organisation, given_sale
from tests.given import (
    ask,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
)

from counterfoil.engine.database import Connection
from counterfoil.engine.figures import following
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.figures.following import (
    Names,
    latest_redemptions,
    learn_names,
    next_posting,
    redemptions_since,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_stock(connection, issuer, 30)
    return issuer


def redeemed(connection: Connection, issuer: Issuer) -> int:
    voucher = given_active(connection, issuer)
    ask(connection, issuer, redemption(voucher.number or ""))
    return voucher.serial or 0


def test_short_stretches_come_to_the_whole(
    connection: Connection, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = next_posting(connection, issuer.issuer_id)
    serials = [redeemed(connection, issuer) for _each in range(5)]
    given_stock(connection, issuer, 3)
    monkeypatch.setattr(following, "STRETCH_POSTINGS", 2)
    seen: list[int] = []
    while True:
        stretch = redemptions_since(connection, issuer.issuer_id, position, with_owners=False)
        seen += [each.serial for each in stretch.redemptions]
        position = stretch.next_posting
        if stretch.is_last:
            break
    assert seen == serials
    assert position == next_posting(connection, issuer.issuer_id)
    nothing = redemptions_since(connection, issuer.issuer_id, position, with_owners=False)
    assert nothing == ((), position, True)


def test_whose_they_are_and_what_it_is_called(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, "CASH", denominations=(), settlement="instant")
    organisation_id = given_organisation(connection, issuer)
    allocation_id = given_sale(connection, issuer, organisation_id, quantity=2)
    position = next_posting(connection, issuer.issuer_id)
    voucher = drawn(connection, issuer, allocation_id)
    ask(connection, issuer, redemption(voucher.number or ""))
    instant = given_active(connection, issuer, group="CASH")
    (asked,) = ask(connection, issuer, redemption(instant.number or ""))
    ask(connection, issuer, finish(asked, completed=True))
    found = redemptions_since(connection, issuer.issuer_id, position, with_owners=True).redemptions
    assert [(each.serial, each.group_id, each.acceptor_id) for each in found] == [
        (voucher.serial, 2, 1),
        (instant.serial, 3, 1),
    ]
    assert [each.organisation_id for each in found] == [organisation_id, None]
    names = Names()
    learn_names(connection, issuer.issuer_id, names, found)
    assert names.groups == {2: ("FOOD-AID", "Food-Aid"), 3: ("CASH", "Cash")}
    assert (names.acceptors, names.currencies) == ({1: "Asha Stores"}, {1: "KES"})


def test_the_latest_of_each(connection: Connection, issuer: Issuer) -> None:
    organisation_id = given_organisation(connection, issuer)
    others = given_organisation(connection, issuer, "Others")
    allocation_id = given_sale(connection, issuer, organisation_id, quantity=2)
    first = redeemed(connection, issuer)
    sold = drawn(connection, issuer, allocation_id)
    ask(connection, issuer, redemption(sold.number or ""))
    last = redeemed(connection, issuer)
    catch_up(connection, issuer.issuer_id)
    of = issuer.issuer_id
    whole = latest_redemptions(connection, of)
    assert [each.serial for each in whole] == [last, sold.serial, first]
    assert [each.serial for each in latest_redemptions(connection, of, limit=1)] == [last]
    shop = latest_redemptions(connection, of, acceptor_id=1)
    assert [each.operation_id for each in shop] == [each.operation_id for each in whole]
    assert latest_redemptions(connection, of, acceptor_id=2) == []
    mine = latest_redemptions(connection, of, organisation_id=organisation_id)
    assert [each.serial for each in mine] == [sold.serial]
    assert latest_redemptions(connection, of, organisation_id=others) == []
