"""What a known life adds up to, to the voucher and the cent."""

from datetime import UTC, date, datetime

import pytest
from tests.busy_life import make_due
from tests.engine.figures.given import (
    by_day,
    drawn,
    figures,
    given_organisation,
    given_sale,
    it_is,
    states,
    wrong_figures,
)
from tests.given import (
    SYSTEM,
    ask,
    change,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
)

from counterfoil.engine.database import Connection
from counterfoil.engine.due import sweep_due
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.figures.reading import (
    OF_ISSUER,
    Measure,
    Period,
    Subject,
    SubjectKind,
    top_subjects,
    totals_of_programmes,
)
from counterfoil.engine.funds import withdraw
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Answer, Change, Outcome
from counterfoil.engine.sales.paying import Receipt, receive, refund
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action

GROUP = Subject(SubjectKind.GROUP, 2)  # the first that a test creates; 1 is every issuer's
SHOP = Subject(SubjectKind.ACCEPTOR, 1)


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(connection, provider)


def done(connection: Connection, issuer: Issuer, *actions: Action, serial: int) -> None:
    for action in actions:
        (answer,) = ask(connection, issuer, change(action, serial))
        assert answer.outcome is Outcome.DONE, (action, answer)


def serial_of(answer: Answer) -> int:
    assert answer.serial is not None
    return answer.serial


def caught_up(connection: Connection, issuer: Issuer) -> None:
    catch_up(connection, issuer.issuer_id)
    assert wrong_figures(connection) == []


def test_money_of_the_issuer(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer)
    withdraw(connection, issuer, SYSTEM, Money(500, "KES"), reference="back")
    given_stock(connection, issuer, 7)
    caught_up(connection, issuer)
    assert figures(connection, issuer) == {
        "deposited": (0, 10_000_000),
        "withdrawn": (0, 500),
        "provisioned": (7, 7000),
    }
    assert figures(connection, issuer, GROUP) == {"provisioned": (7, 7000)}


def test_a_voucher_reaches_somebody_when_it_becomes_active(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 5)
    preactivate(connection, issuer)
    catch_up(connection, issuer.issuer_id)
    assert "distributed" not in figures(connection, issuer)
    given_active(connection, issuer)
    caught_up(connection, issuer)
    assert figures(connection, issuer)["distributed"] == (1, 1000)
    assert figures(connection, issuer, GROUP)["distributed"] == (1, 1000)


def test_an_issuer_that_activates_at_once(connection: Connection, issuer: Issuer) -> None:
    connection.execute("UPDATE issuer_setting SET activate_at_once = TRUE")
    connection.execute("UPDATE log_head SET catalogue_version = catalogue_version + 1")
    connection.commit()
    given_group(connection, issuer)
    given_stock(connection, issuer, 2)
    preactivate(connection, issuer)
    caught_up(connection, issuer)
    assert figures(connection, issuer)["distributed"] == (1, 1000)


def test_a_deferred_redemption_is_redeemed_and_not_paid(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 5)
    voucher = given_active(connection, issuer)
    ask(connection, issuer, redemption(voucher.number or ""))
    done(connection, issuer, Action.PURGE, serial=serial_of(voucher))
    caught_up(connection, issuer)
    for subject in (OF_ISSUER, GROUP, SHOP):
        assert figures(connection, issuer, subject)["redeemed"] == (1, 1000)
        assert "paid" not in figures(connection, issuer, subject)
    assert figures(connection, issuer, SHOP) == {"redeemed": (1, 1000)}


def test_an_instant_redemption_counts_when_it_is_settled(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, settlement="instant")
    given_stock(connection, issuer, 5)
    voucher = given_active(connection, issuer)
    (asked,) = ask(connection, issuer, redemption(voucher.number or ""))
    ask(connection, issuer, finish(asked, completed=False))
    (asked,) = ask(connection, issuer, redemption(voucher.number or ""))
    caught_up(connection, issuer)
    assert figures(connection, issuer, SHOP) == {}
    ask(connection, issuer, finish(asked, completed=True))
    caught_up(connection, issuer)
    assert figures(connection, issuer, SHOP) == {"redeemed": (1, 1000), "paid": (1, 1000)}
    assert figures(connection, issuer, GROUP)["paid"] == (1, 1000)


def test_value_that_was_not_used_is_the_issuers_again(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 9)
    done(connection, issuer, Action.CANCEL, serial=serial_of(given_active(connection, issuer)))
    expiring = serial_of(given_active(connection, issuer))
    lapsing = serial_of(preactivate(connection, issuer))
    make_due(connection, issuer, expiring, lapsing)
    sweep_due(connection, issuer)
    caught_up(connection, issuer)
    assert figures(connection, issuer)["returned_to_issuer"] == (3, 3000)


