"""What is written down of a merchant or an agent, as forms give it and rows keep it."""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.opening_hours import Day
from counterfoil.portal.merchants.positions import Position
from counterfoil.portal.models import MerchantContact, MerchantOutlet, MerchantProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """`name` is the one at the till."""

    kind: str
    name: str
    registered_name: str
    country: str
    tax_id: str
    tax_id_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    name: str
    role: str
    telephone: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    name: str
    address: str
    town: str
    position: Position | None
    week: Sequence[Day]


def contact_given(contact: MerchantContact) -> Contact:
    return Contact(
        name=contact.name, role=contact.role, telephone=contact.telephone, email=contact.email
    )


def outlet_given(outlet: MerchantOutlet) -> Outlet:
    position = None
    if outlet.latitude is not None and outlet.longitude is not None:
        position = outlet.latitude, outlet.longitude
    return Outlet(
        name=outlet.name,
        address=outlet.address,
        town=outlet.town,
        position=position,
        week=tuple(tuple((opens, closes) for opens, closes in day) for day in outlet.hours),
    )


def bank_of(profile: MerchantProfile) -> Bank | None:
    """As it was written before it was registered."""
    return Bank(profile.scheme, profile.fsp, profile.account) if profile.scheme else None
