"""Deciding: pure functions from a voucher and an operation to what happens.

The parent (engine/apply.py) locks, looks up, and writes; here nothing is read but what is
passed in. Refusals come in the order of precedence of `Outcome`.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from counterfoil.engine.catalogue import Acceptor, Catalogue, GroupVersion
from counterfoil.engine.operation import (
    OWNER_ACTIONS,
    Activate,
    Change,
    Operation,
    Outcome,
    Preactivate,
    Redeem,
    asked_action,
)
from counterfoil.errors import MalformedAmountError
from counterfoil.money import NO_CURRENCY, Money, is_currency, parse_amount
from counterfoil.voucher import LIFTING, OPEN, REMEMBERS_PRIOR, STOPPING, Action, State, next_state

_ADMIN: Final = frozenset({"admin"})
_SCOPES_FOR: Final = {
    Action.PREACTIVATE: frozenset({"preactivate"}),
    Action.ACTIVATE: frozenset({"activate"}),
    Action.REDEEM: frozenset({"redeem"}),
    Action.CANCEL: frozenset({"cancel", "admin"}),
}
_REFUSED_BECAUSE_IT_IS: Final = {
    State.REDEEMED: Outcome.ALREADY_REDEEMED,
    State.REDEEMING: Outcome.PAYMENT_IN_PROGRESS,
    State.EXPIRED: Outcome.EXPIRED,
    State.SUSPENDED: Outcome.SUSPENDED,
    State.BLOCKED: Outcome.BLOCKED,
    State.CANCELLED: Outcome.ALREADY_CANCELLED,
    State.PURGED: Outcome.PURGED,
    State.STOCKED: Outcome.NOT_PREACTIVATED,
    State.PREACTIVATED: Outcome.NOT_ACTIVE,
    State.ACTIVE: Outcome.NOT_ALLOWED,
}
_CHANGES: Final = STOPPING | LIFTING | {Action.CANCEL, Action.REPLACE, Action.PURGE, Action.EXTEND}


class Voucher(msgspec.Struct):
    """One row, ours with the head; a batch changes it, so each operation sees the last one's."""

    serial: int
    amount_minor: int
    expires_at: datetime | None
    hold_until: datetime | None
    provision_id: int
    group_id: int
    group_version: int
    state: State
    prior_state: State | None
    key_version: int
    with_serial: bool
    number_hash: bytes
    replaced_by: int | None
    last_operation: int | None


class Decision(msgspec.Struct, frozen=True):
    """What happens to one voucher: the step of the table, where it leads, and its new times."""

    outcome: Outcome
    step: Action | None = None
    state_after: State | None = None
    prior_state: State | None = None
    expires_at: datetime | None = None
    hold_until: datetime | None = None
    acceptor: Acceptor | None = None
    overridden: bool = False
    rail: str | None = None


class StockAsked(msgspec.Struct, frozen=True):
    """What a pre-activation needs: a voucher of this group and amount."""

    group: GroupVersion
    amount_minor: int


def decide_scope(catalogue: Catalogue, client_id: int, action: Action) -> Outcome | None:
    """None where the caller may; the system itself (0) may everything."""
    if client_id == 0:
        return None
    client = catalogue.clients.get(client_id)
    if client is None or not client.active:
        return Outcome.CLIENT_UNKNOWN
    if client.scopes.isdisjoint(_SCOPES_FOR.get(action, _ADMIN)):
        return Outcome.SCOPE_MISSING
    return None


def decide_owner(operation: Operation) -> Outcome | None:
    """None where whoever asks may do that to what is its own; the issuer may do all."""
    if not isinstance(operation, Activate | Change) or operation.organisation_id is None:
        return None
    return None if asked_action(operation) in OWNER_ACTIONS else Outcome.SCOPE_MISSING


def decide_stock(catalogue: Catalogue, operation: Preactivate) -> StockAsked | Outcome:
    """Which stock a pre-activation asks for: amount, currency and group, in that order."""
    group = catalogue.groups.get(operation.group) if operation.group is not None else None
    version = group.current if group is not None and group.status == "open" else None
    currency_is_known = operation.currency is not None and is_currency(operation.currency)
    money = _amount_asked(version, operation, currency_is_known=currency_is_known)
    if money is None:
        return Outcome.AMOUNT_INVALID
    if not currency_is_known or (version and version.currency != operation.currency):
        return Outcome.CURRENCY_INVALID
    if version is None:
        return Outcome.GROUP_UNKNOWN
    if version.programme_id in catalogue.sales_closed:
        return Outcome.SALES_CLOSED
    return StockAsked(version, money.amount_minor)


