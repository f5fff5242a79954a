"""Taking a step with a purchase: under its lock, once, and only from where it was looked at."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.errors import ConflictError
from counterfoil.portal.models import Purchase, PurchaseStep
from counterfoil.portal.purchases.life import Side, Step, after, is_issuers_turn
from counterfoil.portal.trail import Actor, record

SYSTEM: Final = Actor("system:purchases")


def locked(issuer_id: int, purchase_id: UUID, organisation_id: int | None = None) -> Purchase:
    """In the caller's transaction. Raises Http404, for those of others too."""
    found = Purchase.objects.select_for_update(no_key=True).filter(
        pk=purchase_id, issuer_id=issuer_id
    )
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    purchase = found.first()
    if purchase is None:
        raise Http404
    return purchase


def was_taken(purchase: Purchase, once: UUID) -> bool:
    """Whether this very form did its work before."""
    return purchase.steps.filter(once=once).exists()


def check_version(purchase: Purchase, version: int) -> None:
    """Raises ConflictError where somebody changed it since it was looked at."""
    if purchase.version != version:
        raise ConflictError(
            _("This purchase changed while you were looking at it. See how it stands now.")
        )


def take_step(
    purchase: Purchase,
    step: Step,
    by: Actor,
    *,
    side: Side,
    reason: str = "",
    once: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """A locked one. `at` is when it happened, where that was before now.

    Raises ConflictError where it cannot be.
    """
    has_proof = purchase.proofs.filter(ended_at=None).exists()
    status = after(
        purchase.status, step, is_quoted=purchase.sale_id is not None, has_proof=has_proof
    )
    if status is None:
        raise ConflictError(_("That cannot be done with this purchase as it stands now."))
    now, before = at or timezone.now(), purchase.status
    if status != before:
        purchase.since = now
    purchase.status = status
    waits = is_issuers_turn(status, has_proof=has_proof or step is Step.PROVE)
    purchase.waits_since = (purchase.waits_since or now) if waits else None
    purchase.version += 1
    purchase.changed_by, purchase.changed_at = by.name, timezone.now()
    purchase.save()
    PurchaseStep.objects.create(
        purchase=purchase, what=step, side=side, by=by.name, at=now, reason=reason, once=once
    )
    record(
        purchase.issuer_id,
        by.name,
        f"purchase.{step}",
        subject=purchase.subject,
        before={"status": before},
        after={"status": str(status), "purchase": purchase.reference},
        reason=reason,
        address=by.address,
    )
