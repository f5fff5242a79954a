"""What became of the payments of payouts, as a rail tells it: each counts once, whoever tells it
and however often.

    pending ─ completed ─▶ completed ─ returned ─▶ returned
       └───── rejected ──▶ rejected

Money that failed to arrive, or came back, is owed again; the payout is then sent again alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

import structlog

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import or_nothing
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.reading import subject_of
from counterfoil.statements import statement
from counterfoil.voucher import Action

_log = structlog.get_logger("counterfoil.engine.payouts")


class Told(StrEnum):
    """What a rail says of a payment; or a person, that it was paid after all."""

    ACCEPTED = "accepted"
    COMPLETED = "completed"
    REJECTED = "rejected"
    RETURNED = "returned"
    PAID_AFTER_ALL = "paid_after_all"


@dataclass(frozen=True, slots=True)
class News:
    """`reason` is a RejectReason's, of a payment that was rejected or came back."""

    payment_id: UUID
    told: Told
    reason: str | None = None
    provider_reference: str | None = None


@dataclass(frozen=True, slots=True)
class _Payment:
    payment_id: UUID
    run_id: int
    acceptor_id: int
    funding_account_id: int
    currency: str
    amount_minor: int
    status: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """What the payment and the payout become, and the money that moves: by which action, from what
    to what. PAYABLE is the acceptor's.
    """

    payment: str
    payout: str
    moves: tuple[tuple[Action, AccountKind, AccountKind], ...] = ()


_COMPLETE: Final = (Action.COMPLETE_PAYOUT, AccountKind.IN_TRANSIT, AccountKind.FUNDING)
_SEND: Final = (Action.PAY_OUT, AccountKind.PAYABLE, AccountKind.IN_TRANSIT)
_FAIL: Final = (Action.FAIL_PAYOUT, AccountKind.IN_TRANSIT, AccountKind.PAYABLE)
_RETURN: Final = (Action.RETURN_PAYOUT, AccountKind.FUNDING, AccountKind.PAYABLE)
_STEPS: Final = {
    ("pending", Told.ACCEPTED): _Step("pending", "processed"),
    ("pending", Told.COMPLETED): _Step("completed", "completed", (_COMPLETE,)),
    ("pending", Told.REJECTED): _Step("rejected", "failed", (_FAIL,)),
    ("pending", Told.RETURNED): _Step("returned", "returned", (_COMPLETE, _RETURN)),
    ("completed", Told.RETURNED): _Step("returned", "returned", (_RETURN,)),
    ("pending", Told.PAID_AFTER_ALL): _Step("completed", "completed", (_COMPLETE,)),
    ("rejected", Told.PAID_AFTER_ALL): _Step("completed", "completed", (_SEND, _COMPLETE)),
}


@dataclass(slots=True)
class _Moved:
    """A payment as it was, the last step it took, and the operations of all of them."""

    before: _Payment
    step: _Step
    news: News
    did: dict[Action, int] = field(default_factory=dict)


# Said again, or late: nothing new.
_KNOWN: Final = frozenset(
    {
        ("pending", Told.ACCEPTED),
        ("completed", Told.ACCEPTED),
        ("completed", Told.COMPLETED),
        ("rejected", Told.ACCEPTED),
        ("rejected", Told.REJECTED),
        ("returned", Told.ACCEPTED),
        ("returned", Told.COMPLETED),
        ("returned", Told.RETURNED),
    }
)


@dataclass(slots=True)
class Heard:
    """What came of news: how many payments it moved; those that are none of payouts; those of which
    it says what cannot be, such as that a rejected one was paid. `completed_by` has the operations
    by which payments left the funding account now.
    """

    moved: int = 0
    completed_by: dict[UUID, int] = field(default_factory=dict)
    strangers: list[UUID] = field(default_factory=list)
    contradicted: list[News] = field(default_factory=list)


def hear(connection: Connection, issuer: Issuer, caller: Caller, news: Sequence[News]) -> Heard:
    """Take in what a rail says, in its order and in one transaction. What is said again changes
    nothing.
    """
    refresh_plans(connection)
    journal = issuer.begin(connection)
    with or_nothing(connection):
        heard = hear_within(connection, issuer, journal, caller, news)
        if heard.moved:
            commit(connection, issuer, journal)
        else:
            connection.rollback()
    return heard


