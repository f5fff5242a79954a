"""The end of a history: faults cease, whatever is under way comes to an end, and then what the
ledger says, what the far sides hold and what the auditor says are one.
"""

from collections import Counter
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from tests.gateway.histories.far_sides import Held
from tests.gateway.histories.lives import Life
from tests.gateway.histories.looking import (
    assert_counted,
    failed_payouts,
    follow_sending,
    step_of,
)
from tests.gateway.histories.working import let_time_pass
from tests.gateway.histories.world import FUNDS_MINOR, World
from tests.given import balances

from counterfoil.engine.check import check
from counterfoil.engine.payouts.counting import count_run
from counterfoil.engine.payouts.sending import send_chunk

ROUNDS_MAX: Final = 40
_PAYMENTS: Final = """
SELECT payment_id, run_id, acceptor_id, amount_minor, credit_account, rail, status, reason
FROM payment WHERE issuer_id = %s ORDER BY created_at, operation_id
"""


class Payment(NamedTuple):
    """A row of the ledger's table."""

    payment_id: UUID
    run_id: int
    shop: int
    cents: int
    account: str
    rail: str
    status: str
    reason: str | None


def drain(world: World) -> None:
    """Faults cease, and all goes on until nothing is left to do."""
    for line in world.lines.values():
        line.calm()
    for _round in range(ROUNDS_MAX):
        if not _one_round(world):
            return
    open_still = [each for each in payments(world) if each.status == "pending"]
    raise AssertionError(f"it does not come to rest: {open_still}")


def _one_round(world: World) -> bool:
    """Whether there was anything to do that is not asking who stays silent."""
    worker = world.workers[0]
    busy = False
    for run_id, run in world.auditor.runs.items():
        if run.step == "counting":
            failed = failed_payouts(world)
            busy |= count_run(worker.connection, worker.issuer, run_id)
            world.auditor.count(run_id, failed)
            assert_counted(world, run_id)
        if run.step == "sending":
            busy = True
            send_chunk(worker.connection, worker.issuer, run_id)
            follow_sending(world, run_id)
    let_time_pass(worker)
    busy |= bool(world.pay(worker, Life(), is_calm=True))
    for bank in world.banks.values():
        bank.work(to_the_end=True)
        bank.send()
    # Each worker: what one of them missed, another need not know.
    for desk in world.workers:
        busy |= bool(world.fetch(desk, Life()))
    known = payments(world)
    truth = held(world, known)
    return busy or any(
        each.status == "pending"
        and (each.payment_id not in truth or not truth[each.payment_id].is_silent)
        for each in known
    )


def payments(world: World) -> list[Payment]:
    rows = world.people.connection.execute(_PAYMENTS, (world.people.issuer.issuer_id,)).fetchall()
    world.people.connection.rollback()
    return [Payment(*row) for row in rows]


def held(world: World, known: list[Payment]) -> dict[UUID, Held]:
    """What a loose hub does not know, nobody sends again: it is silent about it."""
    lost = {
        each.payment_id: Held(each.account, each.cents, "new", is_silent=True)
        for each in known
        if each.rail == "loose"
    }
    return lost | {
        payment_id: each
        for side in world.sides.values()
        for payment_id, each in side.held().items()
    }


def assert_nobody_is_paid_twice_or_lost(world: World) -> None:
    known = payments(world)
    truth = held(world, known)
    assert set(truth) <= {each.payment_id for each in known}, "a payment that nobody knows"
    for each in known:
        _assert_agrees(each, truth[each.payment_id])
    _assert_tries(world, known)
    _assert_books(world, known, truth)
    _assert_banks_agree(world)
    assert check(world.people.connection, world.people.issuer.issuer_id) == []


def _assert_banks_agree(world: World) -> None:
    """Every letter was taken in, and what does not agree is at most a file that was refused."""
    for bank in world.banks.values():
        assert not (bank.inbox.folder / "refused").exists()
        letters = [path.read_bytes() for path in bank.inbox.folder.rglob("*.txt")]
        assert {sha256(letter).digest() for letter in letters} <= _taken(world), "a letter is lost"
    rows = world.people.connection.execute(
        "SELECT DISTINCT kind FROM bank_exception WHERE issuer_id = %s AND ended_at IS NULL",
        (world.people.issuer.issuer_id,),
    ).fetchall()
    world.people.connection.rollback()
    assert {kind for (kind,) in rows} <= {"refused_batch"}


def _taken(world: World) -> set[bytes]:
    rows = world.people.connection.execute(
        "SELECT digest FROM bank_file WHERE issuer_id = %s", (world.people.issuer.issuer_id,)
    ).fetchall()
    world.people.connection.rollback()
    return {digest for (digest,) in rows}


def _assert_agrees(ours: Payment, theirs: Held) -> None:
    assert (ours.account, ours.cents) == (theirs.account, theirs.cents)
    assert theirs.credited == (theirs.stands in {"completed", "returned"}), "paid twice"
    if theirs.is_silent:
        assert ours.status == "pending"
    else:
        assert (ours.status, ours.reason) == (theirs.stands, theirs.reason)


def _assert_tries(world: World, known: list[Payment]) -> None:
    """Each payout went where the auditor says, and again only after the one before had failed."""
    for run_id, shop, page in world.auditor.sent():
        tries = [each for each in known if (each.run_id, each.shop) == (run_id, shop)]
        assert [(each.rail, each.account) for each in tries] == page.tries
        assert {each.cents for each in tries} == {page.net}
        assert {each.status for each in tries[:-1]} <= {"rejected", "returned"}
    sent = [(run_id, shop) for run_id, shop, _page in world.auditor.sent()]
    assert {(each.run_id, each.shop) for each in known} == set(sent)


def _assert_books(world: World, known: list[Payment], truth: dict[UUID, Held]) -> None:
    """To the cent: what each merchant is owed, what is on its way, what has left the account."""
    stands = {each.payment_id: truth[each.payment_id].stands for each in known}
    last = {(each.run_id, each.shop): each.payment_id for each in known}
    failed = {key for key, each in last.items() if stands[each] in {"rejected", "returned"}}
    there, silent = Counter[int](), 0
    for each in known:
        if stands[each.payment_id] == "completed":
            there[each.shop] += each.cents
        if truth[each.payment_id].is_silent:
            silent += each.cents
    expected = {f"payable:{s}": world.auditor.owed(s, failed) for s in world.auditor.shops}
    expected |= {
        "funding:0": there.total() - FUNDS_MINOR,
        "in_transit:0": silent,
        "fees:0": world.auditor.kept(),
    }
    found = balances(world.people.connection, world.people.issuer)
    kinds = ("payable", "funding", "in_transit", "fees")
    assert {name: cents for name, cents in expected.items() if cents} == {
        name: cents for name, cents in found.items() if name.startswith(kinds)
    }
    for shop in world.auditor.shops:
        on_its_way = sum(
            each.cents for each in known if each.shop == shop and truth[each.payment_id].is_silent
        )
        right = sum(
            sale.cents
            for sale in world.auditor.sales.values()
            if sale.shop == shop and sale.taken_back is None
        )
        kept = sum(page.kept for _run, at, page in world.auditor.sent() if at == shop)
        assert there[shop] + on_its_way + world.auditor.owed(shop, failed) + kept == right
    for run_id, run in world.auditor.runs.items():
        assert step_of(world, run_id)[0] == run.step
