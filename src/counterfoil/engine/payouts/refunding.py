"""A wrong redemption, taken back: what its acceptor was owed is available again, and the voucher
stays redeemed. Not paid yet, it cancels out in the next payout; paid already, that payout nets it.

A refund that replaces draws another voucher of the same group and amount in its transaction; the
new number is sealed for who fetches it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, or_nothing, recorded_subject
from counterfoil.engine.apply import ATTEMPTS_MAX
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.deciding import Deciding
from counterfoil.engine.handing_out import HandoverAsked, hand_one
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller, Outcome, Preactivate
from counterfoil.engine.pipeline import Pipeline
from counterfoil.engine.reading import Batch, LookUp, StaleCatalogueError, read_batch
from counterfoil.engine.stock import StaleStockError
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.digests import content_hash
from counterfoil.money import decimal_text
from counterfoil.statements import statement
from counterfoil.voucher import Action

# Why there is no other voucher for it.
_NONE_DRAWN: Final = {
    Outcome.OUT_OF_STOCK: "There is no voucher of that group and amount in stock.",
    Outcome.FUNDS_MISSING: "The budget of its programme does not suffice for another voucher.",
    Outcome.SALES_CLOSED: "Its programme hands out nothing more; refund it without another.",
    Outcome.GROUP_UNKNOWN: "Its group is not open; refund it without another.",
}


@dataclass(frozen=True, slots=True)
class Redeemed:
    """How a voucher was redeemed; `operation_id` is the one that did it."""

    operation_id: int
    action: Action
    at: datetime
    acceptor_id: int
    amount_minor: int
    group_id: int
    group_version: int


class Replacement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A handover of one number; `recipient_key` is an X25519 public key."""

    handover_id: UUID
    recipient_key: bytes


def refund_redemption(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    serial: int,
    *,
    reason: str,
    replacement: Replacement | None = None,
    reference: str | None = None,
) -> None:
    """Once for each voucher. Raises NotFoundError for an unknown voucher; ConflictError for one
    that is not redeemed, was paid at once or is refunded already, without a reason, and where it is
    to be replaced and cannot be.
    """
    asked = Asked(
        caller=caller,
        action=Action.REFUND_REDEMPTION,
        content=[serial, reason, *_content(replacement)],
        reference=reference,
        reason=reason,
    )
    if replacement is not None:
        with or_nothing(connection), _once():
            _replace(connection, issuer, asked, serial, replacement)
        return
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection), _once():
        redeemed = _refundable(connection, issuer, asked, serial)
        operation_id = _record(issuer, journal, asked, serial, redeemed)
        _insert(connection, issuer, journal, operation_id, serial, redeemed, None)
        commit(connection, issuer, journal)


def _replace(
    connection: Connection, issuer: Issuer, asked: Asked, serial: int, replacement: Replacement
) -> None:
    """A batch of one draw, in whose journal the refund comes first: what it frees may be needed."""
    redeemed = _refundable(connection, issuer, asked, serial)
    version = _version(issuer, redeemed)
    batch = _drawing(connection, issuer, asked.caller.actor, version, redeemed.amount_minor)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    deciding = Deciding(issuer, batch, bulk=False, part=1)
    journal = deciding.journal
    operation_id = _record(issuer, journal, asked, serial, redeemed)
    fund = version.funding_account_id
    available = batch.available_minor
    available[fund] = available.get(fund, 0) + redeemed.amount_minor
    pipeline = Pipeline(connection, issuer.issuer_id)
    (answer,) = deciding.answers(pipeline)
    if answer.outcome is not Outcome.DONE or answer.serial is None:
        raise ConflictError(_NONE_DRAWN.get(answer.outcome, "It cannot be replaced."))
    _insert(connection, issuer, journal, operation_id, serial, redeemed, answer.serial)
    hand_one(
        connection,
        issuer,
        journal,
        Asked(
            caller=asked.caller,
            action=Action.BEGIN_HANDOVER,
            content=_content(replacement),
            reference=None,
            reason=asked.reason,
        ),
        replacement.handover_id,
        HandoverAsked(
            organisation_id=None,
            replaces=(serial,),
            vouchers=1,
            recipient_key=replacement.recipient_key,
        ),
        serial=answer.serial,
        number=answer.number or "",
    )
    deciding.write(pipeline)
    pipeline.run(commit=True)
    journal.remember()


