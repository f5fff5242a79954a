"""A wrong redemption, taken back: what its acceptor was owed is available again, and the voucher
stays redeemed. Not paid yet, it cancels out in the next payout; paid already, that payout nets it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, or_nothing, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.digests import content_hash
from counterfoil.statements import statement
from counterfoil.voucher import Action


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


def refund_redemption(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    serial: int,
    *,
    reason: str,
    reference: str | None = None,
) -> None:
    """Once for each voucher. Raises NotFoundError for an unknown voucher; ConflictError for one
    that is not redeemed, was paid at once or is refunded already, and without a reason.
    """
    asked = Asked(
        caller=caller,
        action=Action.REFUND_REDEMPTION,
        content=[serial, reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection), _once():
        if not reason:
            raise ConflictError("Say why it is refunded.")
        redeemed = redemption_of(connection, issuer, serial)
        version = issuer.catalogue.group_versions[redeemed.group_id, redeemed.group_version]
        operation_id = journal.record(
            Action.REFUND_REDEMPTION,
            caller,
            reference=reference,
            content_hash=content_hash(issuer.keys, asked.content),
            acceptor_id=redeemed.acceptor_id,
            amount_minor=redeemed.amount_minor,
            subject=f"voucher:{serial}",
            reason=reason,
        )
        fund = version.funding_account_id
        payable = Account(AccountKind.PAYABLE, fund, redeemed.acceptor_id)
        available = Account(AccountKind.AVAILABLE, fund)
        journal.post(operation_id, Posting(payable, available, redeemed.amount_minor))
        journal.add_leaf(
            Action.REFUND_REDEMPTION,
            amount_minor=redeemed.amount_minor,
            currency=version.currency,
            actor=caller.actor,
            acceptor=str(redeemed.acceptor_id),
            reference=reference,
        )
        connection.execute(
            statement(__package__, "insert_refund"),
            {
                "issuer_id": issuer.issuer_id,
                "operation_id": operation_id,
                "redeemed_by": redeemed.operation_id,
                "serial": serial,
                "acceptor_id": redeemed.acceptor_id,
                "programme_id": version.programme_id,
                "funding_account_id": fund,
                "amount_minor": redeemed.amount_minor,
                "redeemed_at": redeemed.at,
                "now": journal.head.now,
            },
        )
        commit(connection, issuer, journal)


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
