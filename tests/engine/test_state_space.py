"""Every state and every action on a real database: what the table allows happens, with its
money; what it does not allow changes nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, product
from typing import Final
from uuid import uuid4

import pytest
from tests.any_voucher import given_voucher
from tests.busy_life import LATER
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import (
    CHANGED,
    Activate,
    Answer,
    Change,
    FinishPayment,
    Operation,
    Outcome,
    Preactivate,
)
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import HOLDS_VALUE, Action, State, next_state

ACTIONS: Final = [action for action in Action if action <= Action.EXTEND]
FACE_MINOR: Final = 1000
_PAYS_AT_ONCE: Final = frozenset({Action.RESERVE, Action.SETTLE, Action.RELEASE})
# What cannot be done any more after each step of a programme.
_SOLD: Final = frozenset({Action.PREACTIVATE, Action.ISSUE})
_USED: Final = frozenset({Action.ACTIVATE, Action.REDEEM, Action.RESERVE})
_GONE: Final = {
    ProgrammeStatus.SALES_CLOSED: _SOLD,
    ProgrammeStatus.REDEMPTION_CLOSED: _SOLD | _USED,
    ProgrammeStatus.CLOSED: _SOLD | _USED | {Action.REPLACE},
}
_numbers = count(1)


@pytest.fixture(scope="module")
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Iterator[Issuer]:
    """After the last test of the module its whole ledger must be right."""
    issuer = given_issuer(shared_connection, provider, code="SPACE")
    yield issuer
    assert check(shared_connection, issuer.issuer_id) == []


@pytest.mark.parametrize(
    ("state", "action"), list(product(State, ACTIONS)), ids=lambda each: each.word
)
def test_every_pair_is_decided(
    shared_connection: Connection, issuer: Issuer, state: State, action: Action
) -> None:
    """The engine allows exactly what TRANSITIONS allows, and money is conserved."""
    _decided(shared_connection, issuer, state, action, prior=State.ACTIVE)


@pytest.mark.parametrize(
    ("state", "action"),
    list(product((State.SUSPENDED, State.BLOCKED), ACTIONS)),
    ids=lambda each: each.word,
)
def test_what_was_preactivated_goes_back_there(
    shared_connection: Connection, issuer: Issuer, state: State, action: Action
) -> None:
    _decided(shared_connection, issuer, state, action, prior=State.PREACTIVATED)


@pytest.mark.parametrize(("status", "state"), list(product(_GONE, State)), ids=str)
def test_every_pair_is_decided_after_each_step_of_its_programme(
    shared_connection: Connection, issuer: Issuer, status: ProgrammeStatus, state: State
) -> None:
    """Nothing is sold after sales, nothing used after redemption; all else is as it was."""
    if (status, state) == (ProgrammeStatus.CLOSED, State.REDEEMING):
        return  # it is not closed while a voucher is being paid: test_closing
    connection, code = shared_connection, f"P{next(_numbers)}"
    given_programme(connection, issuer, code)
    actions = [each for each in ACTIONS if (status, each) != (ProgrammeStatus.CLOSED, Action.LAPSE)]
    vouchers: dict[Action, tuple[str, Answer]] = {}
    groups: dict[object, str] = {}
    for action in actions:
        # One in stock is not drawn, so that the next one found would be the same.
        kind = action if state is State.STOCKED else action in _PAYS_AT_ONCE
        if kind in groups:
            given_stock(connection, issuer, 1, group=groups[kind])
        else:
            groups[kind] = _group_for(connection, issuer, state, action, programme=code)
        group = groups[kind]
        vouchers[action] = group, given_voucher(connection, issuer, state, group=group)
    given_step(connection, issuer, status, code)
    for action, (group, voucher) in vouchers.items():
        after = None if action in _GONE[status] else next_state(state, action, State.ACTIVE)
        _asked_and_decided(connection, issuer, state, action, group, voucher, after)


def _decided(
    connection: Connection, issuer: Issuer, state: State, action: Action, *, prior: State
) -> None:
    group = _group_for(connection, issuer, state, action)
    voucher = given_voucher(connection, issuer, state, group=group, prior=prior)
    expected = next_state(state, action, prior)
    _asked_and_decided(connection, issuer, state, action, group, voucher, expected)


def _asked_and_decided(
    connection: Connection,
    issuer: Issuer,
    state: State,
    action: Action,
    group: str,
    voucher: Answer,
    expected: State | None,
) -> None:
    _let_time_pass(connection, issuer, voucher, action)
    before = _everything(connection, issuer)
    money_before = balances(connection, issuer)
    (answer,) = _asked(connection, issuer, voucher, action, group)
    after = state_of(connection, issuer, voucher.serial or 0)
    if expected is None:
        assert answer.outcome not in CHANGED
        assert after is state
        assert _everything(connection, issuer) == before
        return
    assert answer.outcome is (Outcome.PENDING if action is Action.RESERVE else Outcome.DONE)
    assert after is expected
    money_after = balances(connection, issuer)
    moved = {
        account.partition(":")[0]: money_after.get(account, 0) - money_before.get(account, 0)
        for account in money_after.keys() | money_before.keys()
        if money_after.get(account, 0) != money_before.get(account, 0)
    }
    assert moved == _money_moved(state, action)


def _money_moved(state: State, action: Action) -> dict[str, int]:
    """What DESIGN's table of postings says, in words of its own."""
    if action is Action.REPLACE or state not in HOLDS_VALUE:
        return {}
    if action is Action.REDEEM:
        return {"reserved": -FACE_MINOR, "payable": FACE_MINOR}
    if action is Action.SETTLE:
        return {"reserved": -FACE_MINOR, "funding": FACE_MINOR}
    if action in {Action.CANCEL, Action.EXPIRE, Action.LAPSE}:
        return {"reserved": -FACE_MINOR, "available": FACE_MINOR}
    return {}


