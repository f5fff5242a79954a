"""A voucher in any state, reached by the operations that lead there."""

from collections.abc import Callable
from typing import Final

from tests.busy_life import make_due
from tests.given import (
    ask,
    change,
    finish,
    given_active,
    preactivate,
    redemption,
)

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Operation, Outcome
from counterfoil.keys.numbers import unseal_number
from counterfoil.voucher import Action, State


def given_voucher(
    connection: Connection,
    issuer: Issuer,
    state: State,
    *,
    group: str,
    prior: State = State.ACTIVE,
) -> Answer:
    """Its serial and its number, and its payment where it is being redeemed. The group has one
    voucher in stock or creates them on demand; redeeming needs one that pays at once. `prior`
    is where a suspended or blocked voucher was before, or how a purged one ended.
    """
    return _WAYS[state](_Way(connection, issuer, group, prior))


class _Way:
    def __init__(self, connection: Connection, issuer: Issuer, group: str, prior: State) -> None:
        self.connection = connection
        self.issuer = issuer
        self.group = group
        self.prior = prior

    def drawn(self, state: State) -> Answer:
        if state is State.PREACTIVATED:
            return preactivate(self.connection, self.issuer, group=self.group)
        return given_active(self.connection, self.issuer, group=self.group)

    def done(self, operation: Operation, outcome: Outcome = Outcome.DONE) -> Answer:
        (answer,) = ask(self.connection, self.issuer, operation)
        assert answer.outcome is outcome, answer
        return answer

    def changed(self, voucher: Answer, action: Action) -> Answer:
        self.done(change(action, voucher.serial or 0))
        return voucher


def _stocked(way: _Way) -> Answer:
    row = way.connection.execute(
        "SELECT v.serial, s.key_version, s.sealed FROM voucher v"
        " JOIN voucher_secret s USING (issuer_id, serial)"
        " JOIN voucher_group g USING (issuer_id, group_id)"
        " WHERE issuer_id = %s AND g.code = %s AND v.state = 1",
        (way.issuer.issuer_id, way.group),
    ).fetchone()
    way.connection.rollback()
    assert row is not None
    serial, version, sealed = row
    number = unseal_number(way.issuer.keys, way.issuer.issuer_id, serial, version, sealed)
    return Answer(Outcome.DONE, serial=serial, number=number)


def _redeeming(way: _Way) -> Answer:
    voucher = way.drawn(State.ACTIVE)
    reserved = way.done(redemption(voucher.number or ""), Outcome.PENDING)
    return Answer(
        Outcome.DONE, serial=voucher.serial, number=voucher.number, payment=reserved.payment
    )


def _redeemed(way: _Way) -> Answer:
    voucher = way.drawn(State.ACTIVE)
    (answer,) = ask(way.connection, way.issuer, redemption(voucher.number or ""))
    if answer.outcome is Outcome.PENDING:
        way.done(finish(answer, completed=True))
    return voucher


def _expired(way: _Way) -> Answer:
    voucher = way.drawn(State.ACTIVE)
    make_due(way.connection, way.issuer, voucher.serial or 0)
    return way.changed(voucher, Action.EXPIRE)


def _purged(way: _Way) -> Answer:
    ended = State.CANCELLED if way.prior is State.ACTIVE else way.prior
    return way.changed(_WAYS[ended](way), Action.PURGE)


_WAYS: Final[dict[State, Callable[[_Way], Answer]]] = {
    State.STOCKED: _stocked,
    State.PREACTIVATED: lambda way: way.drawn(State.PREACTIVATED),
    State.ACTIVE: lambda way: way.drawn(State.ACTIVE),
    State.REDEEMING: _redeeming,
    State.REDEEMED: _redeemed,
    State.SUSPENDED: lambda way: way.changed(way.drawn(way.prior), Action.SUSPEND),
    State.BLOCKED: lambda way: way.changed(way.drawn(way.prior), Action.BLOCK),
    State.CANCELLED: lambda way: way.changed(way.drawn(State.ACTIVE), Action.CANCEL),
    State.EXPIRED: _expired,
    State.PURGED: _purged,
}
