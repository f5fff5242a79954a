"""Where merchants and agents are paid, from when on, and whether: nothing goes to an account that
is in doubt, and nothing that was earned is lost.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Final

import pytest
from tests.contention import Onlooker
from tests.given import (
    SHOP,
    SYSTEM,
    acceptor_changes,
    ask,
    balances,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.acceptors import (
    AcceptorChange,
    change_acceptor,
    create_acceptors,
)
from counterfoil.engine.bank_data import (
    cancel_rebank,
    hold_payouts,
    rebank_acceptor,
    switch_due_accounts,
)
from counterfoil.engine.catalogue import Acceptor, BankData
from counterfoil.engine.check import check
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Answer, Outcome, Redeem
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State

OLD: Final = BankData("account", "sandbox", SHOP.account)
NEW: Final = BankData("iban", "sandbox", "DE02120300000000202051")
_codes = count(1)


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(shared_connection, provider, code=f"BANK{next(_codes)}")


def shop(issuer: Issuer) -> Acceptor:
    return issuer.catalogue.acceptors_by_id[1]


def let_cooling_off_end(connection: Connection, issuer: Issuer) -> None:
    connection.execute(
        "WITH head AS (UPDATE log_head SET catalogue_version = catalogue_version + 1"
        " WHERE issuer_id = %s RETURNING catalogue_version)"
        " UPDATE acceptor SET next_from = now() - interval '1 hour',"
        " changed_version = head.catalogue_version FROM head"
        " WHERE issuer_id = %s AND next_from IS NOT NULL",
        (issuer.issuer_id, issuer.issuer_id),
    )
    connection.commit()


def at_account(voucher: Answer, account: str) -> Redeem:
    return Redeem(
        caller=SYSTEM,
        number=voucher.number or "",
        acceptor_name=SHOP.name,
        acceptor_account=account,
    )


def test_new_bank_data_counts_after_the_cooling_off(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    given_group(connection, issuer, denominations=())
    first, second, third = (given_active(connection, issuer) for _ in range(3))
    waiting = rebank_acceptor(connection, issuer, SYSTEM, 1, NEW, reason="new bank")
    assert (waiting.bank, waiting.next_bank, waiting.payouts_wait) == (OLD, NEW, True)
    ((until,),) = connection.execute(
        "SELECT next_from - now() FROM acceptor WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchall()
    connection.rollback()
    assert timedelta(days=2, hours=23) < until <= timedelta(days=3)
    assert switch_due_accounts(connection, issuer) == 0
    (answer,) = ask(connection, issuer, at_account(first, NEW.account))
    assert answer.outcome is Outcome.ACCEPTOR_UNKNOWN
    (answer,) = ask(connection, issuer, at_account(first, OLD.account))
    assert answer.outcome is Outcome.DONE
    let_cooling_off_end(connection, issuer)
    assert switch_due_accounts(connection, issuer) == 1
    assert switch_due_accounts(connection, issuer) == 0
    switched = shop(issuer)
    assert (switched.bank, switched.next_bank, switched.payouts_wait) == (NEW, None, False)
    (answer,) = ask(connection, issuer, at_account(second, OLD.account))
    assert answer.outcome is Outcome.ACCEPTOR_UNKNOWN
    found = ask(connection, issuer, at_account(second, NEW.account), at_account(third, NEW.account))
    assert [answer.outcome for answer in found] == [Outcome.DONE] * 2
    assert balances(connection, issuer)["payable:1"] == 3000
    assert acceptor_changes(connection, issuer) == [
        ("test", "acceptor:1:bank", "new bank"),
        ("system:bank-data", "acceptor:1:bank-switched", ""),
    ]
    assert check(connection, issuer.issuer_id) == []


def test_newer_bank_data_replaces_what_waits_and_none_may_wait_longer(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    first = rebank_acceptor(connection, issuer, SYSTEM, 1, NEW, reason="new bank")
    same = rebank_acceptor(connection, issuer, SYSTEM, 1, NEW, reason="again")
    assert same == first
    newer = BankData("wallet", "M-PESA", "254700000001")
    second = rebank_acceptor(connection, issuer, SYSTEM, 1, newer, reason="wallet")
    assert second.next_bank == newer
    assert second.next_from is not None
    assert first.next_from is not None
    assert second.next_from > first.next_from
    back = rebank_acceptor(connection, issuer, SYSTEM, 1, OLD, reason="as it was")
    assert (back.bank, back.next_bank, back.payouts_wait) == (OLD, None, False)


def test_cancelled_change_of_bank_data_never_counts(
    shared_connection: Connection, issuer: Issuer
) -> None:
    rebank_acceptor(shared_connection, issuer, SYSTEM, 1, NEW, reason="new bank")
    kept = cancel_rebank(shared_connection, issuer, SYSTEM, 1, reason="not theirs")
    assert (kept.bank, kept.next_bank, kept.payouts_wait) == (OLD, None, False)
    assert cancel_rebank(shared_connection, issuer, SYSTEM, 1, reason="again") == kept
    let_cooling_off_end(shared_connection, issuer)
    assert switch_due_accounts(shared_connection, issuer) == 0
    assert shop(issuer).bank == OLD


def test_switch_looks_again_when_the_head_is_its_own(
    shared_connection: Connection,
    shared_database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    onlooker: Onlooker,
) -> None:
    """Found due by a worker, and cancelled before the worker could switch it."""
    rebank_acceptor(shared_connection, issuer, SYSTEM, 1, NEW, reason="new bank")
    let_cooling_off_end(shared_connection, issuer)
    issuer.begin(shared_connection)
    with connected(shared_database) as other, ThreadPoolExecutor(1) as pool:
        switched = pool.submit(
            switch_due_accounts, other, open_issuer(other, issuer.code, provider)
        )
        onlooker.wait_until_blocked(other)
        cancel_rebank(shared_connection, issuer, SYSTEM, 1, reason="not theirs")
        assert switched.result() == 0
    assert shop(issuer).bank == OLD


@pytest.mark.parametrize("status", ["draft", "rejected"])
def test_who_was_never_approved_is_rebanked_at_once(
    shared_connection: Connection, issuer: Issuer, status: str
) -> None:
    design = replace(SHOP, name="Another", status=status)
    (acceptor_id,) = create_acceptors(shared_connection, issuer, SYSTEM, [design])
    after = rebank_acceptor(shared_connection, issuer, SYSTEM, acceptor_id, NEW, reason="typing")
    assert (after.bank, after.next_bank) == (NEW, None)
    assert issuer.catalogue.acceptors["Another", NEW.account] == after


def test_cooling_off_is_the_issuers_unless_it_is_given(
    shared_connection: Connection, issuer: Issuer
) -> None:
    given = rebank_acceptor(
        shared_connection, issuer, SYSTEM, 1, NEW, cooling_off_seconds=60, reason="new bank"
    )
    assert given.next_from is not None
    change_settings(shared_connection, issuer, SYSTEM, SettingsChange(cooling_off_days=0))
    assert issuer.catalogue.settings.cooling_off_days == 0
    other = BankData("account", "sandbox", "ACC-77")
    at_once = rebank_acceptor(shared_connection, issuer, SYSTEM, 1, other, reason="newer")
    assert (at_once.bank, at_once.next_bank) == (other, None)
    with pytest.raises(ConflictError):
        change_settings(shared_connection, issuer, SYSTEM, SettingsChange(cooling_off_days=31))


def test_a_name_and_an_account_are_one_acceptor_now_and_later(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    twin = replace(SHOP, account="ACC-2")
    create_acceptors(connection, issuer, SYSTEM, [twin])
    bank = BankData("account", "sandbox", "ACC-2")
    with pytest.raises(ConflictError, match="Asha Stores with that account is registered"):
        rebank_acceptor(connection, issuer, SYSTEM, 1, bank, reason="theirs")
    rebank_acceptor(connection, issuer, SYSTEM, 1, NEW, reason="new bank")
    with pytest.raises(ConflictError, match="with that account is registered"):
        create_acceptors(connection, issuer, SYSTEM, [replace(SHOP, account=NEW.account)])
    with pytest.raises(ConflictError, match="with that account is registered"):
        rebank_acceptor(connection, issuer, SYSTEM, 2, NEW, reason="theirs")
    let_cooling_off_end(connection, issuer)
    assert switch_due_accounts(connection, issuer) == 1
    change_acceptor(connection, issuer, SYSTEM, 2, AcceptorChange(bank=OLD, cooling_off_seconds=0))
    assert {(a.acceptor_id, a.account) for a in issuer.catalogue.acceptors.values()} == {
        (1, NEW.account),
        (2, OLD.account),
    }


def test_accounts_that_were_passed_on_are_read_in_one_go(
    shared_connection: Connection, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    """What another process knows when it reads several changes at once."""
    connection = shared_connection
    create_acceptors(connection, issuer, SYSTEM, [replace(SHOP, account="ACC-2")])
    other = open_issuer(connection, issuer.code, provider)
    for acceptor_id, account in ((2, "ACC-3"), (1, "ACC-2")):
        bank = BankData("account", "sandbox", account)
        rebank_acceptor(
            connection, issuer, SYSTEM, acceptor_id, bank, cooling_off_seconds=0, reason="moved"
        )
    other.catch_up(connection)
    connection.rollback()
    accounts = {account: a.acceptor_id for (_name, account), a in other.catalogue.acceptors.items()}
    assert accounts == {"ACC-2": 1, "ACC-3": 2}


def hold(connection: Connection, issuer: Issuer) -> None:
    hold_payouts(connection, issuer, SYSTEM, 1, held=True, reason="audit")


def rebank(connection: Connection, issuer: Issuer) -> None:
    rebank_acceptor(connection, issuer, SYSTEM, 1, NEW, reason="new bank")


@pytest.mark.parametrize("doubt", [hold, rebank])
def test_nothing_is_sent_while_payouts_wait_but_it_is_owed(
    shared_connection: Connection, issuer: Issuer, doubt: Callable[[Connection, Issuer], None]
) -> None:
    connection = shared_connection
    given_group(connection, issuer, "NOW", settlement="instant")
    given_stock(connection, issuer, 3, group="NOW")
    sent, owed, later = (given_active(connection, issuer, group="NOW") for _ in range(3))
    (reserved,) = ask(connection, issuer, redemption(sent.number or ""))
    assert reserved.outcome is Outcome.PENDING
    doubt(connection, issuer)
    (answer,) = ask(connection, issuer, redemption(owed.number or "", "r1"))
    assert (answer.outcome, answer.payment) == (Outcome.DONE, None)
    assert state_of(connection, issuer, owed.serial or 0) is State.REDEEMED
    (again,) = ask(connection, issuer, redemption(owed.number or "", "r1"))
    assert (again.outcome, again.repeated) == (Outcome.DONE, True)
    assert balances(connection, issuer)["payable:1"] == 1000
    ask(connection, issuer, finish(reserved, completed=True))
    hold_payouts(connection, issuer, SYSTEM, 1, held=False, reason="cleared")
    cancel_rebank(connection, issuer, SYSTEM, 1, reason="cleared")
    (answer,) = ask(connection, issuer, redemption(later.number or ""))
    assert answer.outcome is Outcome.PENDING
    assert balances(connection, issuer) == {
        "funding:0": -9_999_000,
        "available:0": 9_997_000,
        "reserved:2": 1000,
        "payable:1": 1000,
    }
    assert check(connection, issuer.issuer_id) == []


def test_payouts_are_held_with_a_reason_only(shared_connection: Connection, issuer: Issuer) -> None:
    with pytest.raises(ConflictError, match="Say why its payouts are held"):
        hold_payouts(shared_connection, issuer, SYSTEM, 1, held=True, reason="")
    assert not shop(issuer).payouts_wait
