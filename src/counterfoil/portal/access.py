"""Who may see and do what: the one place that decides.

A page says who sees it and who acts on it; what comes with the address (an issuer's code, a
merchant's id) is checked here against the person's roles before the page runs. To who has no
role there it does not exist (404); to who has another role it is forbidden (403).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Any, Concatenate, Final, ParamSpec
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from counterfoil.portal.door.second_factor import (
    ask_again,
    needs_second_factor,
    recently_authenticated,
    set_up_url,
)
from counterfoil.portal.models import Person, Role
from counterfoil.portal.places import buyer_url, office_url, remember, shop_url
from counterfoil.portal.queries import rows

P = ParamSpec("P")
_READS: Final = frozenset({"GET", "HEAD"})

EVERYONE: Final = frozenset(Role)
NOBODY: Final[frozenset[Role]] = frozenset()
ADMINISTERS: Final = frozenset({Role.ADMINISTRATOR})
OPERATES: Final = frozenset({Role.OPERATOR})
APPROVES: Final = frozenset({Role.APPROVER})
HANDLES_MONEY: Final = frozenset({Role.FINANCE})
PREPARES_STOCK: Final = frozenset({Role.OPERATOR, Role.FINANCE})
HOLDS_PAYOUTS: Final = frozenset({Role.OPERATOR, Role.FINANCE})
PREPARES: Final = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.FINANCE})
SEES_BANK: Final = EVERYONE - {Role.OPERATOR}
AUDITS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class ShopRole(StrEnum):
    """What a person may do for a merchant or an agent."""

    OWNER = "owner"
    CASHIER = "cashier"


OWNS: Final = frozenset({ShopRole.OWNER})


class BuyerRole(StrEnum):
    """What a person may do for an organisation: buy, or hand out what was bought."""

    MANAGER = "manager"
    DISTRIBUTOR = "distributor"


BUYERS: Final = frozenset(BuyerRole)
BUYS: Final = frozenset({BuyerRole.MANAGER})
HANDS_OUT: Final = frozenset({BuyerRole.DISTRIBUTOR})


@dataclass(frozen=True, slots=True)
class Office:
    """A person's place at an issuer."""

    issuer_id: int
    code: str
    name: str
    person: Person
    roles: frozenset[Role]

    @property
    def actor(self) -> str:
        return f"person:{self.person.pk}"

    @property
    def url(self) -> str:
        return office_url(self.code)

    @property
    def acts(self) -> bool:
        return True

    @property
    def sees_bank(self) -> bool:
        """For pages that lead there."""
        return self.may(SEES_BANK)

    def may(self, roles: frozenset[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Shop:
    """A person's place at a merchant or an agent of an issuer."""

    issuer_id: int
    code: str
    issuer_name: str
    acceptor_id: int
    name: str
    person: Person
    roles: frozenset[ShopRole]

    @property
    def actor(self) -> str:
        return f"person:{self.person.pk}"

    @property
    def url(self) -> str:
        return shop_url(self.code, self.acceptor_id)

    @property
    def acts(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person's place at an organisation that buys vouchers of an issuer."""

    issuer_id: int
    code: str
    issuer_name: str
    organisation_id: int
    name: str
    status: str
    person: Person
    roles: frozenset[BuyerRole]

    @property
    def actor(self) -> str:
        return f"person:{self.person.pk}"

    @property
    def url(self) -> str:
        return buyer_url(self.code, self.organisation_id)

    @property
    def acts(self) -> bool:
        """Whether the issuer lets it do anything."""
        return self.status == "approved"

    def may(self, roles: frozenset[BuyerRole]) -> bool:
        return not self.roles.isdisjoint(roles)

    def may_now(self, roles: frozenset[BuyerRole]) -> bool:
        return self.acts and self.may(roles)


OfficePage = Callable[Concatenate[HttpRequest, Office, P], HttpResponseBase]
ShopPage = Callable[Concatenate[HttpRequest, Shop, P], HttpResponseBase]
BuyerPage = Callable[Concatenate[HttpRequest, Buyer, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]  # Django passes the parts of an address by name


def office_page(
    *, sees: frozenset[Role], acts: frozenset[Role] = NOBODY, asks_again: bool = False
) -> Callable[[OfficePage[P]], View]:
    """A page of an issuer. `asks_again`: who acts must have signed in within the last minutes;
    they are asked before the page opens, so that nothing typed is lost.
    """
    return _guard("office", _office, ("issuer",), sees, acts, asks_again=asks_again)


def shop_page(
    *, sees: frozenset[ShopRole], acts: frozenset[ShopRole] = frozenset(), asks_again: bool = False
) -> Callable[[ShopPage[P]], View]:
    """A page of a merchant's or an agent's own."""
    parts = ("issuer", "acceptor_id")
    return _guard("shop", _shop, parts, sees, acts, asks_again=asks_again)


def buyer_page(
    *,
    sees: frozenset[BuyerRole],
    acts: frozenset[BuyerRole] = frozenset(),
    asks_again: bool = False,
) -> Callable[[BuyerPage[P]], View]:
    """A page of an organisation's own. One that is suspended or closed sees, and acts no more."""
    parts = ("issuer", "organisation_id")
    return _guard("buyer", _buyer, parts, sees, acts, asks_again=asks_again)


def _guard(  # which place, found by which parts of the address, and who sees and acts there
    name: str,
    find: Callable[..., tuple[Office | Shop | Buyer, tzinfo]],
    parts: tuple[str, ...],
    sees: frozenset[Any],
    acts: frozenset[Any],
    *,
    asks_again: bool,
) -> Callable[[View], View]:
    """The page gets the place in the stead of those parts, which Django gives by their names."""

    def decorate(page: View) -> View:
        @functools.wraps(page)
        def guarded(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            place, zone = find(person, *(kwargs.pop(part) for part in parts))
            if needs_second_factor(person):
                return redirect(set_up_url(request))
            setattr(request, name, place)
            remember(request, place.url)
            reads = request.method in _READS
            if place.roles.isdisjoint(sees if reads else acts) or not (reads or place.acts):
                raise PermissionDenied
            may_act = not place.roles.isdisjoint(acts)
            if asks_again and may_act and not recently_authenticated(request):
                return ask_again(request)
            with timezone.override(zone):
                return page(request, place, **kwargs)

        guarded.access = (sees, acts)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _office(person: Person, code: str) -> tuple[Office, tzinfo]:
    """With the time zone in which its pages show times."""
    found = rows(__package__, "office", {"person_id": person.pk, "code": code})
    if not found:
        raise Http404
    issuer_id, name, zone, roles = found[0]
    office = Office(issuer_id, code, name, person, frozenset(Role(role) for role in roles))
    return office, zone_named(zone)


def _shop(person: Person, code: str, acceptor_id: int) -> tuple[Shop, tzinfo]:
    found = rows(
        __package__,
        "shop",
        {"person_id": person.pk, "code": code, "acceptor_id": acceptor_id},
    )
    if not found:
        raise Http404
    issuer_id, issuer_name, zone, name, roles = found[0]
    shop = Shop(
        issuer_id,
        code,
        issuer_name,
        acceptor_id,
        name,
        person,
        frozenset(ShopRole(role) for role in roles),
    )
    return shop, zone_named(zone)


def _buyer(person: Person, code: str, organisation_id: int) -> tuple[Buyer, tzinfo]:
    found = rows(
        __package__,
        "buyer",
        {"person_id": person.pk, "code": code, "organisation_id": organisation_id},
    )
    if not found:
        raise Http404
    issuer_id, issuer_name, zone, name, status, roles = found[0]
    buyer = Buyer(
        issuer_id,
        code,
        issuer_name,
        organisation_id,
        name,
        status,
        person,
        frozenset(BuyerRole(role) for role in roles),
    )
    return buyer, zone_named(zone)


def zone_named(name: str) -> tzinfo:
    """UTC for a zone that this machine does not know (any more)."""
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return UTC
