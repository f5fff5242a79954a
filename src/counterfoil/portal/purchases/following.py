"""What became of what was asked of the engine: the one place where a purchase learns that its stock
is held, its payment was approved, its vouchers are sold, or its day has passed.

Pages call it before they show a purchase, and the worker does all the time. Each move is one
transaction under the purchase's lock, looks at what the engine says by then, and finds nothing to
do the second time; so it may be called by anybody, as often as they like, and killed anywhere.
"""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from counterfoil.portal.models import PaymentEnd, Purchase, PurchaseStatus
from counterfoil.portal.purchases import papers
from counterfoil.portal.purchases.life import Side, Step
from counterfoil.portal.purchases.reading import (
    CommandEnd,
    SaleState,
    command_end,
    sale_state,
)
from counterfoil.portal.purchases.stepping import SYSTEM, locked, take_step
from counterfoil.portal.purchases.telling import tell_buyer
from counterfoil.portal.queries import rows

_ROWS_MAX: Final = 200
_NOT_DONE: Final = frozenset({"refused", "rejected", "withdrawn", "expired"})
_GIVEN_BACK: Final = frozenset({"releasing", "released"})
_REASON_CHARACTERS_MAX: Final = 400


def follow(issuer_id: int | None = None, purchase_id: UUID | None = None) -> int:
    """One purchase, those of an issuer, or all. How many moves were made."""
    found = rows(
        __package__,
        "to_follow",
        {"issuer_id": issuer_id, "purchase_id": purchase_id, "rows_max": _ROWS_MAX},
    )
    return sum(_move_on(of_issuer, each) for of_issuer, each in found)


def follow_all() -> None:
    """As the worker does."""
    follow()


def _move_on(issuer_id: int, purchase_id: UUID) -> int:
    """As far as the engine has come."""
    moves = 0
    while _move(issuer_id, purchase_id):
        moves += 1
    return moves


@transaction.atomic
def _move(issuer_id: int, purchase_id: UUID) -> bool:
    """One step. False where there is none to take."""
    purchase = locked(issuer_id, purchase_id)
    sale, end = sale_state(purchase), command_end(issuer_id, purchase.command_id)
    match purchase.status:
        case PurchaseStatus.HOLDING if sale is not None and sale.status != "holding":
            _held(purchase, sale, end)
        case PurchaseStatus.HOLDING if end is not None and end.status in _NOT_DONE:
            _not_held(purchase, end)
        case PurchaseStatus.QUOTED | PurchaseStatus.PROOF | PurchaseStatus.RETURNED if (
            sale is not None and sale.status in _GIVEN_BACK
        ):
            _expired(purchase, sale)
        case PurchaseStatus.RECORDED if end is not None and end.status == "done":
            _approved(purchase, sale, end)
        case PurchaseStatus.RECORDED if end is not None and end.status in _NOT_DONE:
            _not_paid(purchase, end)
        case PurchaseStatus.ALLOCATING if sale is not None and sale.status == "allocated":
            _allocated(purchase, sale)
        case _:
            return False
    return True


def _held(purchase: Purchase, sale: SaleState, end: CommandEnd | None) -> None:
    """What it costs the engine has said: the commission is as it was agreed that moment."""
    purchase.total_minor, purchase.commission_minor = sale.total_minor, sale.commission_minor
    purchase.quote_until, purchase.command_id, purchase.told = sale.held_until, None, ""
    take_step(
        purchase, Step.HELD, SYSTEM, side=Side.ENGINE, at=None if end is None else end.finished_at
    )
    papers.pro_forma(purchase, sale)
    tell_buyer(purchase, "purchase_quoted", SYSTEM)


def _not_held(purchase: Purchase, end: CommandEnd) -> None:
    purchase.sale_id = purchase.command_id = purchase.quote_until = None
    purchase.told = end.why[:_REASON_CHARACTERS_MAX]
    take_step(
        purchase, Step.NOT_HELD, SYSTEM, side=Side.ENGINE, reason=purchase.told, at=end.finished_at
    )


def _expired(purchase: Purchase, sale: SaleState) -> None:
    take_step(purchase, Step.EXPIRE, SYSTEM, side=Side.ENGINE, at=sale.finished_at)
    tell_buyer(purchase, "purchase_expired", SYSTEM)


def _approved(purchase: Purchase, sale: SaleState | None, end: CommandEnd) -> None:
    payment = purchase.payments.get(pk=purchase.command_id)
    payment.ended, payment.ended_at = PaymentEnd.APPROVED, end.finished_at or timezone.now()
    payment.save(update_fields=["ended", "ended_at"])
    purchase.command_id, purchase.told = None, ""
    take_step(purchase, Step.APPROVE, SYSTEM, side=Side.ENGINE, at=end.finished_at)
    if sale is not None:
        papers.receipt(purchase, sale, payment)
    tell_buyer(purchase, "purchase_approved", SYSTEM)


def _not_paid(purchase: Purchase, end: CommandEnd) -> None:
    """Whoever recorded it is told by the end of the command."""
    payment = purchase.payments.get(pk=purchase.command_id)
    payment.ended, payment.ended_at = PaymentEnd.REFUSED, end.finished_at or timezone.now()
    payment.save(update_fields=["ended", "ended_at"])
    purchase.command_id, purchase.told = None, end.why[:_REASON_CHARACTERS_MAX]
    take_step(
        purchase, Step.NOT_PAID, SYSTEM, side=Side.ENGINE, reason=purchase.told, at=end.finished_at
    )


def _allocated(purchase: Purchase, sale: SaleState) -> None:
    take_step(purchase, Step.ALLOCATE, SYSTEM, side=Side.ENGINE, at=sale.finished_at)
    if sale.charged_minor:
        papers.commission_invoice(purchase, sale)
    tell_buyer(purchase, "purchase_allocated", SYSTEM, count=sale.sold)
