"""The books agree three ways, or say where they do not."""

from datetime import date

import pytest
from django.db import connection as portal_connection
from tests.databases import connected
from tests.given import SYSTEM, ask, finish, given_active, given_group, redemption
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.money.working import House
from tests.portal.payouts.working import (
    ASHA,
    given_office,
    redeemed,
    refunded,
    sent,
    set_terms,
    told,
)

from counterfoil.engine.banking.reading import Standing
from counterfoil.engine.database import connect_as_owner
from counterfoil.engine.earnings.accruing import accrue_earnings
from counterfoil.engine.earnings.budgeting import budget_incentives
from counterfoil.engine.earnings.rules import EarningRule, Event, set_earning_rules
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.payouts.outcomes import Told
from counterfoil.money import Money
from counterfoil.portal.models import Role
from counterfoil.portal.orchestrator.books.reconciling import (
    AtBank,
    GroupLine,
    Sum,
    bank_sum,
    vouchers_sum,
)
from counterfoil.portal.orchestrator.money.ledger import FundingAccount

SUM_OF_REDEEMED = (
    "Owed to merchants and agents 100.00 KES On its way 0.00 KES Paid out 155.70 KES"
    " Taken back 100.00 KES Kept by you 4.30 KES Redeemed 360.00 KES"
)


def given_paid(portal: Portal) -> House:
    """360.00 redeemed, of which 160.00 were paid, less 2.5 % and 0.30; 100.00 of it were taken back
    afterwards.
    """
    house = given_office(portal)
    set_terms(house, commission_points=250, fee_minor=30)
    first, *_others = redeemed(house, ASHA, 10_000, 2_000, 4_000)
    run = sent(house)
    told(house, run.run_id, ASHA, Told.COMPLETED)
    refunded(house, first)
    redeemed(house, ASHA, 20_000)
    return house


def spoil(portal: Portal, query: str, house: House) -> None:
    """What nobody but the owner of the database could do."""
    with connect_as_owner(portal.url) as owner:
        owner.execute(query.encode(), [house.issuer.issuer_id])
        owner.commit()


def test_every_sum_of_a_funding_account_is_shown_and_agrees(portal: Portal) -> None:
    house = given_paid(portal)
    page = house.page("books")
    assert "Everything agrees. Of 1 funding account no statement of the bank was read yet" in page
    assert "Redeemed 4 360.00 KES Open 0 0.00 KES Expired 0 0.00 KES" in page
    assert "Issued 4 360.00 KES" in page
    assert SUM_OF_REDEEMED in page
    assert "differs" not in page


def test_it_agrees_whether_the_journal_is_folded_or_not(portal: Portal) -> None:
    house = given_paid(portal)
    with connected(portal.url) as engine:
        catch_up(engine, house.issuer.issuer_id)
    assert SUM_OF_REDEEMED in house.page("books")
    redeemed(house, ASHA, 1_000)
    page = house.page("books")
    assert "Owed to merchants and agents 110.00 KES" in page
    assert "Redeemed 370.00 KES" in page
    assert "Everything agrees." in page


def test_money_that_came_back_is_owed_and_not_paid(portal: Portal) -> None:
    house = given_office(portal)
    redeemed(house, ASHA, 10_000)
    run = sent(house)
    assert "On its way 100.00 KES Paid out 0.00 KES" in house.page("books")
    told(house, run.run_id, ASHA, Told.COMPLETED)
    told(house, run.run_id, ASHA, Told.RETURNED, "account_closed")
    page = house.page("books")
    assert "Owed to merchants and agents 100.00 KES On its way 0.00 KES Paid out 0.00 KES" in page
    assert "Everything agrees." in page


def test_what_was_paid_at_once_is_settled_and_an_open_payment_is_open(portal: Portal) -> None:
    house = given_office(portal)
    with connected(portal.url) as engine:
        issuer = house.issuer
        given_group(engine, issuer, "NOW", settlement="instant", denominations=())
        first, second = (given_active(engine, issuer, group="NOW") for _each in range(2))
        (reserved, _still) = ask(
            engine, issuer, redemption(first.number or ""), redemption(second.number or "")
        )
        ask(engine, issuer, finish(reserved, completed=True))
    page = house.page("books")
    assert "Open 1 10.00 KES" in page
    assert "Settled at once 10.00 KES" in page
    assert "Paid out 0.00 KES Redeemed 10.00 KES" in page
    assert "Everything agrees." in page
    with connected(portal.url) as engine:
        catch_up(engine, house.issuer.issuer_id)
    assert "Settled at once 10.00 KES" in house.page("books")


def test_what_agents_earn_besides_is_owed_and_no_difference(portal: Portal) -> None:
    house = given_office(portal)
    rule = EarningRule(funding_account_id=1, event=Event.CASH_OUT, acceptor_id=ASHA, points=1_000)
    with connected(portal.url) as engine:
        budget_incentives(
            engine,
            house.issuer,
            SYSTEM,
            Money(50_000, "KES"),
            funding_account_id=1,
            reason="to try",
        )
        set_earning_rules(engine, house.issuer, SYSTEM, [rule], [], reason="to try")
    redeemed(house, ASHA, 10_000)
    with connected(portal.url) as engine:
        while accrue_earnings(engine, house.issuer):
            pass
    page = house.page("books")
    assert "Owed to merchants and agents 110.00 KES" in page
    assert "Earned by agents besides \N{MINUS SIGN}10.00 KES Redeemed 100.00 KES" in page
    assert "Everything agrees." in page


