"""kill -9 of the server, of PostgreSQL and of the bank, under load: nothing lost, nothing twice.

PostgreSQL is started again by the server and the worker themselves, as in `counterfoil serve`.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from tests.cli.running import counterfoil
from tests.given import balances
from tests.proofs.house import Api, Command, House, kill_each, postgres_processes
from tests.proofs.load import Load, Redemption, Seen
from tests.proofs.programme import (
    AMOUNT_MINOR,
    INSTANT,
    Programme,
    bank_books,
    given_programme,
    given_shop,
    states,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer
from counterfoil.voucher import Action, State

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]

KILLS: Final = {"server": 7, "postgres": 7, "bank": 6}
BETWEEN_SECONDS: Final = (0.3, 2.5)
DOWN_SECONDS: Final = (0.0, 1.0)
BACK_SECONDS_MAX: Final = 60.0
ANSWERS_SECONDS_MAX: Final = 90.0  # a killed sender's lease has to end first
SETTLED_SECONDS_MAX: Final = 90.0
# Shops with strange banks, and what a redemption there is told in the end.
REFUSED_SHOP: Final = "KILL-REFUSED"
DROPPED_SHOP: Final = "KILL-DROPPED"


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("PROOF_SEED", str(random.SystemRandom().getrandbits(32))))


@pytest.fixture
def api(house: House) -> Iterator[Api]:
    with Api(house) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def worker(house: House) -> Iterator[Command]:
    with Command(house, "work", "work") as process:
        yield process


@pytest.fixture
def programme(books: Connection, house: House, teller: httpx.Client) -> Programme:
    programme = given_programme(books, house.provider, teller, "KILL")
    given_shop(books, programme, teller, REFUSED_SHOP, behaviour="rejects_credit")
    given_shop(books, programme, teller, DROPPED_SHOP, behaviour="drops_after")
    return programme


def test_twenty_kills(
    house: House, programme: Programme, teller: httpx.Client, api: Api, worker: Command, seed: int
) -> None:
    print(f"\nPROOF_SEED={seed}")  # noqa: T201  # to run the same kills again
    chance = random.Random(seed)  # noqa: S311  # not a secret
    victims = [victim for victim, times in KILLS.items() for _each in range(times)]
    chance.shuffle(victims)
    load = Load(api.port, programme, odd_shops=(REFUSED_SHOP, DROPPED_SHOP), seed=seed)
    load.start()
    try:
        for victim in victims:
            time.sleep(chance.uniform(*BETWEEN_SECONDS))
            assert load.is_running
            _kill(victim, house, api, down_seconds=chance.uniform(*DOWN_SECONDS))
        time.sleep(BETWEEN_SECONDS[1])
    finally:
        load.finish(ANSWERS_SECONDS_MAX)
    seen = load.seen
    print(  # noqa: T201  # a proof says what it saw
        f"{len(seen.drawn):,} vouchers, {len(seen.redemptions):,} redemptions;"
        f" answers {dict(seen.statuses)}, silences {dict(seen.silences)}"
    )
    assert worker.process.poll() is None
    assert seen.strange == []
    assert seen.statuses[503] > 0
    with connected(house.postgres.url) as books:
        _wait_until_settled(books, programme.issuer)
        _assert_what_was_told_is_so(books, programme, seen)
        _assert_paid_once(books, programme, seen, teller)
        assert check(books, programme.issuer.issuer_id) == []
    assert counterfoil("check", home=house.home).code == 0
    lines = [line for log in house.logs for line in log.read_text("utf-8").splitlines()]
    assert [line for line in lines if "Traceback" in line] == []


def _kill(victim: str, house: House, api: Api, *, down_seconds: float) -> None:
    """And start it again; PostgreSQL is nobody's to start here."""
    if victim == "server":
        api.kill()
        time.sleep(down_seconds)
        api.restart()
        api.wait_until_ready()
    elif victim == "bank":
        house.bank.kill()
        time.sleep(down_seconds)
        house.bank.restart()
    else:
        killed = set(postgres_processes(house))
        assert killed
        kill_each(sorted(killed), signal.SIGKILL)
        deadline = time.monotonic() + BACK_SECONDS_MAX
        while house.postgres.pid is None or house.postgres.pid in killed:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        api.wait_until_ready()


def _wait_until_settled(books: Connection, issuer: Issuer) -> None:
    """The worker needs no caller who asks again."""
    deadline = time.monotonic() + SETTLED_SECONDS_MAX
    pending = "SELECT count(*) FROM payment WHERE issuer_id = %s AND status = 'pending'"
    while True:
        row = books.execute(pending, (issuer.issuer_id,)).fetchone()
        books.rollback()
        if row == (0,):
            return
        assert time.monotonic() < deadline, row
        time.sleep(0.2)


def _assert_what_was_told_is_so(books: Connection, programme: Programme, seen: Seen) -> None:
    """Nobody was left without a definite answer, so what they were told is all there is."""
    issuer = programme.issuer
    serials = set(seen.drawn.values())
    assert len(serials) == len(seen.drawn), "two pre-activations got one voucher"
    told_redeemed = Counter(each.serial for each in seen.redemptions if each.status == 200)
    assert set(told_redeemed.values()) == {1}, "two callers were told of the same success"
    assert told_redeemed.keys() == serials, "a voucher nobody could redeem"
    assert states(books, issuer) == {State.REDEEMED: len(serials)}
    rows = books.execute(
        "SELECT action, count(*) FROM operation WHERE issuer_id = %s AND serial IS NOT NULL"
        " AND action = ANY(%s) GROUP BY action",
        (issuer.issuer_id, [Action.PREACTIVATE, Action.ACTIVATE]),
    ).fetchall()
    books.rollback()
    assert {Action(action): operations for action, operations in rows} == {
        Action.PREACTIVATE: len(serials),
        Action.ACTIVATE: len(serials),
    }


def _assert_paid_once(
    books: Connection, programme: Programme, seen: Seen, teller: httpx.Client
) -> None:
    """Our ledger, the bank's and what the callers know are the same, to the cent."""
    done = [each for each in seen.redemptions if each.status == 200]
    instant = [each for each in done if each.group == INSTANT]
    ledger = balances(books, programme.issuer)
    payable = [amount for account, amount in ledger.items() if account.startswith("payable:")]
    assert sum(payable) == (len(done) - len(instant)) * AMOUNT_MINOR
    assert not [account for account in ledger if account.startswith(("reserved:", "in_transit:"))]
    at_bank = bank_books(teller, programme.funding)
    assert at_bank.agrees
    assert at_bank.paid_out_minor == len(instant) * AMOUNT_MINOR
    assert at_bank.paid_minor == _minor_by_shop(instant)
    assert REFUSED_SHOP not in at_bank.paid_minor
    assert sorted(at_bank.narratives) == sorted(f"Voucher {each.serial}" for each in instant)


def _minor_by_shop(redemptions: list[Redemption]) -> dict[str, int]:
    shops = Counter(each.shop for each in redemptions)
    return {shop: times * AMOUNT_MINOR for shop, times in shops.items()}
