"""Payments of payouts on rails that answer at once or can be asked: sent, and followed to the end.

    lease ─▶ send, or ask where it was sent before ─▶ accepted, completed, rejected ─▶ hear
                                                 └──▶ unknown, still accepted ─▶ asked later

A lease keeps two from sending at once; the id keeps a payment from being made twice even so.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.writing import LEASE_SECONDS
from counterfoil.gateway.port import Gateway, PaymentOrder, PaymentResult, PaymentStatus
from counterfoil.gateway.resolver import SENDERS_MAX, postpone
from counterfoil.money import Money
from counterfoil.statements import statement

Rails = Mapping[str, Gateway]

_SYSTEM: Final = Caller(0, "system:payouts")
_PAYOUTS: Final = "counterfoil.engine.payouts"
_TOLD: Final = {
    PaymentStatus.ACCEPTED: Told.ACCEPTED,
    PaymentStatus.COMPLETED: Told.COMPLETED,
    PaymentStatus.REJECTED: Told.REJECTED,
    PaymentStatus.RETURNED: Told.RETURNED,
}


@dataclass(frozen=True, slots=True)
class PayoutPayment:
    """A payment of a payout that this process has leased. `tries` counts this one."""

    payment_id: UUID
    run_id: int
    acceptor_id: int
    rail: str
    fsp: str
    debit_account: str
    credit_account: str
    amount_minor: int
    currency: str
    tries: int

    @property
    def order(self) -> PaymentOrder:
        """The same in every try."""
        return PaymentOrder(
            payment_id=self.payment_id,
            funding_account=self.debit_account,
            credit_account=self.credit_account,
            fsp=self.fsp,
            money=Money(self.amount_minor, self.currency),
            narrative=f"Payout {self.run_id}-{self.acceptor_id}",
        )


def pay_out(connection: Connection, issuer: Issuer, rails: Rails) -> int:
    """One round over what is due, at most SENDERS_MAX payments. Returns how many there were.

    Two calls to a rail must fit into a lease of LEASE_SECONDS.
    """
    payments = _lease(connection, issuer, rails)
    if not payments:
        return 0
    with ThreadPoolExecutor(len(payments), thread_name_prefix="payouts") as threads:
        results = list(threads.map(partial(_sent, rails), payments))
    _take(connection, issuer, payments, results)
    return len(payments)


def _lease(connection: Connection, issuer: Issuer, rails: Rails) -> list[PayoutPayment]:
    rows = connection.execute(
        statement(_PAYOUTS, "lease_payout_payments"),
        {
            "issuer_id": issuer.issuer_id,
            "rails": list(rails),
            "lease_seconds": LEASE_SECONDS,
            "payments_max": SENDERS_MAX,
        },
    ).fetchall()
    connection.commit()
    return [PayoutPayment(*row) for row in rows]


def _sent(rails: Rails, payment: PayoutPayment) -> PaymentResult:
    rail = rails[payment.rail]
    if payment.tries > 1:
        result = rail.query(payment.payment_id)
        if result.status is not PaymentStatus.NOT_FOUND:
            return result
    return rail.submit(payment.order)


def _take(
    connection: Connection,
    issuer: Issuer,
    payments: Sequence[PayoutPayment],
    results: Sequence[PaymentResult],
) -> None:
    told = [
        News(payment.payment_id, _TOLD[result.status], result.reason, result.provider_reference)
        for payment, result in zip(payments, results, strict=True)
        if result.status in _TOLD
    ]
    if told:
        hear(connection, issuer, _SYSTEM, told)
    ended = {each.payment_id for each in told if each.told is not Told.ACCEPTED}
    postpone(
        connection,
        issuer,
        [payment.payment_id for payment in payments if payment.payment_id not in ended],
    )
