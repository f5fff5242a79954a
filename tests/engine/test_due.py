"""The sweep of what is due: it ends what is over, leaves the rest alone, and keeps up."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.due import sweep_due
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Activate, Change, Operation, Outcome, Preactivate
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

UNTOUCHED = {"funding:0": -10_000_000, "available:0": 9_999_000, "reserved:2": 1000}
FREED = {"funding:0": -10_000_000, "available:0": 10_000_000}


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    return issuer


def given_hold_over(connection: Connection, *serials: int) -> None:
    """Put the end of the hold, and what was noted of it, into the past."""
    given_past(connection, "hold_until", serials)


def given_expired(connection: Connection, *serials: int) -> None:
    given_past(connection, "expires_at", serials)


def given_past(connection: Connection, column: str, serials: tuple[int, ...]) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    connection.execute(
        "UPDATE due AS d SET due_at = %s FROM voucher AS v"
        f" WHERE v.serial = d.serial AND v.serial = ANY(%s) AND d.due_at = v.{column}",
        (past, list(serials)),
    )
    connection.execute(
        f"UPDATE voucher SET {column} = %s WHERE serial = ANY(%s)",
        (past, list(serials)),
    )
    connection.commit()


def due_rows(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM due").fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])


def given_one_active(connection: Connection, issuer: Issuer) -> tuple[int, str]:
    given_stock(connection, issuer, 1)
    voucher = given_active(connection, issuer)
    return voucher.serial or 0, voucher.number or ""


def test_nothing_due_does_nothing(connection: Connection, issuer: Issuer) -> None:
    serial, _number = given_one_active(connection, issuer)
    assert sweep_due(connection, issuer) == 0
    assert state_of(connection, issuer, serial) is State.ACTIVE
    assert due_rows(connection) == 2, "the end of the hold and of the validity"


def test_active_voucher_expires_and_frees_its_money(connection: Connection, issuer: Issuer) -> None:
    serial, _number = given_one_active(connection, issuer)
    given_expired(connection, serial)
    assert sweep_due(connection, issuer) == 1
    assert state_of(connection, issuer, serial) is State.EXPIRED
    assert balances(connection, issuer) == FREED
    assert due_rows(connection) == 1, "the end of a hold that does not run; struck in its time"
    assert sweep_due(connection, issuer) == 0


def test_hold_lapses_and_the_journal_says_so(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 1)
    serial = preactivate(connection, issuer).serial or 0
    given_hold_over(connection, serial)
    assert sweep_due(connection, issuer) == 1
    assert state_of(connection, issuer, serial) is State.CANCELLED
    assert balances(connection, issuer) == FREED
    row = connection.execute(
        "SELECT action, actor FROM operation WHERE serial = %s ORDER BY operation_id DESC LIMIT 1",
        (serial,),
    ).fetchone()
    assert row == (Action.LAPSE, "system:sweep")


def test_hold_of_an_activated_voucher_is_struck_and_its_validity_kept(
    connection: Connection, issuer: Issuer
) -> None:
    serial, _number = given_one_active(connection, issuer)
    past = datetime.now(UTC) - timedelta(seconds=1)
    connection.execute(
        "UPDATE due SET due_at = %s WHERE due_at = (SELECT min(due_at) FROM due)", (past,)
    )
    connection.commit()
    before = connection.execute("SELECT count(*) FROM leaf").fetchone()
    assert sweep_due(connection, issuer) == 1
    assert due_rows(connection) == 1
    assert state_of(connection, issuer, serial) is State.ACTIVE
    assert connection.execute("SELECT count(*) FROM leaf").fetchone() == before
    assert balances(connection, issuer) == UNTOUCHED


@pytest.mark.parametrize(
    ("away", "back"), [(Action.SUSPEND, Action.UNSUSPEND), (Action.BLOCK, Action.UNBLOCK)]
)
def test_hold_does_not_run_while_a_voucher_is_put_away(
    connection: Connection, issuer: Issuer, away: Action, back: Action
) -> None:
    given_stock(connection, issuer, 1)
    serial = preactivate(connection, issuer).serial or 0
    ask(connection, issuer, change(away, serial))
    past = datetime.now(UTC) - timedelta(seconds=1)
    connection.execute("UPDATE voucher SET hold_until = %s", (past,))
    connection.execute(
        "UPDATE due SET due_at = %s WHERE due_at = (SELECT min(due_at) FROM due)", (past,)
    )
    connection.commit()
    assert sweep_due(connection, issuer) == 1
    assert state_of(connection, issuer, serial) in {State.SUSPENDED, State.BLOCKED}
    assert due_rows(connection) == 1, "the end of its validity stays noted"
    connection.execute("UPDATE voucher SET hold_until = now() + interval '1 second'")
    connection.commit()
    assert ask(connection, issuer, change(back, serial))[0].outcome is Outcome.DONE
    assert due_rows(connection) == 2, "the hold runs again"
    time.sleep(1.1)
    assert sweep_due(connection, issuer) == 1
    assert state_of(connection, issuer, serial) is State.CANCELLED


@pytest.mark.parametrize("away", [Action.SUSPEND, Action.BLOCK])
def test_voucher_put_away_still_expires(
    connection: Connection, issuer: Issuer, away: Action
) -> None:
    serial, _number = given_one_active(connection, issuer)
    ask(connection, issuer, change(away, serial))
    given_expired(connection, serial)
    sweep_due(connection, issuer)
    assert state_of(connection, issuer, serial) is State.EXPIRED
    assert balances(connection, issuer) == FREED


def test_redeeming_voucher_is_left_alone_and_expires_once_released(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "NOW", settlement="instant", denominations=())
    voucher = given_active(connection, issuer, group="NOW")
    serial = voucher.serial or 0
    (reserved,) = ask(connection, issuer, redemption(voucher.number or ""))
    given_expired(connection, serial)
    assert sweep_due(connection, issuer) == 1
    assert state_of(connection, issuer, serial) is State.REDEEMING
    assert due_rows(connection) == 1
    ask(connection, issuer, finish(reserved, completed=False, reason="cannot_credit"))
    assert state_of(connection, issuer, serial) is State.ACTIVE
    assert sweep_due(connection, issuer) == 1, "the release noted it again"
    assert state_of(connection, issuer, serial) is State.EXPIRED
    assert balances(connection, issuer) == FREED


def test_extended_voucher_is_swept_at_its_new_end(connection: Connection, issuer: Issuer) -> None:
    serial, _number = given_one_active(connection, issuer)
    until = datetime.now(UTC) + timedelta(seconds=1)
    extend = Change(caller=SYSTEM, action=Action.EXTEND, serial=serial, extend_until=until)
    assert ask(connection, issuer, extend)[0].outcome is Outcome.DONE
    assert sweep_due(connection, issuer) == 0
    time.sleep(1.1)
    assert sweep_due(connection, issuer) == 1
    assert state_of(connection, issuer, serial) is State.EXPIRED


def test_two_sweeps_at_once_end_each_voucher_once(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_due_holds(connection, issuer, 400)

    def sweep() -> None:
        with connected(database) as own:
            mine = open_issuer(own, issuer.code, provider)
            while sweep_due(own, mine, limit=50):
                pass

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert due_rows(connection) == 0
    assert balances(connection, issuer) == FREED
    rows = connection.execute(
        "SELECT count(*), count(DISTINCT serial) FROM operation WHERE action = %s", (Action.LAPSE,)
    ).fetchone()
    assert rows == (400, 400)


def given_due_holds(connection: Connection, issuer: Issuer, count: int) -> None:
    """Pre-activated vouchers whose holds are all over."""
    given_stock(connection, issuer, count)
    draw: Operation = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
    for start in range(0, count, 1000):
        answers = apply(connection, issuer, [draw] * min(1000, count - start), bulk=True)
        assert {answer.outcome for answer in answers} == {Outcome.DONE}
    connection.execute("UPDATE voucher SET hold_until = now() - interval '1 hour'")
    connection.execute("UPDATE due SET due_at = now() - interval '1 hour'")
    connection.commit()


def test_late_activation_is_refused_before_the_sweep_comes(
    connection: Connection, issuer: Issuer
) -> None:
    given_due_holds(connection, issuer, 1)
    row = connection.execute("SELECT serial FROM due").fetchone()
    assert row is not None
    (answer,) = ask(connection, issuer, Activate(caller=SYSTEM, serial=row[0]))
    assert answer.outcome is Outcome.NOT_PREACTIVATED
