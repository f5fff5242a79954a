"""The bank's rules without a bank: what a transfer does under every behaviour."""

from itertools import product
from uuid import UUID

import pytest

from counterfoil.money import AMOUNT_MINOR_MAX, Money
from counterfoil.sandbox_fsp.bank import (
    Account,
    AccountKind,
    Behaviour,
    Conduct,
    Leg,
    LegKind,
    Order,
    Reason,
    TransferStatus,
    behaviours_of,
    conduct_after_call,
    delay_seconds,
    judge,
)

ORDER = Order(UUID(int=1), "source", "target", Money(100, "EUR"), "")
DEBIT = Leg(LegKind.DEBIT, "source", 100)
CREDIT = Leg(LegKind.CREDIT, "target", 100)
GIVEBACK = Leg(LegKind.GIVEBACK, "source", 100)


def given_account(
    account_id: str,
    *,
    balance_minor: int = 100,
    currency: str = "EUR",
    behaviour: Behaviour = Behaviour.NORMAL,
    delay: float = 0.0,
) -> Account:
    conduct = Conduct(behaviour, delay)
    return Account(account_id, currency, "", AccountKind.FUNDING, None, balance_minor, conduct)


@pytest.mark.parametrize(("of_source", "of_target"), list(product(Behaviour, Behaviour)))
def test_every_pair_of_behaviours_ends_in_one_way(
    of_source: Behaviour, of_target: Behaviour
) -> None:
    source = given_account("source", behaviour=of_source)
    target = given_account("target", behaviour=of_target)
    verdict = judge(ORDER, source, target, behaviours_of((source, target)))
    if Behaviour.NO_FUNDS in (of_source, of_target):
        assert (verdict.reason, verdict.legs) == (Reason.NO_FUNDS, ())
    elif Behaviour.REJECTS_CREDIT in (of_source, of_target):
        assert (verdict.reason, verdict.legs) == (Reason.CANNOT_CREDIT, (DEBIT, GIVEBACK))
    else:
        assert (verdict.reason, verdict.legs) == (None, (DEBIT, CREDIT))
    assert (verdict.status is TransferStatus.COMPLETED) == (verdict.reason is None)
    assert sum(leg.change_minor for leg in verdict.legs) == 0


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        (None, None, Reason.FUNDING_ACCOUNT_UNKNOWN),
        (given_account("source"), None, Reason.ACCOUNT_UNKNOWN),
        (
            given_account("source", currency="USD", balance_minor=0),
            given_account("target"),
            Reason.CURRENCY_MISMATCH,
        ),
        (
            given_account("source"),
            given_account("target", currency="USD"),
            Reason.CURRENCY_MISMATCH,
        ),
        (
            given_account("source", currency="USD"),
            given_account("target", currency="USD"),
            Reason.CURRENCY_MISMATCH,
        ),
        (given_account("source", balance_minor=99), given_account("target"), Reason.NO_FUNDS),
    ],
)
def test_refusals_come_in_their_order_and_move_nothing(
    source: Account | None, target: Account | None, reason: Reason
) -> None:
    verdict = judge(ORDER, source, target, frozenset({Behaviour.REJECTS_CREDIT}))
    assert (verdict.reason, verdict.legs) == (reason, ())


def test_account_too_full_to_be_credited_gets_the_debit_given_back() -> None:
    full = given_account("target", balance_minor=AMOUNT_MINOR_MAX)
    verdict = judge(ORDER, given_account("source"), full, frozenset())
    assert (verdict.reason, verdict.legs) == (Reason.CANNOT_CREDIT, (DEBIT, GIVEBACK))


def test_delay_is_the_longest_of_the_accounts_asked_about() -> None:
    slow = given_account("source", behaviour=Behaviour.SLOW, delay=0.5)
    late = given_account("target", behaviour=Behaviour.ANSWERS_LATE, delay=7.0)
    both = frozenset({Behaviour.SLOW, Behaviour.ANSWERS_LATE})
    assert delay_seconds((slow, late, None), both) == 7.0
    assert delay_seconds((slow, late), frozenset({Behaviour.SLOW})) == 0.5
    assert delay_seconds((slow, late), frozenset({Behaviour.DROPS_AFTER})) == 0.0


def test_conduct_ends_after_its_calls() -> None:
    for_ever = Conduct(Behaviour.SLOW, 1.0)
    assert conduct_after_call(for_ever) == for_ever
    twice = Conduct(Behaviour.DROPS_AFTER, 0.0, 2)
    once = conduct_after_call(twice)
    assert once == Conduct(Behaviour.DROPS_AFTER, 0.0, 1)
    assert conduct_after_call(once) == Conduct()
