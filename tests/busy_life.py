"""A life with everything in it, so that proofs over it prove something."""

from datetime import UTC, datetime, timedelta

from tests.given import (
    SYSTEM,
    ask,
    change,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
)

from counterfoil.engine.database import Connection
from counterfoil.engine.due import sweep_due
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Change, Operation, Outcome
from counterfoil.keys.provider import KeyProvider
from counterfoil.voucher import Action

LATER = datetime(2090, 1, 1, tzinfo=UTC)


def given_busy_life(connection: Connection, provider: KeyProvider) -> Issuer:
    """An issuer with vouchers in every state, in stock, on demand, deferred and instant."""
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_group(connection, issuer, "CASH", denominations=(), settlement="instant")
    given_stock(connection, issuer, 40)
    given_stock(connection, issuer, 5)
    for group in ("FOOD-AID", "CASH"):
        _live(connection, issuer, group)
    _pay(connection, issuer)
    _expire_and_lapse(connection, issuer)
    first = _serial(preactivate(connection, issuer))
    _done(connection, issuer, change(Action.CANCEL, first + 2))  # one in stock, to be skipped
    for _draw in range(3):
        preactivate(connection, issuer)
    return issuer


def _live(connection: Connection, issuer: Issuer, group: str) -> None:
    preactivate(connection, issuer, group=group)
    for actions in (
        (),
        (Action.SUSPEND,),
        (Action.SUSPEND, Action.UNSUSPEND),
        (Action.BLOCK,),
        (Action.BLOCK, Action.UNBLOCK),
        (Action.BLOCK, Action.CANCEL),
        (Action.CANCEL, Action.PURGE),
        (Action.SUSPEND, Action.REPLACE),
        (Action.REPLACE, Action.PURGE),
    ):
        serial = _serial(given_active(connection, issuer, group=group))
        for action in actions:
            _done(connection, issuer, change(action, serial))
    for action in (Action.SUSPEND, Action.BLOCK):
        serial = _serial(preactivate(connection, issuer, group=group))
        _done(connection, issuer, change(action, serial))
        extension = Change(caller=SYSTEM, action=Action.EXTEND, serial=serial, extend_until=LATER)
        _done(connection, issuer, extension)
    redeemed = given_active(connection, issuer, group="FOOD-AID")
    _done(connection, issuer, redemption(redeemed.number or ""))
    _done(connection, issuer, change(Action.PURGE, _serial(redeemed)))
    _done(connection, issuer, redemption(given_active(connection, issuer).number or ""))


def _pay(connection: Connection, issuer: Issuer) -> None:
    """One payment completed, one rejected, one rejected and tried again, one under way."""
    for ends in ((True,), (False,), (False, True), ()):
        voucher = given_active(connection, issuer, group="CASH")
        for completed in ends:
            (reserved,) = ask(connection, issuer, redemption(voucher.number or ""))
            _done(connection, issuer, finish(reserved, completed=completed))
        if not ends:
            ask(connection, issuer, redemption(voucher.number or ""))


def _expire_and_lapse(connection: Connection, issuer: Issuer) -> None:
    expiring = _serial(given_active(connection, issuer))
    suspended = _serial(given_active(connection, issuer))
    _done(connection, issuer, change(Action.SUSPEND, suspended))
    lapsing = _serial(preactivate(connection, issuer))
    make_due(connection, issuer, expiring, suspended, lapsing)
    sweep_due(connection, issuer)


def make_due(connection: Connection, issuer: Issuer, *serials: int) -> None:
    """Let these have expired an hour ago, holds too; only time can do it otherwise."""
    past = datetime.now(UTC) - timedelta(hours=1)
    which = (issuer.issuer_id, list(serials))
    connection.execute(
        "UPDATE voucher SET expires_at = %s, hold_until = CASE WHEN state = 2 THEN %s END"
        " WHERE issuer_id = %s AND serial = ANY(%s)",
        (past, past, *which),
    )
    connection.execute(
        "INSERT INTO due (issuer_id, due_at, serial) SELECT %s, %s, unnest(%s::bigint[])"
        " ON CONFLICT DO NOTHING",
        (issuer.issuer_id, past, list(serials)),
    )
    connection.commit()


def _done(connection: Connection, issuer: Issuer, operation: Operation) -> None:
    (answer,) = ask(connection, issuer, operation)
    assert answer.outcome is Outcome.DONE, answer


def _serial(answer: Answer) -> int:
    assert answer.serial is not None
    return answer.serial
