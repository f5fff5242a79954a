"""What the pages of organisations read of the engine, always by key or along an index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from counterfoil.engine.organisations import Organisation
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.models import (
    OrganisationKind,
    OrganisationProfile,
    OrganisationRoleName,
    Origin,
    Purchase,
)
from counterfoil.portal.orchestrator.money.ledger import page_address
from counterfoil.portal.organisations.reading import Balance, balances
from counterfoil.portal.organisations.words import organisation_status
from counterfoil.portal.pager import Key, keyed
from counterfoil.portal.purchases.life import ENDED
from counterfoil.portal.purchases.standing import purchase_word
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

_PURCHASES_SHOWN: Final = 5
_OPEN_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A line of the list: one that is registered, or an application."""

    name: str
    registered_name: str | None
    kind: str | None
    status: str
    organisation_id: int | None
    profile_id: UUID | None
    origin: str | None
    since: datetime
    key: Key
    balances: Sequence[Balance] = ()

    @property
    def state(self) -> Word:
        return organisation_status(self.status)

    @property
    def kind_word(self) -> str:
        return str(OrganisationKind(self.kind).label) if self.kind else ""

    @property
    def balances_shown(self) -> Sequence[Balance]:
        """Where there is something; else one, which says that there is nothing."""
        return [each for each in self.balances if each.free.amount_minor] or self.balances[:1]

    @property
    def came(self) -> str:
        return str(Origin(self.origin).label) if self.origin else ""


@dataclass(frozen=True, slots=True)
class Turned:
    """Since when it stands where it stands, who asked for it, and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Another that has the same name or tax number."""

    why: str
    name: str
    organisation_id: int | None
    profile_id: UUID | None

    def url(self, office: Office) -> str:
        if self.organisation_id is not None:
            return reverse("organisation", args=[office.code, self.organisation_id])
        return reverse("organisation-application", args=[office.code, self.profile_id])


@dataclass(frozen=True, slots=True)
class OwnPerson:
    person_id: int
    shown: str
    email: str
    roles: Sequence[str]
    has_come: bool

    @property
    def role_words(self) -> str:
        return ", ".join(str(OrganisationRoleName(role).label) for role in self.roles)


@dataclass(frozen=True, slots=True)
class PurchaseShown:
    reference: str
    state: Word
    money: Money | None
    since: datetime
    url: str


def organisations_page(office: Office, wanted: Wanted) -> list[OrganisationRow]:
    """Two queries."""
    parameters = {**wanted.parameters, "issuer_id": office.issuer_id}
    page = rows(__package__, "organisations_page", parameters)
    found = [OrganisationRow(*keyed(row)) for row in page]
    money: dict[int, list[Balance]] = {}
    registered = [row.organisation_id for row in found if row.organisation_id is not None]
    for each in balances(office.issuer_id, registered):
        money.setdefault(each.organisation_id, []).append(each)
    return [replace(row, balances=money.get(row.organisation_id or 0, [])) for row in found]


def organisation_of(
    issuer_id: int, organisation_id: int
) -> tuple[Organisation, datetime, UUID | None]:
    """Since when it is registered, and the key of its profile, if it has one. Raises Http404."""
    asked = {"issuer_id": issuer_id, "organisation_id": organisation_id}
    found = rows(__package__, "organisation", asked)
    if not found:
        raise Http404
    *columns, since, profile_id = found[0]
    return Organisation(*columns), since, profile_id


def turned(issuer_id: int, organisation_id: int) -> Turned | None:
    asked = {"issuer_id": issuer_id, "subject": f"organisation:{organisation_id}"}
    found = rows(__package__, "turned", asked)
    return Turned(*found[0]) if found else None


def alike(
    office: Office,
    name: str,
    *,
    organisation_id: int = 0,
    profile: OrganisationProfile | None = None,
) -> list[Alike]:
    asked = {
        "issuer_id": office.issuer_id,
        "name": name,
        "organisation_id": organisation_id,
        "tax_id": "" if profile is None else profile.tax_id,
        "profile_id": None if profile is None else profile.pk,
    }
    return [Alike(*row) for row in rows(__package__, "alike", asked)]


def people_of(issuer_id: int, organisation_id: int) -> list[OwnPerson]:
    asked = {"issuer_id": issuer_id, "organisation_id": organisation_id}
    return [OwnPerson(*row) for row in rows(__package__, "people", asked)]


def purchases_of(office: Office, organisation_id: int) -> list[PurchaseShown]:
    """The latest that were sent. One query."""
    found = Purchase.objects.filter(
        issuer_id=office.issuer_id, organisation_id=organisation_id, number__isnull=False
    )
    return [_shown(office, each) for each in found.order_by("-number")[:_PURCHASES_SHOWN]]


def open_purchases(office: Office, organisation_id: int) -> list[PurchaseShown]:
    """That were asked for and have not come to an end, the oldest first. One query."""
    found = Purchase.objects.filter(
        issuer_id=office.issuer_id, organisation_id=organisation_id, number__isnull=False
    ).exclude(status__in=ENDED)
    return [_shown(office, each) for each in found.order_by("number")[:_OPEN_MAX]]


def _shown(office: Office, purchase: Purchase) -> PurchaseShown:
    return PurchaseShown(
        purchase.reference,
        purchase_word(purchase.status),
        Money(purchase.total_minor, purchase.currency) if purchase.total_minor else None,
        purchase.since,
        page_address("purchase", office, purchase.pk),
    )
