"""Many clients redeem the same vouchers at once: each is redeemed once, each client told so.

             ┌─▶ api ─┐
64 clients ──┤        ├─▶ one database,   and, of instant vouchers, one bank
             └─▶ api ─┘
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final
from uuid import uuid4

import httpx
import pytest
from tests.given import balances
from tests.proofs.caller import Caller, run
from tests.proofs.house import Api, House
from tests.proofs.programme import (
    AMOUNT_MINOR,
    DEFERRED,
    INSTANT,
    REDEMPTION,
    Active,
    Programme,
    bank_books,
    given_actives,
    given_programme,
    states,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.voucher import State

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]

_PAYMENT_UNKNOWN: Final = 599
_codes = count(1)


CLIENTS: Final = 64
VOUCHERS: Final = 500
Statuses = tuple[int, ...]


@pytest.fixture(scope="module")
def servers(house: House) -> Iterator[list[Api]]:
    with Api(house, "api-1") as first, Api(house, "api-2") as second:
        for server in (first, second):
            server.wait_until_ready()
        yield [first, second]


@pytest.fixture
def programme(books: Connection, house: House, teller: httpx.Client) -> Programme:
    return given_programme(books, house.provider, teller, f"RACE-{next(_codes)}")


def test_each_voucher_is_redeemed_once(
    servers: list[Api], programme: Programme, books: Connection
) -> None:
    vouchers = given_actives(books, programme.issuer, VOUCHERS, group=DEFERRED)
    told = run(_race(servers[:1], programme, vouchers, copies=0))
    _assert_one_winner_each(told, copies=1)
    _assert_redeemed(books, programme)


def test_each_call_sent_twice_has_one_truth(
    servers: list[Api], programme: Programme, books: Connection
) -> None:
    vouchers = given_actives(books, programme.issuer, VOUCHERS, group=DEFERRED)
    told = run(_race(servers[:1], programme, vouchers, copies=2))
    _assert_one_winner_each(told, copies=2)
    _assert_redeemed(books, programme)


def test_two_servers_are_as_one(
    servers: list[Api], programme: Programme, books: Connection
) -> None:
    vouchers = given_actives(books, programme.issuer, VOUCHERS, group=DEFERRED)
    told = run(_race(servers, programme, vouchers, copies=2))
    _assert_one_winner_each(told, copies=2)
    _assert_redeemed(books, programme)


def test_each_instant_voucher_is_paid_once(
    servers: list[Api],
    programme: Programme,
    books: Connection,
    teller: httpx.Client,
) -> None:
    vouchers = given_actives(books, programme.issuer, VOUCHERS, group=INSTANT)
    told = run(_race(servers, programme, vouchers, copies=1))
    _assert_one_winner_each(told, copies=1)
    total_minor = VOUCHERS * AMOUNT_MINOR
    assert states(books, programme.issuer) == {State.REDEEMED: VOUCHERS}
    ledger = balances(books, programme.issuer)
    assert -ledger.pop("funding:0") == ledger.pop("available:0")
    assert ledger == {}
    at_bank = bank_books(teller, programme.funding)
    assert at_bank.agrees
    assert at_bank.paid_out_minor == total_minor
    assert at_bank.paid_minor == {programme.shop: total_minor}
    assert sorted(at_bank.narratives) == sorted(f"Voucher {each.serial}" for each in vouchers)
    assert check(books, programme.issuer.issuer_id) == []


async def _race(
    servers: Sequence[Api],
    programme: Programme,
    vouchers: Sequence[Active],
    *,
    copies: int,
) -> dict[Active, list[Statuses]]:
    """What each client was told of each voucher. All go through them in the same order, so that
    they meet; `copies` of each call go out at once, to the servers in turn, under one reference
    (0: once, without a reference).
    """
    told: dict[Active, list[Statuses]] = {each: [] for each in vouchers}
    start = asyncio.Barrier(CLIENTS)

    async def redeem_all(client: int) -> None:
        callers = [
            Caller(servers[(client + copy) % len(servers)].port, programme.key)
            for copy in range(max(1, copies))
        ]
        await start.wait()
        for voucher in vouchers:
            reference = str(uuid4()) if copies else None
            body = programme.redemption(voucher.number)
            answers = await asyncio.gather(
                *(_redeemed(caller, body, reference) for caller in callers)
            )
            told[voucher].append(tuple(answers))
        for caller in callers:
            await caller.close()

    await asyncio.gather(*(redeem_all(client) for client in range(CLIENTS)))
    return told


async def _redeemed(caller: Caller, body: dict[str, object], reference: str | None) -> int:
    """The status; a payment without an end yet is asked about until it has one."""
    while True:
        answer = await caller.call("POST", REDEMPTION, body, correlation_id=reference)
        if answer.status != _PAYMENT_UNKNOWN or reference is None:
            return answer.status


def _assert_one_winner_each(told: dict[Active, list[Statuses]], *, copies: int) -> None:
    won, lost = (200,) * copies, (458,) * copies
    assert len(told) == VOUCHERS
    for statuses in told.values():
        assert Counter(statuses) == {won: 1, lost: CLIENTS - 1}


def _assert_redeemed(books: Connection, programme: Programme) -> None:
    assert states(books, programme.issuer) == {State.REDEEMED: VOUCHERS}
    ledger = balances(books, programme.issuer)
    payable = [amount for account, amount in ledger.items() if account.startswith("payable:")]
    assert payable == [VOUCHERS * AMOUNT_MINOR]
    assert not [account for account in ledger if account.startswith("reserved:")]
    assert check(books, programme.issuer.issuer_id) == []
