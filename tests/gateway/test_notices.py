"""A credit that a gateway tells of without a file: once, and the same as the bank's line of it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from tests.gateway.bank_days import (
    TODAY,
    counted,
    exceptions,
    given_banked,
    line,
    lines_of,
    matched,
    notified,
    stated,
    take,
)
from tests.given import SYSTEM, balances

from counterfoil.engine.banking.deposit_rules import (
    DepositRule,
    deposit_by_rules,
    set_deposit_rules,
)
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.banking.notices import CreditNotice, NotedCredit, take_notice
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.errors import ReferenceReusedError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.voucher import Action

NEW: Final = NotedCredit(is_attached=False, is_new=True)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def notice(issuer: Issuer, reference: str = "IN-1", minor: int = 5_000) -> CreditNotice:
    return CreditNotice(
        account=issuer.catalogue.funding_accounts[1],
        amount_minor=minor,
        bank_reference=reference,
        booked_on=TODAY,
        value_on=TODAY,
        payer_name="River Donors",
        payer_reference="grant 7",
    )


def tell(connection: Connection, issuer: Issuer, *notices: CreditNotice) -> Sequence[NotedCredit]:
    return [take_notice(connection, issuer, SYSTEM, each) for each in notices]


def test_it_is_proposed_once_however_often_it_is_told(
    connection: Connection, issuer: Issuer
) -> None:
    had = balances(connection, issuer)
    first = notice(issuer)
    assert tell(connection, issuer, first) == [NEW]
    known = counted(connection, issuer)
    again = replace(first, payer_name="R. Donors", value_on=TODAY + timedelta(days=1))
    assert tell(connection, issuer, first, again) == [replace(NEW, is_new=False)] * 2
    assert counted(connection, issuer) == known
    assert lines_of(connection, issuer) == {"IN-1": "proposed"}
    assert balances(connection, issuer) == had
    assert check(connection, issuer.issuer_id) == []


def test_it_is_the_deposit_that_a_person_recorded(connection: Connection, issuer: Issuer) -> None:
    deposit(connection, issuer, SYSTEM, Money(5_000, "KES"), reference="IN-1")
    had = balances(connection, issuer)
    assert tell(connection, issuer, notice(issuer)) == [NotedCredit(is_attached=True, is_new=True)]
    assert balances(connection, issuer) == had
    assert matched(connection, issuer) == [("IN-1", Action.DEPOSIT, 5_000)]


def test_a_rule_makes_it_a_deposit_and_the_statement_says_the_same(
    connection: Connection, issuer: Issuer
) -> None:
    rule = DepositRule(funding_account_id=1, payer_name="River Donors", payer_reference="GRANT")
    set_deposit_rules(connection, issuer, SYSTEM, [rule])
    had = balances(connection, issuer)["available:0"]
    tell(connection, issuer, notice(issuer))
    assert deposit_by_rules(connection, issuer) == 1
    look_again(connection, issuer)
    take(connection, issuer, stated(issuer, 0, 5_000, line("IN-1", 5_000), number=1))
    assert deposit_by_rules(connection, issuer) == 0
    assert balances(connection, issuer)["available:0"] == had + 5_000
    assert matched(connection, issuer) == [("IN-1", Action.DEPOSIT, 5_000)]
    assert tell(connection, issuer, notice(issuer)) == [NotedCredit(is_attached=True, is_new=False)]
    assert check(connection, issuer.issuer_id) == []


def test_what_the_bank_said_before_is_not_new(connection: Connection, issuer: Issuer) -> None:
    take(connection, issuer, notified(issuer, line("IN-1", 5_000)))
    assert tell(connection, issuer, notice(issuer)) == [replace(NEW, is_new=False)]
    assert lines_of(connection, issuer) == {"IN-1": "proposed"}
    assert exceptions(connection, issuer) == []


@pytest.mark.parametrize(
    "other",
    [line("IN-1", 4_999), line("IN-1", -5_000), line("IN-1", 5_000, back="AC04")],
    ids=["another amount", "a debit", "what came back"],
)
def test_a_reference_stands_for_one_movement(
    connection: Connection, issuer: Issuer, other: str
) -> None:
    take(connection, issuer, notified(issuer, other))
    known = counted(connection, issuer)["bank_entry"], balances(connection, issuer)
    with pytest.raises(ReferenceReusedError, match="another movement"):
        tell(connection, issuer, notice(issuer))
    assert (counted(connection, issuer)["bank_entry"], balances(connection, issuer)) == known


def test_many_who_tell_of_it_at_once_tell_of_one(
    connection: Connection, issuer: Issuer, provider: LocalKeyProvider, shared_database: str
) -> None:
    def one(_number: int) -> NotedCredit:
        with connected(shared_database) as own:
            mine = open_issuer(own, issuer.code, provider)
            return take_notice(own, mine, SYSTEM, notice(mine))

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(one, range(4)))
    assert sorted(each.is_new for each in told) == [False, False, False, True]
    assert lines_of(connection, issuer) == {"IN-1": "proposed"}
    assert counted(connection, issuer)["bank_file"] == (1,)