def _drawing(
    connection: Connection, issuer: Issuer, actor: str, version: GroupVersion, amount_minor: int
) -> Batch:
    """Read again where what it was read by is stale, without rolling back: the transaction may be
    that of a command, which is done with it.
    """
    draw = Preactivate(
        caller=Caller(0, actor),
        amount=decimal_text(amount_minor, version.currency),
        currency=version.currency,
        group=version.code,
        at_once=True,
    )
    for _attempt in range(1, ATTEMPTS_MAX):
        with suppress(StaleCatalogueError, StaleStockError):
            return read_batch(connection, issuer, [draw], look_up=LookUp.DRAWS)
    return read_batch(connection, issuer, [draw], look_up=LookUp.DRAWS)


def _content(replacement: Replacement | None) -> list[str | int | bool | bytes | None]:
    if replacement is None:
        return []
    return [str(replacement.handover_id), replacement.recipient_key]


def _refundable(connection: Connection, issuer: Issuer, asked: Asked, serial: int) -> Redeemed:
    if not asked.reason:
        raise ConflictError("Say why it is refunded.")
    return redemption_of(connection, issuer, serial)


def _version(issuer: Issuer, redeemed: Redeemed) -> GroupVersion:
    return issuer.catalogue.group_versions[redeemed.group_id, redeemed.group_version]


def _record(issuer: Issuer, journal: Journal, asked: Asked, serial: int, redeemed: Redeemed) -> int:
    version = _version(issuer, redeemed)
    operation_id = journal.record(
        asked.action,
        asked.caller,
        reference=asked.reference,
        content_hash=content_hash(issuer.keys, asked.content),
        acceptor_id=redeemed.acceptor_id,
        amount_minor=redeemed.amount_minor,
        subject=f"voucher:{serial}",
        reason=asked.reason,
    )
    payable = Account(AccountKind.PAYABLE, version.funding_account_id, redeemed.acceptor_id)
    available = Account(AccountKind.AVAILABLE, version.funding_account_id)
    journal.post(operation_id, Posting(payable, available, redeemed.amount_minor))
    journal.add_leaf(
        asked.action,
        amount_minor=redeemed.amount_minor,
        currency=version.currency,
        actor=asked.caller.actor,
        acceptor=str(redeemed.acceptor_id),
        reference=asked.reference,
    )
    return operation_id


def _insert(  # whose, by which operation, of which redemption, and what came in its place
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    operation_id: int,
    serial: int,
    redeemed: Redeemed,
    replaced_by: int | None,
) -> None:
    version = _version(issuer, redeemed)
    connection.execute(
        statement(__package__, "insert_refund"),
        {
            "issuer_id": issuer.issuer_id,
            "operation_id": operation_id,
            "redeemed_by": redeemed.operation_id,
            "serial": serial,
            "acceptor_id": redeemed.acceptor_id,
            "programme_id": version.programme_id,
            "funding_account_id": version.funding_account_id,
            "amount_minor": redeemed.amount_minor,
            "redeemed_at": redeemed.at,
            "now": journal.head.now,
            "replaced_by": replaced_by,
        },
    )


def redemption_of(connection: Connection, issuer: Issuer, serial: int) -> Redeemed:
    """Raises NotFoundError for an unknown voucher; ConflictError for one that is not redeemed, or
    was paid at once. Leaves the transaction open.
    """
    row = connection.execute(
        statement(__package__, "redemption_of"),
        {"issuer_id": issuer.issuer_id, "serial": serial},
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no voucher {serial}.")
    operation_id, action, *rest = row
    if action == Action.SETTLE:
        raise ConflictError("It was paid at once; nothing is owed for it that could be netted.")
    if action != Action.REDEEM:
        raise ConflictError("That voucher is not redeemed.")
    return Redeemed(operation_id, Action(action), *rest)


@contextmanager
def _once() -> Iterator[None]:
    try:
        yield
    except pg.UniqueViolation as error:
        if error.diag.constraint_name != "redemption_refund_once":
            raise
        raise ConflictError("That redemption is refunded already.") from error
