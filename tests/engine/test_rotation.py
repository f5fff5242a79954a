"""Rotating keys while vouchers are made, drawn and redeemed: nobody notices, nothing is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.contention import Onlooker
from tests.given import (
    SYSTEM,
    ask,
    change,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine import provision as provision_module
from counterfoil.engine import rotation as rotation_module
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.journal import lock_head
from counterfoil.engine.operation import Activate, Outcome, Preactivate, Redeem
from counterfoil.engine.queries import serial_by_number
from counterfoil.engine.rotation import (
    RotationProgress,
    finish_rotation,
    rotate,
    rotation_progress,
    running_rotations,
)
from counterfoil.keys.envelope import Purpose
from counterfoil.keys.numbers import number_hash, unseal_number, unseal_text
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

STATES = {
    Purpose.HASH: "SELECT key_version, count(*) FROM voucher GROUP BY 1 ORDER BY 1",
    Purpose.SEAL: "SELECT key_version, count(*) FROM voucher_secret GROUP BY 1 ORDER BY 1",
    Purpose.PERSONAL: "SELECT key_version, count(*) FROM voucher_comment GROUP BY 1 ORDER BY 1",
}


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_group(connection, issuer, "ANY", denominations=())
    return issuer


@pytest.fixture
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation_module, "STRETCH_VOUCHERS", 4)


def versions(connection: Connection, purpose: Purpose) -> dict[int, int]:
    rows = connection.execute(STATES[purpose].encode()).fetchall()
    connection.rollback()
    return dict(rows)


def key_states(connection: Connection, purpose: Purpose) -> list[str]:
    rows = connection.execute(
        "SELECT state FROM data_key WHERE purpose = %s ORDER BY version", (purpose,)
    ).fetchall()
    connection.rollback()
    return [state for (state,) in rows]


def rotated(connection: Connection, issuer: Issuer, purpose: Purpose) -> RotationProgress:
    rotate(connection, issuer, SYSTEM, purpose)
    *_steps, last = finish_rotation(connection, issuer, purpose)
    assert last.finished
    assert running_rotations(connection, issuer) == []
    return last


@pytest.mark.usefixtures("small_stretches")
def test_hash_rotation_moves_open_vouchers_and_leaves_finished_ones(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 9)
    spent, cancelled, alive = (given_active(connection, issuer) for _ in range(3))
    ask(connection, issuer, redemption(spent.number or ""))
    ask(connection, issuer, change(Action.CANCEL, cancelled.serial or 0))
    assert rotate(connection, issuer, SYSTEM, Purpose.HASH) == 2
    assert running_rotations(connection, issuer) == [Purpose.HASH]
    assert rotation_progress(connection, issuer, Purpose.HASH) == 7
    steps = list(finish_rotation(connection, issuer, Purpose.HASH))
    assert [step.changed for step in steps] == [2, 6, 7, 7]
    assert rotation_progress(connection, issuer, Purpose.HASH) == 0
    assert versions(connection, Purpose.HASH) == {1: 2, 2: 7}
    assert key_states(connection, Purpose.HASH) == ["retired", "active"]
    done, again, gone = ask(
        connection, issuer, *(redemption(v.number or "") for v in (alive, spent, cancelled))
    )
    assert done.outcome is Outcome.DONE
    assert again.outcome is Outcome.ALREADY_REDEEMED, "found by the retired key"
    assert gone.outcome is Outcome.ALREADY_CANCELLED
    assert check(connection, issuer.issuer_id) == []


def test_secret_with_its_serial_is_hashed_with_it(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 1)
    voucher = given_active(connection, issuer)
    serial, number = voucher.serial or 0, voucher.number or ""
    connection.execute(
        "UPDATE voucher SET with_serial = TRUE, number_hash = %s WHERE serial = %s",
        (number_hash(issuer.keys, number, serial), serial),
    )
    connection.commit()
    rotated(connection, issuer, Purpose.HASH)
    redeem = Redeem(
        caller=SYSTEM,
        number=number,
        serial=serial,
        acceptor_name="Asha Stores",
        acceptor_account="ACC-1",
    )
    assert ask(connection, issuer, redeem)[0].outcome is Outcome.DONE


@pytest.mark.usefixtures("small_stretches")
def test_seal_rotation_keeps_every_number_and_the_old_key_goes(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 9)
    drawn = preactivate(connection, issuer)
    spent = given_active(connection, issuer)
    ask(connection, issuer, redemption(spent.number or ""))
    last = rotated(connection, issuer, Purpose.SEAL)
    assert last.changed == 9
    assert versions(connection, Purpose.SEAL) == {2: 9}
    assert set(issuer.keys.seal.keys) == {2}
    rows = connection.execute("SELECT serial, key_version, sealed FROM voucher_secret").fetchall()
    numbers = {
        serial: unseal_number(issuer.keys, issuer.issuer_id, serial, version, sealed)
        for serial, version, sealed in rows
    }
    connection.rollback()
    assert numbers[drawn.serial] == drawn.number
    assert numbers[spent.serial] == spent.number
    given_active(connection, issuer)
    assert check(connection, issuer.issuer_id) == []


def test_personal_rotation_keeps_what_was_said(connection: Connection, issuer: Issuer) -> None:
    draw = Preactivate(
        caller=SYSTEM, amount="7.00", currency="KES", group="ANY", comment="for Amina"
    )
    ask(connection, issuer, draw, draw)
    rotated(connection, issuer, Purpose.PERSONAL)
    assert versions(connection, Purpose.PERSONAL) == {2: 2}
    rows = connection.execute("SELECT serial, key_version, sealed FROM voucher_comment").fetchall()
    said = {
        unseal_text(issuer.keys, issuer.issuer_id, *row, field="voucher_comment") for row in rows
    }
    assert said == {"for Amina"}


@pytest.mark.parametrize("purpose", [Purpose.JOURNAL, Purpose.LEAF])
def test_what_was_recorded_stays_as_it_is(
    connection: Connection, issuer: Issuer, purpose: Purpose
) -> None:
    given_stock(connection, issuer, 1)
    voucher = given_active(connection, issuer)
    redeem = redemption(voucher.number or "", "r1")
    (first,) = ask(connection, issuer, redeem)
    last = rotated(connection, issuer, purpose)
    assert last.changed == 0
    assert key_states(connection, purpose) == ["retired", "active"]
    (repeat,) = ask(connection, issuer, redeem)
    assert (repeat.outcome, repeat.repeated) == (Outcome.DONE, True)
    assert repeat.operation_id == first.operation_id


def test_repeat_of_a_redemption_is_known_after_the_hash_key_was_rotated(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 1)
    redeem = redemption(given_active(connection, issuer).number or "", "r1")
    assert ask(connection, issuer, redeem)[0].outcome is Outcome.DONE
    rotated(connection, issuer, Purpose.HASH)
    (repeat,) = ask(connection, issuer, redeem)
    assert (repeat.outcome, repeat.repeated) == (Outcome.DONE, True)


@pytest.mark.usefixtures("small_stretches")
def test_killed_rotation_is_gone_on_with(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_stock(connection, issuer, 10)
    rotate(connection, issuer, SYSTEM, Purpose.HASH)
    with connected(database) as doomed:
        run = finish_rotation(doomed, open_issuer(doomed, issuer.code, provider), Purpose.HASH)
        assert next(run).changed == 4
    assert versions(connection, Purpose.HASH) == {1: 6, 2: 4}
    *_steps, last = finish_rotation(connection, issuer, Purpose.HASH)
    assert (last.changed, last.finished) == (6, True)


def test_two_rotations_in_a_row_are_finished_together(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 5)
    rotate(connection, issuer, SYSTEM, Purpose.SEAL)
    given_stock(connection, issuer, 5)
    last = rotated(connection, issuer, Purpose.SEAL)
    assert last.changed == 10
    assert key_states(connection, Purpose.SEAL) == ["retired", "retired", "active"]


def test_process_that_has_not_heard_of_the_rotation_finds_out_in_time(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_stock(connection, issuer, 3)
    voucher = given_active(connection, issuer)
    with connected(database) as own:
        elsewhere = open_issuer(own, issuer.code, provider)
        rotated(connection, issuer, Purpose.HASH)
        rotated(connection, issuer, Purpose.SEAL)
        assert elsewhere.keys.hash.active == 1
        (answer,) = ask(own, elsewhere, redemption(voucher.number or ""))
        assert answer.outcome is Outcome.DONE
        preactivate(own, elsewhere)
        assert elsewhere.keys.hash.active == 2
        late = open_issuer(own, issuer.code, provider)
        rotated(connection, issuer, Purpose.SEAL)
        given_stock(own, late, 2)
    assert versions(connection, Purpose.SEAL) == {3: 5}
    assert check(connection, issuer.issuer_id) == []


def test_lookup_finds_a_voucher_whose_key_another_process_rotated(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_stock(connection, issuer, 1)
    voucher = given_active(connection, issuer)
    with connected(database) as own:
        elsewhere = open_issuer(own, issuer.code, provider)
        rotated(connection, issuer, Purpose.HASH)
        assert serial_by_number(own, elsewhere, voucher.number or "") == voucher.serial
        assert serial_by_number(own, elsewhere, "1" * 18) is None


@pytest.mark.prove
def test_everything_goes_on_while_keys_are_rotated(
    connection: Connection,
    database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rotation_module, "STRETCH_VOUCHERS", 20)
    monkeypatch.setattr(provision_module, "CHUNK_VOUCHERS", 25)
    given_stock(connection, issuer, 400)
    given_active(connection, issuer, group="ANY")
    stop = threading.Event()
    failures: list[BaseException] = []
    redeemed: list[int] = []

    def provision(own: Connection, mine: Issuer) -> None:
        given_stock(own, mine, 100)

    def redeem(own: Connection, mine: Issuer) -> None:
        drawn = preactivate(own, mine)
        ask(own, mine, Activate(caller=SYSTEM, serial=drawn.serial or 0))
        (answer,) = ask(own, mine, redemption(drawn.number or ""))
        assert answer.outcome is Outcome.DONE, answer
        redeemed.append(drawn.serial or 0)

    def create(own: Connection, mine: Issuer) -> None:
        drawn = preactivate(own, mine, group="ANY")
        ask(own, mine, Activate(caller=SYSTEM, serial=drawn.serial or 0))
        (answer,) = ask(own, mine, redemption(drawn.number or ""))
        assert answer.outcome is Outcome.DONE, answer
        redeemed.append(drawn.serial or 0)

    def work(step: Callable[[Connection, Issuer], None]) -> None:
        try:
            with connected(database) as own:
                mine = open_issuer(own, issuer.code, provider)
                while not stop.is_set():
                    step(own, mine)
        except BaseException as error:  # noqa: BLE001 shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(s,)) for s in (provision, redeem, create)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            rotated(connection, issuer, Purpose.HASH)
            rotated(connection, issuer, Purpose.SEAL)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert redeemed
    assert {state_of(connection, issuer, serial) for serial in redeemed} == {State.REDEEMED}
    open_ones = connection.execute(
        "SELECT DISTINCT key_version FROM voucher WHERE state <> 5"
    ).fetchall()
    assert open_ones == [(3,)]
    assert set(versions(connection, Purpose.SEAL)) == {3}
    assert check(connection, issuer.issuer_id) == []


def test_rotation_holds_nothing_while_it_waits_for_a_batch(
    connection: Connection,
    database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    onlooker: Onlooker,
) -> None:
    """A batch changes vouchers in the order in which they were asked for, here backwards."""
    given_stock(connection, issuer, 3)
    first, second, third = (given_active(connection, issuer).serial or 0 for _ in range(3))
    rotate(connection, issuer, SYSTEM, Purpose.HASH)

    def suspend(serial: int) -> None:
        holder.execute("UPDATE voucher SET state = %s WHERE serial = %s", (State.SUSPENDED, serial))

    with (
        connected(database) as holder,
        connected(database) as rotating,
        ThreadPoolExecutor(1) as threads,
    ):
        lock_head(holder, issuer.issuer_id)
        suspend(third)
        one = open_issuer(rotating, issuer.code, provider)
        rotation = threads.submit(lambda: list(finish_rotation(rotating, one, Purpose.HASH)))
        onlooker.wait_until_blocked(rotating)
        suspend(second)
        suspend(first)
        holder.commit()
        assert rotation.result()[-1].changed == 3
    assert versions(connection, Purpose.HASH) == {2: 3}
    assert state_of(connection, issuer, first) is State.SUSPENDED


@pytest.mark.prove
def test_rotation_of_many_vouchers_leaves_none_out(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider, funds="1000000.00")
    given_group(connection, issuer)
    given_stock(connection, issuer, 50_000)
    for purpose in (Purpose.HASH, Purpose.SEAL):
        assert rotated(connection, issuer, purpose).changed == 50_000
