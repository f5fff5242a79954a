"""What a programme that has closed its sales or redemption still does, and what not."""

from itertools import count

import pytest
from tests.engine.sales.given_sales import given_organisation, given_promise, line, pay
from tests.given import (
    SYSTEM,
    ask,
    change,
    given_active,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    preactivate,
    redemption,
    state_of,
)
from tests.programmes import everything, provide, refused

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Operation, Outcome, Preactivate
from counterfoil.engine.provision import Provision, begin_provision, finish_provision
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action, State

_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    """A database for all of them; each has an issuer of its own."""
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(connection, provider, f"PROGRAMME-GATE-{next(_codes)}")


def test_nothing_is_sold_once_sales_are_closed(connection: Connection, issuer: Issuer) -> None:
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    given_group(connection, issuer, "CASH", denominations=(), programme="WINTER")
    given_stock(connection, issuer, 3, group="COAT")
    given_group(connection, issuer)
    drawn = preactivate(connection, issuer, group="COAT")
    active = given_active(connection, issuer, group="CASH")
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)
    refused(connection, "closed its sales", lambda: provide(connection, issuer, 1), ConflictError)
    for group in ("COAT", "CASH"):
        draw = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group=group)
        before = everything(connection)
        assert [answer.outcome for answer in ask(connection, issuer, draw)] == [
            Outcome.SALES_CLOSED
        ]
        assert everything(connection) == before
    (activated,) = ask(connection, issuer, Activate(caller=SYSTEM, serial=drawn.serial or 0))
    (replaced,) = ask(connection, issuer, change(Action.REPLACE, active.serial or 0))
    redeemed = ask(connection, issuer, redemption(replaced.number or ""))
    assert [each.outcome for each in (activated, replaced, *redeemed)] == [Outcome.DONE] * 3
    given_stock(connection, issuer, 1)
    preactivate(connection, issuer)
    assert check(connection, issuer.issuer_id) == []


def test_a_provision_begun_before_is_finished_while_sales_are_closed(
    connection: Connection, issuer: Issuer
) -> None:
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    begun = provide(connection, issuer, 5)
    given_step(connection, issuer, ProgrammeStatus.CLAIMS_CLOSED)
    *_chunks, done = finish_provision(connection, issuer, begun.provision_id)
    assert (done.status, done.created) == ("ready", 5)
    assert check(connection, issuer.issuer_id) == []


def test_nothing_is_redeemed_once_redemption_is_closed(
    connection: Connection, issuer: Issuer
) -> None:
    given_programme(connection, issuer)
    for code, settlement in (("COAT", "deferred"), ("NOW", "instant")):
        given_group(connection, issuer, code, settlement=settlement, programme="WINTER")
        given_stock(connection, issuer, 3, group=code)
    held = preactivate(connection, issuer, group="COAT")
    actives = [given_active(connection, issuer, group=code) for code in ("COAT", "NOW")]
    given_step(connection, issuer, ProgrammeStatus.REDEMPTION_CLOSED)
    refused_now: list[Operation] = [
        Activate(caller=SYSTEM, serial=held.serial or 0),
        *(redemption(active.number or "") for active in actives),
    ]
    for operation in refused_now:
        before = everything(connection)
        (answer,) = ask(connection, issuer, operation)
        assert answer.outcome is Outcome.REDEMPTION_CLOSED
        assert everything(connection) == before
    serial = actives[0].serial or 0
    for action, after in (
        (Action.SUSPEND, State.SUSPENDED),
        (Action.UNSUSPEND, State.ACTIVE),
        (Action.BLOCK, State.BLOCKED),
        (Action.CANCEL, State.CANCELLED),
    ):
        (answer,) = ask(connection, issuer, change(action, serial))
        assert (answer.outcome, state_of(connection, issuer, serial)) == (Outcome.DONE, after)
    assert check(connection, issuer.issuer_id) == []


def test_what_is_promised_is_paid_for_as_long_as_it_can_be_redeemed(
    connection: Connection, issuer: Issuer
) -> None:
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    given_stock(connection, issuer, 2, group="COAT")
    buyer = given_organisation(connection, issuer)
    first, second = (
        given_promise(connection, issuer, buyer, [line(1, group="COAT")]) for _sale in range(2)
    )
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)
    pay(connection, issuer, first)
    given_step(connection, issuer, ProgrammeStatus.REDEMPTION_CLOSED)
    refused(
        connection, "closed its redemption", lambda: pay(connection, issuer, second), ConflictError
    )
    finish_sale(connection, issuer, first)
    assert check(connection, issuer.issuer_id) == []


def test_a_group_that_is_not_open_is_not_provisioned(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "COAT")
    connection.execute("UPDATE voucher_group SET status = 'paused', changed_version = 99")
    connection.execute("UPDATE log_head SET catalogue_version = 99")
    connection.commit()
    refused(connection, "COAT is paused", lambda: provide(connection, issuer, 1), ConflictError)


def test_a_provision_is_of_the_version_that_was_shown(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "COAT")
    given_group(connection, issuer, "COAT")

    def begun(version: int) -> Provision:
        return begin_provision(
            connection,
            issuer,
            SYSTEM,
            group_code="COAT",
            money=Money(1000, "KES"),
            count=1,
            expected_version=version,
        )

    refused(connection, "a new version", lambda: begun(1), ConflictError)
    assert begun(2).group_version == 2
