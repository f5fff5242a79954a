"""Telling both sides what happened to a purchase, in the transaction in which it happens."""

from counterfoil.portal.models import Purchase
from counterfoil.portal.names import organisation_name
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.trail import Actor


def tell_issuer(purchase: Purchase, kind: str, by: Actor) -> None:
    """Those whom the kind names at the issuer; never who did it."""
    _tell(purchase, kind, by, None)


def tell_buyer(purchase: Purchase, kind: str, by: Actor, *, count: int | None = None) -> None:
    """Those whom the kind names at the organisation, and at the issuer where it names such."""
    _tell(purchase, kind, by, count, organisation_id=purchase.organisation_id)


def _tell(
    purchase: Purchase,
    kind: str,
    by: Actor,
    count: int | None,
    organisation_id: int | None = None,
) -> None:
    notify(
        kind,
        issuer_id=purchase.issuer_id,
        subject=purchase.subject,
        key=str(purchase.version),
        by=by.name,
        organisation_id=organisation_id,
        parameters=Parameters(
            name=organisation_name(purchase.issuer_id, purchase.organisation_id),
            reference=purchase.reference,
            amount_minor=purchase.total_minor,
            currency=purchase.currency,
            count=count,
        ),
    )
