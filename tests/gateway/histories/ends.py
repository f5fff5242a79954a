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
from tests.gateway.histories.opening import FUNDS_MINOR
from tests.gateway.histories.working import let_time_pass
from tests.gateway.histories.world import World

from counterfoil.chart import AccountKind
from counterfoil.engine.banking.deposit_rules import deposit_by_rules
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.banking.reading import standings
from counterfoil.engine.check import check
from counterfoil.engine.payouts.counting import count_run
from counterfoil.engine.payouts.sending import send_chunk

ROUNDS_MAX: Final = 40
_PAYMENTS: Final = """
SELECT
    payment_id, run_id, acceptor_id, funding_account_id, amount_minor, credit_account, rail,
    status, reason
FROM payment WHERE issuer_id = %s ORDER BY created_at, operation_id
"""
_BALANCES: Final = """
SELECT kind, owner_id, credit_minor - debit_minor
FROM account WHERE issuer_id = %s AND funding_account_id = %s
"""
_EXCEPTIONS: Final = """
SELECT x.kind, x.funding_account_id, x.expected_minor, array_agg(p.payment_id)
FROM bank_exception AS x
LEFT JOIN payment AS p
    ON
        p.issuer_id = x.issuer_id
        AND CASE x.kind
            WHEN 'silent_payment' THEN p.payment_id = x.payment_id
            ELSE p.batch_id = x.batch_id
        END
WHERE x.issuer_id = %s AND x.ended_at IS NULL
GROUP BY x.exception_id, x.kind, x.funding_account_id, x.expected_minor
"""


class Payment(NamedTuple):
    """A row of the ledger's table."""

    payment_id: UUID
    run_id: int
    shop: int
    fund: int
    minor: int
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
            break
    else:
        open_still = [each for each in payments(world) if each.status == "pending"]
        raise AssertionError(f"it does not come to rest: {open_still}")
    if world.only_bank is not None:
        world.only_bank.state()
        world.only_bank.send()
        for desk in world.workers:
            world.fetch(desk, Life())


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
    busy |= bool(deposit_by_rules(worker.connection, worker.issuer))
    busy |= bool(_letters(world) - _taken(world))  # an archive is looked into only now and then
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
        each.payment_id: Held(
            each.account, each.minor, world.currencies[each.fund], "new", is_silent=True
        )
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
        _assert_is_of_its_account(world, each, truth[each.payment_id])
    _assert_tries(world, known)
    for fund in world.currencies:
        _assert_books(world, fund, [each for each in known if each.fund == fund], truth)
    for run_id, run in world.auditor.runs.items():
        assert step_of(world, run_id)[0] == run.step
    _assert_banks_agree(world, known, truth)
    assert check(world.people.connection, world.people.issuer.issuer_id) == []


def _assert_banks_agree(world: World, known: list[Payment], truth: dict[UUID, Held]) -> None:
    """Every letter was taken in, and what does not agree is at most a file that was refused, and
    what is silent: nothing in it has ever been answered.
    """
    for bank in world.banks.values():
        assert not (bank.inbox.folder / "refused").exists()
    assert _letters(world) <= _taken(world), "a letter is lost"
    look_again(world.people.connection, world.people.issuer)
    rows = world.people.connection.execute(_EXCEPTIONS, (world.people.issuer.issuer_id,)).fetchall()
    world.people.connection.rollback()
    silent = {each.payment_id for each in known if truth[each.payment_id].is_silent}
    for kind, fund, minor, payment_ids in rows:
        if kind != "refused_batch":
            assert kind in {"silent_batch", "silent_payment"}
            assert set(payment_ids) <= silent
            of_it = [each for each in known if each.payment_id in payment_ids]
            assert {each.fund for each in of_it} == {fund}
            assert sum(each.minor for each in of_it) == minor
    _assert_statements_agree(world)