def test_what_only_changes_its_state_is_no_figure(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 9)
    serial = serial_of(given_active(connection, issuer))
    catch_up(connection, issuer.issuer_id)
    before = figures(connection, issuer)
    done(connection, issuer, Action.SUSPEND, serial=serial)
    later = datetime(2090, 1, 1, tzinfo=UTC)
    ask(
        connection,
        issuer,
        Change(caller=SYSTEM, action=Action.EXTEND, serial=serial, extend_until=later),
    )
    done(connection, issuer, Action.UNSUSPEND, Action.REPLACE, serial=serial)
    caught_up(connection, issuer)
    assert figures(connection, issuer) == before


def test_what_an_organisation_buys(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 10)
    organisation_id = given_organisation(connection, issuer)
    given_sale(connection, issuer, organisation_id, quantity=4, paid_minor=9999)
    receipt = Receipt(money=Money(300, "KES"), bank_reference="more")
    receive(connection, issuer, SYSTEM, organisation_id, receipt=receipt, funding_account_id=1)
    back = Receipt(money=Money(100, "KES"), bank_reference="back")
    refund(connection, issuer, SYSTEM, organisation_id, receipt=back, funding_account_id=1)
    caught_up(connection, issuer)
    bought = {
        "received": (0, 10_299),
        "refunded": (0, 100),
        "sold": (4, 4000),
        "fees": (0, 80),
    }
    buyer = Subject(SubjectKind.ORGANISATION, organisation_id)
    assert figures(connection, issuer, buyer) == bought
    assert figures(connection, issuer) == bought | {
        "deposited": (0, 10_000_000),
        "provisioned": (10, 10_000),
    }
    of_group = {"provisioned": (10, 10_000), "sold": (4, 4000), "fees": (0, 80)}
    assert figures(connection, issuer, GROUP) == of_group
    assert states(connection, issuer, organisation_id) == {"stocked": 4}


def test_each_of_its_vouchers_counts_to_the_organisation(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 20)
    organisation_id = given_organisation(connection, issuer)
    others = given_organisation(connection, issuer, "Others")
    allocation_id = given_sale(connection, issuer, organisation_id, quantity=9)
    given_sale(connection, issuer, others, quantity=2)
    waiting = drawn(connection, issuer, allocation_id, at_once=False)
    activated = drawn(connection, issuer, allocation_id, at_once=False)
    ask(connection, issuer, Activate(caller=SYSTEM, serial=serial_of(activated)))
    redeemed = drawn(connection, issuer, allocation_id)
    ask(connection, issuer, redemption(redeemed.number or ""))
    purged = drawn(connection, issuer, allocation_id)
    ask(connection, issuer, redemption(purged.number or ""))
    done(connection, issuer, Action.PURGE, serial=serial_of(purged))
    suspended = serial_of(drawn(connection, issuer, allocation_id))
    done(connection, issuer, Action.SUSPEND, Action.REPLACE, serial=suspended)
    cancelled = serial_of(drawn(connection, issuer, allocation_id))
    done(connection, issuer, Action.CANCEL, serial=cancelled)
    given_active(connection, issuer)  # nobody's
    caught_up(connection, issuer)
    assert serial_of(waiting) != serial_of(activated)
    assert states(connection, issuer, organisation_id) == {
        "stocked": 3,
        "preactivated": 1,
        "active": 2,
        "redeemed": 1,
        "cancelled": 2,
        "purged": 1,
    }
    assert states(connection, issuer, others) == {"stocked": 2}
    found = figures(connection, issuer, Subject(SubjectKind.ORGANISATION, organisation_id))
    assert found == {
        "received": (0, 9180),
        "sold": (9, 9000),
        "fees": (0, 180),
        "distributed": (5, 5000),
        "redeemed": (2, 2000),
        "returned_to_issuer": (1, 1000),
    }
    assert figures(connection, issuer)["distributed"] == (6, 6000)