def _amount_asked(
    version: GroupVersion | None, operation: Preactivate, *, currency_is_known: bool
) -> Money | None:
    if operation.amount is None:
        return None
    # Where no currency is known only the form of the amount counts.
    currency = (operation.currency if currency_is_known else None) or NO_CURRENCY
    try:
        money = parse_amount(operation.amount, version.currency if version else currency)
    except MalformedAmountError:
        return None
    if money.amount_minor == 0:
        return None
    if version is None:
        return money
    if version.on_demand:
        highest = version.amount_minor_max
        return money if highest is None or money.amount_minor <= highest else None
    return money if money.amount_minor in version.denominations else None


def decide_preactivation(version: GroupVersion, now: datetime, *, at_once: bool) -> Decision:
    """A stocked voucher becomes preactivated; or active at once."""
    if version.valid_until is not None and version.valid_until <= now:
        return Decision(Outcome.OUT_OF_STOCK)
    expires_at = expiry(version, now)
    if at_once:
        return Decision(Outcome.DONE, Action.ISSUE, State.ACTIVE, expires_at=expires_at)
    return Decision(
        Outcome.DONE,
        Action.PREACTIVATE,
        State.PREACTIVATED,
        expires_at=expires_at,
        hold_until=now + timedelta(seconds=version.hold_seconds),
    )


def decide_activation(catalogue: Catalogue, voucher: Voucher | None, now: datetime) -> Decision:
    if voucher is None:
        return Decision(Outcome.SERIAL_UNKNOWN)
    if voucher.state in OPEN and _expired(voucher, now):
        return Decision(Outcome.EXPIRED)
    if voucher.state is State.ACTIVE and voucher.hold_until is None:
        return Decision(Outcome.DONE)  # it was activated at once: say yes again
    state_after = next_state(voucher.state, Action.ACTIVATE, voucher.prior_state)
    if state_after is None:
        return Decision(_REFUSED_BECAUSE_IT_IS[voucher.state])
    if _lapsed(voucher, now):
        return Decision(Outcome.NOT_PREACTIVATED)
    version = catalogue.group_versions[voucher.group_id, voucher.group_version]
    if version.programme_id in catalogue.redemption_closed:
        return Decision(Outcome.REDEMPTION_CLOSED)
    return Decision(
        Outcome.DONE,
        Action.ACTIVATE,
        state_after,
        expires_at=max(expiry(version, now), voucher.expires_at or now),  # it may be extended
        hold_until=voucher.hold_until,
    )


def decide_redemption(
    catalogue: Catalogue, voucher: Voucher | None, operation: Redeem, now: datetime
) -> Decision:
    if voucher is None:
        return Decision(Outcome.NUMBER_UNKNOWN)
    refusal = _cannot_be_spent(voucher, now)
    if refusal is not None:
        return Decision(refusal)
    version = catalogue.group_versions[voucher.group_id, voucher.group_version]
    if version.programme_id in catalogue.redemption_closed:
        return Decision(Outcome.REDEMPTION_CLOSED)
    acceptor = catalogue.acceptors.get((operation.acceptor_name, operation.acceptor_account))
    if acceptor is None:
        return Decision(Outcome.ACCEPTOR_UNKNOWN)
    if acceptor.status != "approved":
        return Decision(Outcome.ACCEPTOR_NOT_APPROVED)
    overridden = False
    if not _accepted(version, acceptor, operation.acceptor_group):
        if not (operation.override and _may_override(catalogue, operation.caller.client_id)):
            return Decision(Outcome.GROUP_MISMATCH)
        overridden = True
    # Where nothing may be sent to the acceptor, or not at once, what it earns is owed to it.
    rail = None
    if version.instant and not acceptor.payouts_wait:
        rail = catalogue.rail_at_once(version, acceptor)
    at_once = rail is not None
    if at_once and acceptor.acceptor_id in catalogue.accounts_missing:
        return Decision(Outcome.CANNOT_CREDIT)
    return Decision(
        Outcome.PENDING if at_once else Outcome.DONE,
        Action.RESERVE if at_once else Action.REDEEM,
        State.REDEEMING if at_once else State.REDEEMED,
        expires_at=voucher.expires_at,
        hold_until=voucher.hold_until,
        acceptor=acceptor,
        overridden=overridden,
        rail=rail,
    )


def _cannot_be_spent(voucher: Voucher, now: datetime) -> Outcome | None:
    state = voucher.state
    if state is State.REDEEMED or state is State.REDEEMING:
        return _REFUSED_BECAUSE_IT_IS[state]
    if state is State.PURGED and voucher.prior_state is State.REDEEMED:
        return Outcome.ALREADY_REDEEMED
    if state is State.EXPIRED or _expired(voucher, now):
        return Outcome.EXPIRED
    return None if state is State.ACTIVE else _REFUSED_BECAUSE_IT_IS[state]


