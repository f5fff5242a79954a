"""Payments whose outcome is unknown: asked about until it is known.

    lease ─▶ query ─▶ completed / rejected ─▶ FinishPayment: the voucher is consumed or released
                 ├──▶ not found            ─▶ the same payment again, under the same id
                 └──▶ unknown, accepted    ─▶ the lease is given back, to be asked later

A lease keeps two from sending at once; the id keeps a payment from being made twice even so.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller, FinishPayment, PaymentDue
from counterfoil.engine.writing import LEASE_SECONDS
from counterfoil.gateway.port import Gateway, PaymentOrder, PaymentResult, PaymentStatus
from counterfoil.money import Money
from counterfoil.statements import statement

# As many are leased as are asked about at once: none of them waits while its lease runs.
SENDERS_MAX: Final = 32
WAIT_SECONDS_MAX: Final = 30
_RESOLVER: Final = Caller(0, "system:resolver")
_FINAL: Final = frozenset({PaymentStatus.COMPLETED, PaymentStatus.REJECTED})
_ENGINE: Final = "counterfoil.engine"

_log = structlog.get_logger("counterfoil.gateway.resolver")


def resolve_payments(connection: Connection, issuer: Issuer, rails: Mapping[str, Gateway]) -> int:
    """One round over what is due on these rails, at most SENDERS_MAX payments. Returns how many
    came to an end.

    Two calls to a rail must fit into a lease of LEASE_SECONDS.
    """
    payments = lease_due_payments(connection, issuer, list(rails), SENDERS_MAX)
    if not payments:
        return 0
    with ThreadPoolExecutor(len(payments), thread_name_prefix="resolver") as threads:
        results = list(threads.map(partial(_asked_or_sent, rails), payments))
    ended = [
        (payment, result)
        for payment, result in zip(payments, results, strict=True)
        if result.status in _FINAL
    ]
    open_still = [
        payment
        for payment, result in zip(payments, results, strict=True)
        if result.status not in _FINAL
    ]
    postpone(connection, issuer, [payment.payment_id for payment in open_still])
    if ended:
        apply(connection, issuer, [finished(_RESOLVER, *end) for end in ended])
    _log.info("resolver.round", ended=len(ended), open=len(open_still))
    return len(ended)


def _asked_or_sent(rails: Mapping[str, Gateway], payment: PaymentDue) -> PaymentResult:
    return ask_or_send(rails[payment.rail], payment)


def lease_due_payments(
    connection: Connection, issuer: Issuer, rails: Sequence[str], limit: int
) -> list[PaymentDue]:
    """Pending payments that nobody holds and that are due to be asked about, now ours."""
    rows = connection.execute(
        statement(_ENGINE, "lease_payments"),
        {
            "issuer_id": issuer.issuer_id,
            "rails": rails,
            "lease_seconds": LEASE_SECONDS,
            "payments_max": limit,
        },
    ).fetchall()
    connection.commit()
    return [PaymentDue(*row) for row in rows]


def ask_or_send(gateway: Gateway, payment: PaymentDue) -> PaymentResult:
    """What became of a payment that may have been sent; sent again where it never arrived."""
    result = gateway.query(payment.payment_id)
    return send_payment(gateway, payment) if result.status is PaymentStatus.NOT_FOUND else result


def send_payment(gateway: Gateway, payment: PaymentDue) -> PaymentResult:
    """The one way to send: a payment's id stands for the same content in every try."""
    return gateway.submit(
        PaymentOrder(
            payment_id=payment.payment_id,
            funding_account=payment.debit_account,
            credit_account=payment.credit_account,
            fsp=payment.fsp,
            money=Money(payment.amount_minor, payment.currency),
            narrative=f"Voucher {payment.serial}",
        )
    )


def finished(caller: Caller, payment: PaymentDue, result: PaymentResult) -> FinishPayment:
    """What to tell the engine of a payment that was completed or rejected."""
    return FinishPayment(
        caller=caller,
        payment_id=payment.payment_id,
        serial=payment.serial,
        completed=result.status is PaymentStatus.COMPLETED,
        reason=result.reason,
        provider_reference=result.provider_reference,
    )


def postpone(connection: Connection, issuer: Issuer, payment_ids: Sequence[UUID]) -> None:
    """Give the leases of payments back that have no end yet, to be asked about later."""
    if not payment_ids:
        return
    connection.execute(
        statement(_ENGINE, "postpone_payments"),
        {
            "issuer_id": issuer.issuer_id,
            "payment_ids": list(payment_ids),
            "wait_seconds_max": WAIT_SECONDS_MAX,
        },
    )
    connection.commit()
