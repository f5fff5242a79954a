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

from counterfoil.portal.access import Office, Shop
from counterfoil.portal.models import Person
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
    Room("approvals", _("Approvals"), "approvals", at_thumb=True, also=("commands/",)),
    Room("merchants", _("Merchants"), "merchants", at_thumb=True),
    Room("vouchers", _("Vouchers"), "vouchers", at_thumb=True, also=("voucher/",)),
    Room("stock", _("Stock"), "stock"),
    Room("money", _("Money"), "money"),
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
    Room("shop-details", _("Details"), "merchants", at_thumb=True),
    Room("shop-people", _("People"), "people", at_thumb=True),
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
    note: str  # the issuer, of a merchant
    url: str


@dataclass(frozen=True, slots=True)
class Rail:
    here: str
    note: str
    places: Sequence[Way]
    later: Sequence[Way]
    elsewhere: Sequence[OtherPlace]
    waiting: int


def rail_of(request: HttpRequest, person: Person, office: Office | None, shop: Shop | None) -> Rail:
    """One query."""
    found = rows(
        __package__,
        "rail",
        {
            "person_id": person.pk,
            "actor": f"person:{person.pk}",
            "issuer_id": None if office is None else office.issuer_id,
        },
    )
    waiting = found[0][-1] if found else 0
    others = [_other(code, issuer, number, name) for code, issuer, number, name, _count in found]
    if office is not None:
        here, note, home = office.name, "", _address("overview", office.code)
        first = _ways(request, ROOMS, (office.code,), office.roles, waiting)
        later = _ways(request, LATER, (office.code,), office.roles, 0)
    elif shop is not None:
        here, note = shop.name, shop.issuer_name
        home = _address("shop", shop.code, shop.acceptor_id)
        first = _ways(request, SHOP_ROOMS, (shop.code, shop.acceptor_id), shop.roles, 0)
        later = []
    else:
        here, note, home, first, later = "", "", "", [], []
    elsewhere = [other for other in others if other.url not in {"", home}]
    return Rail(here, note, first, later, elsewhere, waiting)


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
        base = url if room.page in {"overview", "shop"} else f"{url}/"
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


def _other(code: str, issuer: str, acceptor_id: int | None, name: str | None) -> OtherPlace:
    if acceptor_id is None:
        return OtherPlace(issuer, "", _address("overview", code))
    return OtherPlace(name or "", issuer, _address("shop", code, acceptor_id))