def hear_within(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    caller: Caller,
    news: Sequence[News],
) -> Heard:
    """The same as part of a larger change: who has the head commits."""
    heard = Heard()
    payments = _locked(connection, issuer, {each.payment_id for each in news})
    moved: dict[UUID, _Moved] = {}
    for each in news:
        payment = payments.get(each.payment_id)
        if payment is None:
            heard.strangers.append(each.payment_id)
            continue
        step = _STEPS.get((payment.status, each.told))
        if step is None or (each.told is Told.ACCEPTED and payment.is_accepted):
            if (payment.status, each.told) not in _KNOWN:
                heard.contradicted.append(each)
            continue
        change = moved.setdefault(each.payment_id, _Moved(payment, step, each))
        change.step, change.news = step, each
        for action, debit, credit in step.moves:
            change.did[action] = _record(journal, caller, payment, each, action, debit, credit)
        payments[each.payment_id] = replace(payment, status=step.payment, is_accepted=True)
    if moved:
        _write(connection, issuer, journal, list(moved.values()))
        _log.info("payouts.heard", issuer=issuer.code, moved=len(moved))
    heard.moved = len(moved)
    heard.completed_by = {
        payment_id: change.did[Action.COMPLETE_PAYOUT]
        for payment_id, change in moved.items()
        if Action.COMPLETE_PAYOUT in change.did
    }
    return heard


def _locked(connection: Connection, issuer: Issuer, payment_ids: set[UUID]) -> dict[UUID, _Payment]:
    rows = connection.execute(
        statement(__package__, "lock_payout_payments"),
        {"issuer_id": issuer.issuer_id, "payment_ids": list(payment_ids)},
    )
    return {row[0]: _Payment(*row) for row in rows}


def _record(  # what happened to which payment, as was said, and the money that moves
    journal: Journal,
    caller: Caller,
    payment: _Payment,
    news: News,
    action: Action,
    debit: AccountKind,
    credit: AccountKind,
) -> int:
    operation_id = journal.record(
        action,
        caller,
        acceptor_id=payment.acceptor_id,
        amount_minor=payment.amount_minor,
        subject=subject_of(payment.run_id, payment.acceptor_id),
        reason=news.reason or "",
    )
    journal.post(
        operation_id,
        Posting(_account(debit, payment), _account(credit, payment), payment.amount_minor),
    )
    journal.add_leaf(
        action,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        actor=caller.actor,
        acceptor=str(payment.acceptor_id),
    )
    return operation_id


def _account(kind: AccountKind, payment: _Payment) -> Account:
    owner_id = payment.acceptor_id if kind is AccountKind.PAYABLE else 0
    return Account(kind, payment.funding_account_id, owner_id)


def _write(
    connection: Connection, issuer: Issuer, journal: Journal, moved: Sequence[_Moved]
) -> None:
    whose: dict[str, object] = {"issuer_id": issuer.issuer_id, "now": journal.head.now}
    connection.execute(
        statement(__package__, "note_payments"),
        whose
        | {
            "payment_ids": [each.before.payment_id for each in moved],
            "statuses": [each.step.payment for each in moved],
            "reasons": [each.news.reason for each in moved],
            "provider_references": [each.news.provider_reference for each in moved],
            "completed_by": [each.did.get(Action.COMPLETE_PAYOUT) for each in moved],
            "returned_by": [each.did.get(Action.RETURN_PAYOUT) for each in moved],
        },
    )
    connection.execute(
        statement(__package__, "note_payouts"),
        whose
        | {
            "run_ids": [each.before.run_id for each in moved],
            "acceptor_ids": [each.before.acceptor_id for each in moved],
            "statuses": [each.step.payout for each in moved],
            "reasons": [each.news.reason for each in moved],
        },
    )
    ended = Counter(
        each.before.run_id
        for each in moved
        if each.before.status == "pending" and each.step.payment != "pending"
    )
    connection.execute(
        statement(__package__, "note_ended"),
        whose | {"run_ids": list(ended), "payouts": list(ended.values())},
    )