def _assert_statements_agree(world: World) -> None:
    """Where all goes through one bank, it has what the ledger has, and nobody misses anything."""
    if world.only_bank is None:
        return
    found = standings(world.people.connection, world.people.issuer.issuer_id)
    world.people.connection.rollback()
    books = [world.only_bank.books[f"{world.code}-{each}"] for each in world.currencies.values()]
    assert [
        (each.closing_minor, each.ledger_minor, each.not_at_bank_minor, each.not_in_ledger_minor)
        for each in found
    ] == [(book.minor, book.minor, 0, 0) for book in books]


def _letters(world: World) -> set[bytes]:
    try:
        return {
            sha256(path.read_bytes()).digest()
            for bank in world.banks.values()
            for path in bank.inbox.folder.rglob("*.txt")
        }
    except FileNotFoundError:  # a mailbox has just heard that it was taken
        return _letters(world)


def _taken(world: World) -> set[bytes]:
    rows = world.people.connection.execute(
        "SELECT digest FROM bank_file WHERE issuer_id = %s", (world.people.issuer.issuer_id,)
    ).fetchall()
    world.people.connection.rollback()
    return {digest for (digest,) in rows}


def _assert_agrees(ours: Payment, theirs: Held) -> None:
    assert (ours.account, ours.minor) == (theirs.account, theirs.minor)
    assert theirs.credited == (theirs.stands in {"completed", "returned"}), "paid twice"
    if theirs.is_silent:
        assert ours.status == "pending"
    else:
        assert (ours.status, ours.reason) == (theirs.stands, theirs.reason)


def _assert_is_of_its_account(world: World, ours: Payment, theirs: Held) -> None:
    currency = world.currencies[ours.fund]
    assert world.auditor.fund_of(ours.run_id) == ours.fund
    assert theirs.currency == currency
    assert theirs.fund in {None, f"{world.code}-{currency}"}, "another account has paid it"


def _assert_tries(world: World, known: list[Payment]) -> None:
    """Each payout went where the auditor says, and again only after the one before had failed."""
    for run_id, shop, page in world.auditor.sent():
        tries = [each for each in known if (each.run_id, each.shop) == (run_id, shop)]
        assert [(each.rail, each.account) for each in tries] == page.tries
        assert {each.minor for each in tries} == {page.net}
        assert {each.status for each in tries[:-1]} <= {"rejected", "returned"}
    sent = [(run_id, shop) for run_id, shop, _page in world.auditor.sent()]
    assert {(each.run_id, each.shop) for each in known} == set(sent)


def _assert_books(world: World, fund: int, known: list[Payment], truth: dict[UUID, Held]) -> None:
    """Of one funding account, to the minor unit of its currency: what each merchant is owed, what
    is on its way, what has left.
    """
    auditor = world.auditor
    stands = {each.payment_id: truth[each.payment_id].stands for each in known}
    last = {(each.run_id, each.shop): each.payment_id for each in known}
    failed = {key for key, each in last.items() if stands[each] in {"rejected", "returned"}}
    there, silent = Counter[int](), Counter[int]()
    for each in known:
        if stands[each.payment_id] == "completed":
            there[each.shop] += each.minor
        if truth[each.payment_id].is_silent:
            silent[each.shop] += each.minor
    owed = {shop: auditor.owed(shop, fund, failed) for shop in auditor.shops}
    expected = {f"payable:{shop}": minor for shop, minor in owed.items()}
    expected |= {
        "funding:0": there.total() - FUNDS_MINOR - auditor.given[fund],
        "in_transit:0": silent.total(),
        "fees:0": auditor.kept(fund),
    }
    assert {name: minor for name, minor in expected.items() if minor} == _balances(world, fund)
    for shop, minor in owed.items():
        paid = there[shop] + silent[shop] + auditor.kept(fund, shop)
        assert paid + minor == auditor.right(shop, fund)


def _balances(world: World, fund: int) -> dict[str, int]:
    rows = world.people.connection.execute(
        _BALANCES, (world.people.issuer.issuer_id, fund)
    ).fetchall()
    world.people.connection.rollback()
    named = {f"{AccountKind(kind).word}:{owner}": minor for kind, owner, minor in rows if minor}
    kinds = ("payable", "funding", "in_transit", "fees")
    return {name: minor for name, minor in named.items() if name.startswith(kinds)}