def _group_for(
    connection: Connection,
    issuer: Issuer,
    state: State,
    action: Action,
    *,
    programme: str | None = None,
) -> str:
    """A group of its own, with one voucher in stock."""
    code = f"G{next(_numbers)}"
    instant = state is State.REDEEMING or action in _PAYS_AT_ONCE
    settlement = "instant" if instant else "deferred"
    given_group(connection, issuer, code, settlement=settlement, programme=programme)
    given_stock(connection, issuer, 1, group=code)
    return code


def _let_time_pass(connection: Connection, issuer: Issuer, voucher: Answer, action: Action) -> None:
    """Only time makes a voucher expire or a hold lapse; here it is told that it has."""
    column = {Action.EXPIRE: "expires_at", Action.LAPSE: "hold_until"}.get(action)
    if column is None:
        return
    past = datetime.now(UTC) - timedelta(hours=1)
    connection.execute(
        f"UPDATE voucher SET {column} = %s WHERE issuer_id = %s AND serial = %s",
        (past, issuer.issuer_id, voucher.serial),
    )
    connection.execute(
        "INSERT INTO due VALUES (%s, %s, %s)", (issuer.issuer_id, past, voucher.serial)
    )
    connection.commit()


def _asked(
    connection: Connection, issuer: Issuer, voucher: Answer, action: Action, group: str
) -> list[Answer]:
    if action is not Action.ISSUE:
        return ask(connection, issuer, _operation(voucher, action, group))
    _set_at_once(connection, issuer, at_once=True)
    try:
        return ask(connection, issuer, _operation(voucher, action, group))
    finally:
        _set_at_once(connection, issuer, at_once=False)


def _set_at_once(connection: Connection, issuer: Issuer, *, at_once: bool) -> None:
    connection.execute(
        "UPDATE issuer_setting SET activate_at_once = %s WHERE issuer_id = %s",
        (at_once, issuer.issuer_id),
    )
    connection.execute(
        "UPDATE log_head SET catalogue_version = catalogue_version + 1 WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    connection.commit()


def _operation(voucher: Answer, action: Action, group: str) -> Operation:
    serial = voucher.serial or 0
    match action:
        case Action.PREACTIVATE | Action.ISSUE:
            return Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group=group)
        case Action.ACTIVATE:
            return Activate(caller=SYSTEM, serial=serial)
        case Action.REDEEM | Action.RESERVE:
            return redemption(voucher.number or "")
        case Action.SETTLE | Action.RELEASE:
            return FinishPayment(
                caller=SYSTEM,
                payment_id=voucher.payment.payment_id if voucher.payment else uuid4(),
                serial=serial,
                completed=action is Action.SETTLE,
            )
        case Action.LAPSE:
            return change(Action.EXPIRE, serial)
        case Action.EXTEND:
            return Change(caller=SYSTEM, action=action, serial=serial, extend_until=LATER)
        case _:
            return change(action, serial)


def _everything(connection: Connection, issuer: Issuer) -> list[object]:
    """All that an operation could have moved. The catalogue and the clock are not of it."""
    rows = connection.execute(
        "SELECT next_leaf, next_operation, next_posting, next_serial, next_provision,"
        " (SELECT md5(string_agg(v::text, ',' ORDER BY serial)) FROM voucher v"
        "  WHERE v.issuer_id = h.issuer_id),"
        " (SELECT md5(string_agg(a::text, ',' ORDER BY kind, owner_id)) FROM account a"
        "  WHERE a.issuer_id = h.issuer_id),"
        " (SELECT md5(string_agg(s::text, ',' ORDER BY group_id, state)) FROM stock_count s"
        "  WHERE s.issuer_id = h.issuer_id),"
        " (SELECT md5(string_agg(p::text, ',' ORDER BY payment_id)) FROM payment p"
        "  WHERE p.issuer_id = h.issuer_id),"
        " (SELECT md5(string_agg(p::text, ',' ORDER BY provision_id)) FROM provision p"
        "  WHERE p.issuer_id = h.issuer_id),"
        " (SELECT count(*) FROM due d WHERE d.issuer_id = h.issuer_id),"
        " (SELECT count(*) FROM voucher_secret s WHERE s.issuer_id = h.issuer_id)"
        " FROM log_head h WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return list(rows)
