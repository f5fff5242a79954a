"""What the issuer, or the buyer, does with a purchase that was asked for: quote it, send it back,
reject or cancel it. What the engine is to do is written in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.engine.commands.sale_content import HoldStock, ReleaseStock
from counterfoil.engine.sales.promising import SaleLine
from counterfoil.errors import ConflictError
from counterfoil.portal.access import Buyer, Office
from counterfoil.portal.actions import actor_of, write_command
from counterfoil.portal.models import Purchase, PurchaseStatus
from counterfoil.portal.purchases.life import HAS_STOCK, Side, Step
from counterfoil.portal.purchases.stepping import (
    check_version,
    locked,
    take_step,
    was_taken,
)
from counterfoil.portal.purchases.telling import tell_buyer

_TOLD: Final = {
    Step.RETURN: "purchase_returned",
    Step.REJECT: "purchase_rejected",
    Step.CANCEL: "purchase_cancelled",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: `once` is its own, `version` that of the purchase it was made for."""

    once: UUID
    version: int


@transaction.atomic
def quote_purchase(
    request: HttpRequest,
    office: Office,
    purchase_id: UUID,
    sent: Sent,
    *,
    versions: Mapping[int, int],
    until: datetime,
    reason: str,
) -> None:
    """Asks the engine to hold stock for it; what was held before is given back. The quote counts
    from when the engine has done it.

    Raises ConflictError.
    """
    purchase = locked(office.issuer_id, purchase_id)
    if was_taken(purchase, sent.once):
        return
    check_version(purchase, sent.version)
    _give_back(request, office, purchase, sent.once)
    for line in purchase.lines.all():
        line.group_version = versions.get(line.line, line.group_version)
        line.save(update_fields=["group_version"])
    purchase.sale_id = uuid5(sent.once, "sale")
    purchase.command_id, purchase.quote_until = sent.once, until
    actor = actor_of(request, office)
    take_step(purchase, Step.QUOTE, actor, side=Side.ISSUER, reason=reason, once=sent.once)
    content = HoldStock(
        sale_id=purchase.sale_id,
        organisation_id=purchase.organisation_id,
        funding_account_id=purchase.funding_account_id,
        lines=tuple(
            SaleLine(
                group=line.group_code,
                group_version=line.group_version,
                amount_minor=line.amount_minor,
                quantity=line.quantity,
            )
            for line in purchase.lines.all()
        ),
        held_until=until,
    )
    write_command(request, office, content, command_id=sent.once, reason=reason)


@transaction.atomic
def answer_purchase(
    request: HttpRequest,
    place: Office | Buyer,
    purchase_id: UUID,
    sent: Sent,
    *,
    step: Step,
    reason: str,
) -> None:
    """Return, reject or cancel it, with the reason for the other side; what is held is given back
    unless it only comes back for correction.

    Raises ConflictError.
    """
    organisation_id = place.organisation_id if isinstance(place, Buyer) else None
    purchase = locked(place.issuer_id, purchase_id, organisation_id)
    if was_taken(purchase, sent.once):
        return
    check_version(purchase, sent.version)
    if purchase.status == PurchaseStatus.HOLDING:
        raise ConflictError(
            _("Stock is being held for it this moment. Try again in a few seconds.")
        )
    if step is Step.RETURN:
        purchase.proofs.filter(ended_at=None).update(ended_at=timezone.now())
    else:
        _give_back(request, place, purchase, sent.once)
    purchase.told = reason
    side = Side.BUYER if isinstance(place, Buyer) else Side.ISSUER
    actor = actor_of(request, place)
    take_step(purchase, step, actor, side=side, reason=reason, once=sent.once)
    tell_buyer(purchase, _TOLD[step], actor)


def _give_back(request: HttpRequest, place: Office | Buyer, purchase: Purchase, once: UUID) -> None:
    """What is held for the quote that counted till now."""
    if purchase.sale_id is None or purchase.status not in HAS_STOCK:
        return
    content = ReleaseStock(sale_id=purchase.sale_id)
    write_command(request, place, content, command_id=uuid5(once, "release"))
