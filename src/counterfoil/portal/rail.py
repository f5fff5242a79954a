"""The rail of every page: the rooms a person may enter here, what waits, and the other places.

Who may enter is not said again here: each page's own guard is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.access import Buyer, Office, Shop
from counterfoil.portal.models import Person
from counterfoil.portal.places import buyer_url, office_url, place_url, shop_url
from counterfoil.portal.queries import rows


@dataclass(frozen=True, slots=True)
class Room:
    """`also` are the first parts of other addresses that belong to it."""

    page: str
    name: Promise
    icon: str
    at_thumb: bool = False  # in the bar at the foot of a small screen
    also: tuple[str, ...] = ()


ROOMS: Final = (
    Room("overview", _("Overview"), "overview", at_thumb=True),
    Room("dashboard", _("Dashboard"), "dashboard", also=("live/",)),
    Room("approvals", _("Approvals"), "approvals", at_thumb=True, also=("commands/",)),
    Room("purchases", _("Purchases"), "basket", at_thumb=True),
    Room("organisations", _("Organisations"), "people"),
    Room("merchants", _("Merchants"), "merchants"),
    Room("vouchers", _("Vouchers"), "vouchers", at_thumb=True, also=("voucher/",)),
    Room("stock", _("Stock"), "stock"),
    Room("money", _("Money"), "money"),
    Room("payouts", _("Payouts"), "bank"),
    Room("books", _("Books"), "books"),
    Room("programmes", _("Programmes"), "programmes"),
)
LATER: Final = (
    Room("people", _("People"), "people"),
    Room("settings", _("Settings"), "settings"),
    Room("clients", _("Calling systems"), "clients"),
    Room("trail", _("Trail"), "trail"),
)
SHOP_ROOMS: Final = (
    Room("shop", _("Overview"), "overview", at_thumb=True),
    Room("shop-redemptions", _("Redemptions"), "vouchers", at_thumb=True),
    Room("shop-payouts", _("Payouts"), "bank", at_thumb=True),
    Room("shop-details", _("Details"), "merchants", at_thumb=True),
    Room("shop-people", _("People"), "people"),
)
BUYER_ROOMS: Final = (
    Room("buyer", _("Overview"), "overview", at_thumb=True),
    Room("buyer-purchases", _("Purchases"), "basket", at_thumb=True, also=("catalogue",)),
    Room("buyer-vouchers", _("Vouchers"), "vouchers", at_thumb=True, also=("voucher/",)),
    Room("buyer-handovers", _("Hand out"), "stock", at_thumb=True),
    Room("buyer-redemptions", _("Redemptions"), "check"),
    Room("buyer-people", _("People"), "people"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the rail; `current` is the value of `aria-current`."""

    name: str
    url: str
    icon: str
    at_thumb: bool
    current: str = ""
    badge: int = 0


@dataclass(frozen=True, slots=True)
class OtherPlace:
    name: str
    note: str  # the issuer, of a merchant or an organisation
    url: str


@dataclass(frozen=True, slots=True)
class Rail:
    here: str
    note: str
    places: Sequence[Way]
    later: Sequence[Way]
    elsewhere: Sequence[OtherPlace]
    waiting: int
    unread: int  # notifications, wherever they are of


def rail_of(request: HttpRequest, person: Person, here: Office | Shop | Buyer | None) -> Rail:
    """One query."""
    found = rows(
        __package__,
        "rail",
        {
            "person_id": person.pk,
            "actor": f"person:{person.pk}",
            "issuer_id": here.issuer_id if isinstance(here, Office) else None,
        },
    )
    waiting, unread = found[0][-2:] if found else (0, 0)
    others = [_other(*row[:5]) for row in found]
    later: list[Way] = []
    match here:
        case Office():
            note, home = "", office_url(here.code)
            first = _ways(request, ROOMS, (here.code,), here.roles, waiting)
            later = _ways(request, LATER, (here.code,), here.roles, 0)
        case Shop():
            note, home = here.issuer_name, shop_url(here.code, here.acceptor_id)
            first = _ways(request, SHOP_ROOMS, (here.code, here.acceptor_id), here.roles, 0)
        case Buyer():
            note, home = here.issuer_name, buyer_url(here.code, here.organisation_id)
            first = _ways(request, BUYER_ROOMS, (here.code, here.organisation_id), here.roles, 0)
        case _:
            note, home, first = "", "", []
    elsewhere = [other for other in others if other.url != home]
    return Rail("" if here is None else here.name, note, first, later, elsewhere, waiting, unread)


def _ways(
    request: HttpRequest,
    rooms: Sequence[Room],
    place: tuple[object, ...],
    roles: frozenset[object],
    waiting: int,
) -> list[Way]:
    ways = []
    for room in rooms:
        url = _address(room.page, *place)
        if not url or roles.isdisjoint(_who_sees(room.page, len(place))):
            continue
        base = url if room.page in {"overview", "shop", "buyer"} else f"{url}/"
        root = _address(rooms[0].page, *place)
        inside = (base, *(f"{root}{part}" for part in room.also))
        if request.path == url:
            current = "page"
        elif base != root and request.path.startswith(inside):
            current = "true"
        else:
            current = ""
        badge = waiting if room.page == "approvals" else 0
        ways.append(Way(str(room.name), url, room.icon, room.at_thumb, current, badge))
    return ways


def _address(page: str, *place: object) -> str:
    """Empty for a page that this portal does not have."""
    try:
        return reverse(page, args=place)
    except NoReverseMatch:
        return ""


@cache
def _who_sees(page: str, parts: int) -> frozenset[object]:
    """As the guard of that page says, wherever it is."""
    found = resolve(_address(page, *("X", 1)[:parts]))
    sees, _acts = getattr(found.func, "access", (frozenset(), frozenset()))
    return frozenset(sees)


def _other(code: str, issuer: str, kind: str, key: int | None, name: str | None) -> OtherPlace:
    if key is None:
        return OtherPlace(issuer, "", office_url(code))
    return OtherPlace(name or "", issuer, place_url(kind, code, key))