def _accepted(version: GroupVersion, acceptor: Acceptor, claimed_group: str | None) -> bool:
    """The rule of the voucher's version, over the acceptor's groups of today; and the group the
    caller claims must be true: the voucher's own, or one the acceptor belongs to.
    """
    if claimed_group is not None and claimed_group != version.code:
        if claimed_group not in acceptor.groups:
            return False
        if version.accepts == "groups" and claimed_group not in version.accepts_names:
            return False
    match version.accepts:
        case "any":
            return True
        case "groups":
            return not version.accepts_names.isdisjoint(acceptor.groups)
        case _:
            return acceptor.name in version.accepts_names


def _may_override(catalogue: Catalogue, client_id: int) -> bool:
    client = catalogue.clients.get(client_id)
    return client_id == 0 or (client is not None and "override" in client.scopes)


def decide_change(
    catalogue: Catalogue, voucher: Voucher | None, operation: Change, now: datetime
) -> Decision:
    """Suspend, unsuspend, block, unblock, cancel, replace, purge, extend; and what is due."""
    if voucher is None:
        return Decision(Outcome.SERIAL_UNKNOWN)
    action = operation.action
    version = catalogue.group_versions[voucher.group_id, voucher.group_version]
    is_closed = version.programme_id in catalogue.closed
    if action is Action.EXPIRE:
        return _decide_due(voucher, now, is_closed=is_closed)
    if action is Action.REPLACE and is_closed:
        return Decision(Outcome.SALES_CLOSED)
    if voucher.state in OPEN and _expired(voucher, now):
        return Decision(Outcome.EXPIRED)
    state_after = next_state(voucher.state, action, voucher.prior_state)
    if state_after is None:
        return Decision(_REFUSED_BECAUSE_IT_IS[voucher.state])
    if action not in _CHANGES or (action is Action.EXTEND and not _later(operation, now)):
        return Decision(Outcome.NOT_ALLOWED)
    if _lapsed(voucher, now) and action is not Action.CANCEL:
        return Decision(Outcome.NOT_PREACTIVATED)
    expires_at = operation.extend_until if action is Action.EXTEND else voucher.expires_at
    return Decision(
        Outcome.DONE,
        action,
        state_after,
        prior_state=_prior(voucher, state_after),
        expires_at=expires_at,
        hold_until=voucher.hold_until,
    )


def _decide_due(voucher: Voucher, now: datetime, *, is_closed: bool) -> Decision:
    """In a programme that is closed everything is due that is still out."""
    if _lapsed(voucher, now):
        step, state_after = Action.LAPSE, State.CANCELLED
    elif voucher.state in OPEN and (is_closed or _expired(voucher, now)):
        step, state_after = Action.EXPIRE, State.EXPIRED
    else:
        return Decision(Outcome.NOT_DUE)
    return Decision(
        Outcome.DONE,
        step,
        state_after,
        expires_at=voucher.expires_at,
        hold_until=voucher.hold_until,
    )


def decide_payment_end(voucher: Voucher, *, completed: bool) -> Decision:
    step = Action.SETTLE if completed else Action.RELEASE
    state_after = next_state(voucher.state, step, voucher.prior_state)
    if state_after is None:
        return Decision(Outcome.NOT_ALLOWED)
    return Decision(
        Outcome.DONE,
        step,
        state_after,
        expires_at=voucher.expires_at,
        hold_until=voucher.hold_until,
    )


def _prior(voucher: Voucher, state_after: State) -> State | None:
    if state_after is voucher.state:
        return voucher.prior_state  # extended where it was
    return voucher.state if state_after in REMEMBERS_PRIOR else None


def _later(operation: Change, now: datetime) -> bool:
    return operation.extend_until is not None and operation.extend_until > now


def _expired(voucher: Voucher, now: datetime) -> bool:
    return voucher.expires_at is not None and voucher.expires_at <= now


def _lapsed(voucher: Voucher, now: datetime) -> bool:
    return (
        voucher.state is State.PREACTIVATED
        and voucher.hold_until is not None
        and voucher.hold_until <= now
    )


def expiry(version: GroupVersion, activated_at: datetime) -> datetime:
    if version.valid_until is not None:
        return version.valid_until
    if version.valid_for_days is None:
        raise AssertionError(version)  # the table's CHECK has one or the other
    return activated_at + timedelta(days=version.valid_for_days)