def test_vouchers_that_the_ledger_does_not_have_are_told(portal: Portal) -> None:
    house = given_paid(portal)
    spoil(
        portal,
        "UPDATE stock_count SET vouchers = vouchers + 1"
        " WHERE issuer_id = %s AND state = 5 AND amount_minor = 2000",
        house,
    )
    page = house.page("books")
    assert "1 funding account does not agree." in page
    assert "differs by \N{MINUS SIGN}20.00 KES" in page
    assert "differs by 20.00 KES" in page, "more is redeemed than is anywhere"
    assert "Run “counterfoil check”" in page


def test_vouchers_of_a_group_are_exported_with_whether_they_agree(portal: Portal) -> None:
    house = given_paid(portal)
    answer = house.finance.post(f"{house.root}/books/vouchers/export", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    heads, *lines = text.splitlines()
    assert heads.startswith("Programme,Voucher,Code,Issued: vouchers,Issued,")
    assert len(lines) == 1
    assert lines[0].startswith("Programme 1,Food-Aid,FOOD-AID,4,360.00,KES,4,360.00,KES,0,")
    assert lines[0].endswith("agrees")


def test_an_issuer_without_accounts_or_vouchers_is_told_what_stands_here(portal: Portal) -> None:
    house = given_office(portal)
    page = house.page("books")
    assert "No vouchers yet" in page
    assert "Everything agrees." in page
    auditor = signed_in(given_person(Role.AUDITOR, issuer=house.issuer))
    assert auditor.get(f"{house.root}/books").status_code == 200


def test_the_page_reads_no_voucher(portal: Portal) -> None:
    house = given_paid(portal)
    with portal_connection.execute_wrapper(_no_voucher):
        assert house.finance.get(f"{house.root}/books").status_code == 200


def _no_voucher(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  # Django's
    assert " voucher " not in sql.replace("\n", " ")
    return execute(sql, params, many, context)


ACCOUNT = FundingAccount(
    1, "Main", "BANK", "12345678", "KES", 50_000, 10_000, 40_000, 0, 0, 0, 0, 0, 0, 0, 0
)


def bank(closing: int, not_at_bank: int, not_in_ledger: int, differences: int) -> Sum:
    """Of a ledger that has 400.00."""
    standing = Standing(1, date(2026, 11, 21), closing, 40_000, not_at_bank, not_in_ledger)
    return bank_sum(ACCOUNT, AtBank({1: standing}, {1: differences} if differences else {}))


@pytest.mark.parametrize(
    ("standing", "said", "tone"),
    [
        ((40_000, 0, 0, 0), "agrees", "good"),
        ((38_000, 2_000, 0, 0), "agrees", "good"),
        ((41_000, 0, 1_000, 1), "1 to look at", "wait"),
        ((39_000, 0, 0, 1), "differs by \N{MINUS SIGN}10.00\N{NO-BREAK SPACE}KES", "bad"),
    ],
)
def test_what_the_bank_says_is_held_against_the_ledger(
    standing: tuple[int, int, int, int], said: str, tone: str
) -> None:
    closing, not_at_bank, not_in_ledger, differences = standing
    found = bank(closing, not_at_bank, not_in_ledger, differences)
    assert (str(found.state), found.state.tone) == (said, tone)
    assert [line.money.amount_minor for line in found.lines] == [
        closing,
        not_at_bank,
        -not_in_ledger,
    ]
    adds_up = sum(line.money.amount_minor for line in found.lines) == 40_000
    assert adds_up == found.agrees


def test_an_account_without_a_statement_says_so() -> None:
    found = bank_sum(ACCOUNT, AtBank({}, {}))
    assert (str(found.state), found.lines) == ("no statement yet", [])
    assert found.total.money.amount_minor == 40_000
    assert found.agrees


def group(*, reserved: int, released: int, redeemed: int, open_: int, finished: bool) -> GroupLine:
    return GroupLine(
        group_id=1,
        code="FOOD",
        name="Food",
        programme="P",
        programme_name="P",
        funding_account_id=1,
        currency="KES",
        redeemed=1,
        redeemed_minor=redeemed,
        open=1,
        open_minor=open_,
        expired=0,
        expired_minor=0,
        cancelled=0,
        cancelled_minor=0,
        reserved_minor=reserved,
        released_minor=released,
        has_finished=finished,
    )


def test_vouchers_that_were_finished_when_they_came_are_told_and_are_no_difference() -> None:
    plain = group(reserved=900, released=400, redeemed=700, open_=500, finished=False)
    assert not plain.agrees
    brought = group(reserved=900, released=400, redeemed=700, open_=500, finished=True)
    assert brought.agrees
    assert brought.issued_minor == 1_200
    found = vouchers_sum(ACCOUNT, [brought])
    assert found.note.startswith("3.00")
    lost = group(reserved=900, released=400, redeemed=700, open_=400, finished=True)
    assert not lost.agrees, "what is open must be reserved all the same"
    assert "differs by 1.00" in str(lost.state)