@pytest.mark.parametrize(
    ("unused_value", "measure"), [("buyer", "returned_to_buyer"), ("breakage", "breakage")]
)
def test_unused_value_of_what_was_sold(
    connection: Connection, issuer: Issuer, unused_value: str, measure: str
) -> None:
    design = GroupDesign(
        code="KIND",
        name="Kind",
        currency="KES",
        denominations=(1000,),
        valid_for_days=30,
        unused_value=unused_value,
    )
    create_group(connection, issuer, SYSTEM, design)
    given_stock(connection, issuer, 5, group="KIND")
    organisation_id = given_organisation(connection, issuer)
    allocation_id = given_sale(connection, issuer, organisation_id, quantity=3, group="KIND")
    expiring = serial_of(drawn(connection, issuer, allocation_id))
    make_due(connection, issuer, expiring)
    sweep_due(connection, issuer)
    done(
        connection,
        issuer,
        Action.CANCEL,
        serial=serial_of(drawn(connection, issuer, allocation_id)),
    )
    caught_up(connection, issuer)
    buyer = Subject(SubjectKind.ORGANISATION, organisation_id)
    for subject in (OF_ISSUER, GROUP, buyer):
        assert figures(connection, issuer, subject)[measure] == (2, 2000)
    assert states(connection, issuer, organisation_id) == {
        "stocked": 1,
        "cancelled": 1,
        "expired": 1,
    }


def test_what_was_cancelled_while_it_was_held_is_nobodys(
    connection: Connection, issuer: Issuer
) -> None:
    """Folded only after its range was sold; purged later still."""
    given_group(connection, issuer)
    given_stock(connection, issuer, 6)
    first = connection.execute("SELECT min(serial) FROM voucher").fetchone()
    connection.rollback()
    assert first is not None
    done(connection, issuer, Action.CANCEL, serial=first[0] + 1)
    organisation_id = given_organisation(connection, issuer)
    given_sale(connection, issuer, organisation_id, quantity=3)
    done(connection, issuer, Action.PURGE, serial=first[0] + 1)
    caught_up(connection, issuer)
    assert states(connection, issuer, organisation_id) == {"stocked": 3}
    buyer = Subject(SubjectKind.ORGANISATION, organisation_id)
    assert "returned_to_issuer" not in figures(connection, issuer, buyer)
    assert figures(connection, issuer)["returned_to_issuer"] == (1, 1000)


def test_a_day_ends_at_midnight_utc(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 9)
    vouchers = [given_active(connection, issuer) for _each in range(3)]
    for voucher, moment in zip(
        vouchers,
        (
            datetime(2070, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            datetime(2070, 4, 1, tzinfo=UTC),
            datetime(2070, 4, 3, 12, tzinfo=UTC),
        ),
        strict=True,
    ):
        connection.execute("UPDATE voucher SET expires_at = '2090-01-01'")
        it_is(connection, issuer, moment)
        (answer,) = ask(connection, issuer, redemption(voucher.number or ""))
        assert answer.outcome is Outcome.DONE
        if voucher is vouchers[1]:
            catch_up(connection, issuer.issuer_id)  # and so over two days at once
    connection.execute("DELETE FROM due")
    connection.execute(
        "INSERT INTO due SELECT issuer_id, '2090-01-01', serial FROM voucher WHERE state IN (2, 3)"
    )
    connection.commit()
    caught_up(connection, issuer)
    assert by_day(connection, issuer, SHOP, "redeemed") == {
        "2070-03-31": (1, 1000),
        "2070-04-01": (1, 1000),
        "2070-04-03": (1, 1000),
    }
    march = Period(date(2070, 3, 1), date(2070, 3, 31))
    assert figures(connection, issuer, SHOP, march) == {"redeemed": (1, 1000)}
    april = Period(date(2070, 4, 1), date(2070, 4, 2))
    assert figures(connection, issuer, SHOP, april) == {"redeemed": (1, 1000)}
    both = Period(date(2070, 3, 31), date(2070, 4, 3))
    assert figures(connection, issuer, SHOP, both) == {"redeemed": (3, 3000)}
    assert figures(connection, issuer, SHOP, Period(date(2070, 4, 4), date(2071, 1, 1))) == {}


def test_the_most_come_first(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 20)
    ids = [given_organisation(connection, issuer, name) for name in ("One", "Two", "Three")]
    for organisation_id, quantity in zip(ids, (2, 5, 3), strict=True):
        given_sale(connection, issuer, organisation_id, quantity=quantity)
    caught_up(connection, issuer)
    today = datetime.now(UTC).date()
    found = top_subjects(
        connection,
        issuer.issuer_id,
        SubjectKind.ORGANISATION,
        Measure.SOLD,
        "KES",
        Period(today, today),
        limit=2,
    )
    assert [(each.name, each.vouchers, each.money) for each in found] == [
        ("Two", 5, Money(5000, "KES")),
        ("Three", 3, Money(3000, "KES")),
    ]
    of_programmes = totals_of_programmes(
        connection, issuer.issuer_id, Period(today, today), [Measure.SOLD]
    )
    assert [figure.money for of_one in of_programmes.values() for figure in of_one.values()] == [
        Money(10_000, "KES")
    ]
