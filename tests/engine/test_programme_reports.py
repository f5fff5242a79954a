"""What a step would do, and what a programme has done: exact, from counts and accounts."""

import re

import pytest
from tests.given import (
    SYSTEM,
    ask,
    given_active,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    preactivate,
    redemption,
)
from tests.programmes import given_one_of_each, report, work_off

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.programme_figures import NOTHING, Holding, Pile, ProgrammeMoney
from counterfoil.engine.programme_preview import StepWarning, Warned, step_preview
from counterfoil.engine.programme_report import programme_report
from counterfoil.engine.programmes import ProgrammeDesign, open_funding_account, open_programme
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.programme import ProgrammeStatus
from counterfoil.statements import statement
from counterfoil.voucher import Action, State

CLOSED = ProgrammeStatus.CLOSED


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    return issuer


def test_each_step_previews_what_it_would_leave(connection: Connection, issuer: Issuer) -> None:
    given_one_of_each(connection, issuer)
    stocked, out = Pile(2, 2000), Pile(4, 4000)
    unsold = StepWarning(Warned.STOCK_UNSOLD, stocked)
    still_out = StepWarning(Warned.STILL_OUT, out)
    owed = StepWarning(Warned.ACCEPTORS_OWED, Pile(0, 2000))
    expected = {
        ProgrammeStatus.SALES_CLOSED: (unsold,),
        ProgrammeStatus.REDEMPTION_CLOSED: (unsold, still_out),
        ProgrammeStatus.CLAIMS_CLOSED: (unsold, still_out, owed),
        CLOSED: (unsold, still_out, owed),
    }
    for after, warnings in expected.items():
        preview = step_preview(connection, issuer.issuer_id, "WINTER", after)
        connection.rollback()
        assert preview.warnings == warnings, after
        assert preview.is_possible
        (coat,) = preview.groups
        assert (coat.group_code, coat.stocked, coat.out, coat.redeeming) == (
            "COAT",
            stocked,
            out,
            NOTHING,
        )
        closes = after is CLOSED
        assert (preview.cancelled, preview.expired, preview.freed_minor) == (
            (stocked, out, 6000) if closes else (NOTHING, NOTHING, 0)
        )
        assert preview.money.owed_minor == 2000
        given_step(connection, issuer, after)
    with pytest.raises(ConflictError, match="no step after"):
        step_preview(connection, issuer.issuer_id, "WINTER", "open")
    connection.rollback()


def test_an_account_of_its_own_tells_what_acceptors_earned_in_it(
    connection: Connection, issuer: Issuer
) -> None:
    account = open_funding_account(
        connection, issuer, SYSTEM, fsp="sandbox", account="AID-2", currency="KES"
    )
    money = Money(5000, "KES")
    deposit(connection, issuer, SYSTEM, money, reference="d", funding_account_id=account)
    design = ProgrammeDesign(name="Own", budget_minor=4000)
    open_programme(connection, issuer, SYSTEM, design, code="OWN", funding_account_id=account)
    for group, programme in (("BOOTS", "OWN"), ("HATS", "WINTER")):
        given_group(connection, issuer, group, denominations=(), programme=programme)
        for _each in range(2):
            spent = given_active(connection, issuer, group=group)
            ask(connection, issuer, redemption(spent.number or ""))
    found = programme_report(connection, issuer.issuer_id, "OWN")
    connection.rollback()
    assert found.money == ProgrammeMoney(5000, 3000, 0, 2000, 2000, 1, ())
    assert [(each.earned_minor, each.owed_minor) for each in found.acceptors] == [(2000, 2000)]
    assert (found.committed_minor, found.budget_left_minor) == (2000, 2000)
    assert check(connection) == []


def test_the_report_is_exact_before_and_after(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, "CASH", denominations=(), programme="WINTER")
    given_one_of_each(connection, issuer)
    for amount in ("10.00", "70.00"):
        preactivate(connection, issuer, group="CASH", amount=amount)
    before = report(connection, issuer)
    one, two = Pile(1, 1000), Pile(2, 2000)
    cash, coat = before.holdings
    assert cash == Holding("CASH", "open", None, {State.PREACTIVATED: Pile(2, 8000)})
    assert (coat.group_code, coat.denomination_minor) == ("COAT", 1000)
    assert dict(coat.piles) == {
        State.STOCKED: two,
        State.PREACTIVATED: one,
        State.ACTIVE: one,
        State.REDEEMED: two,
        State.SUSPENDED: one,
        State.BLOCKED: one,
        State.CANCELLED: one,
        State.EXPIRED: one,
    }
    assert (coat.issued, coat.open, coat.redeemed) == (Pile(10, 10_000), Pile(6, 6000), two)
    assert before.committed_minor == 16_000
    money = before.money
    assert (money.deposited_minor, money.available_minor) == (10_000_000, 9_984_000)
    assert (money.earned_minor, money.owed_minor, money.acceptors) == (2000, 2000, 1)
    assert money.shared_with == ("PROGRAMME-1",)
    assert [(each.name, each.earned_minor, each.owed_minor) for each in before.acceptors] == [
        ("Asha Stores", 2000, 2000)
    ]
    assert (before.closing, before.is_finished) == ((), False)
    given_step(connection, issuer, CLOSED)
    work_off(connection, issuer)
    after = report(connection, issuer)
    cash, coat = after.holdings
    assert dict(cash.piles) == {State.EXPIRED: Pile(2, 8000)}
    assert dict(coat.piles) == {
        State.REDEEMED: two,
        State.CANCELLED: Pile(3, 3000),
        State.EXPIRED: Pile(5, 5000),
    }
    assert (coat.issued, coat.open) == (Pile(10, 10_000), NOTHING)
    assert (after.committed_minor, after.is_finished) == (2000, True)
    assert after.money.available_minor == 9_998_000
    assert [step.status for step in after.steps] == list(ProgrammeStatus)
    assert [(work.action, work.done, work.status) for work in after.closing] == [
        (Action.CANCEL, 2, "finished"),
        (Action.EXPIRE, 6, "finished"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "programmes_page",
        "programme_vouchers",
        "programme_money",
        "programme_acceptors",
        "programme_steps",
        "closing_bulks",
        "programmes_committed",
    ],
)
def test_no_figure_goes_through_vouchers_or_the_journal(name: str) -> None:
    """So that it is as fast after a million vouchers as after one."""
    read = set(re.findall(r"(?:FROM|JOIN) (\w+)", statement("counterfoil.engine", name).decode()))
    assert read.isdisjoint({"voucher", "operation", "posting", "payment", "leaf", "due"})
