"""Whatever is told of a payment, in whatever order and however often, it counts once."""

import itertools
import secrets
from typing import Final
from uuid import uuid4

import pytest
from tests.engine.payouts.given import (
    given_redeemed,
    given_sent,
    read_payments,
    read_payouts,
)
from tests.given import SYSTEM, balances, given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.keys.provider import LocalKeyProvider

ASHA: Final = 1
# What the payout, the account of its merchant and that on the way then are, by what was told.
ENDS: Final = {
    "": ("pending", 0, 700),
    "A": ("processed", 0, 700),
    "C": ("completed", 0, 0),
    "J": ("failed", 700, 0),
    "R": ("returned", 700, 0),
}
_LETTERS: Final = {
    "A": Told.ACCEPTED,
    "C": Told.COMPLETED,
    "J": Told.REJECTED,
    "R": Told.RETURNED,
}


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture(scope="module")
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(shared_connection, provider, f"O{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, denominations=())
    return issuer


def _end(told: str) -> str:
    """What counts of it: the first that is final, and a return after it was paid."""
    end = ""
    for letter in told:
        if end in {"", "A"}:
            end = letter
        elif end == "C" and letter == "R":
            end = "R"
    return end


@pytest.mark.parametrize(
    "told",
    [
        "".join(letters)
        for length in (1, 2, 3)
        for letters in itertools.product("ACJR", repeat=length)
    ],
)
def test_every_history_ends_where_its_first_end_leads(
    connection: Connection, issuer: Issuer, told: str
) -> None:
    before = balances(connection, issuer)
    given_redeemed(connection, issuer, ASHA, 700)
    run = given_sent(connection, issuer)
    payment_id = read_payments(connection, issuer, run.run_id, ASHA)[0][0]
    news = [News(payment_id, _LETTERS[letter]) for letter in told]
    moved = hear(connection, issuer, SYSTEM, news[:2]).moved
    assert moved == 1
    hear(connection, issuer, SYSTEM, news[2:] or news)
    (payout,) = read_payouts(connection, issuer, run.run_id)
    status, payable, in_transit = ENDS[_end(told)]
    assert payout.status == status
    after = balances(connection, issuer)
    for name, moved_minor in (("payable:1", payable), ("in_transit:0", in_transit)):
        assert after.get(name, 0) - before.get(name, 0) == moved_minor, name


def test_all_of_it_agrees(connection: Connection, issuer: Issuer) -> None:
    given_redeemed(connection, issuer, ASHA, 700)
    given_sent(connection, issuer)
    assert check(connection, issuer.issuer_id) == []


def test_what_cannot_be_is_said_and_changes_nothing(connection: Connection, issuer: Issuer) -> None:
    given_redeemed(connection, issuer, ASHA, 700)
    run = given_sent(connection, issuer)
    payment_id = read_payments(connection, issuer, run.run_id, ASHA)[0][0]
    hear(connection, issuer, SYSTEM, [News(payment_id, Told.REJECTED, "cannot_credit")])
    stranger = uuid4()
    paid = News(payment_id, Told.COMPLETED)
    heard = hear(connection, issuer, SYSTEM, [paid, News(stranger, Told.COMPLETED)])
    assert (heard.moved, heard.contradicted, heard.strangers) == (0, [paid], [stranger])
    (payout,) = read_payouts(connection, issuer, run.run_id)
    assert (payout.status, payout.reason) == ("failed", "cannot_credit")
