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
from typing import Concatenate, Final, ParamSpec, cast
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
from counterfoil.portal.places import office_url, remember, shop_url
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
AUDITS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class ShopRole(StrEnum):
    """What a person may do for a merchant or an agent."""

    OWNER = "owner"
    CASHIER = "cashier"


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


OfficePage = Callable[Concatenate[HttpRequest, Office, P], HttpResponseBase]
ShopPage = Callable[Concatenate[HttpRequest, Shop, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]  # Django passes the parts of an address by name


def office_page(
    *, sees: frozenset[Role], acts: frozenset[Role] = NOBODY, asks_again: bool = False
) -> Callable[[OfficePage[P]], View]:
    """A page of an issuer. `asks_again`: who acts must have signed in within the last minutes;
    they are asked before the page opens, so that nothing typed is lost.
    """

    def decorate(
        page: OfficePage[P],
    ) -> View:
        @functools.wraps(page)
        def guarded(
            request: HttpRequest, issuer: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            office, zone = _office(person, issuer)
            if needs_second_factor(person):
                return redirect(set_up_url(request))
            request.office = office  # type: ignore[attr-defined]
            remember(request, office_url(office.code))
            reads = request.method in _READS
            if not office.may(sees if reads else acts):
                raise PermissionDenied
            if asks_again and office.may(acts) and not recently_authenticated(request):
                return ask_again(request)
            with timezone.override(zone):
                return page(request, office, *args, **kwargs)

        guarded.access = (sees, acts)  # type: ignore[attr-defined]
        # Django gives what comes with the address by its names.
        return cast("View", guarded)

    return decorate


def shop_page(
    *, sees: frozenset[ShopRole], acts: frozenset[ShopRole] = frozenset(), asks_again: bool = False
) -> Callable[[ShopPage[P]], View]:
    """A page of a merchant's or an agent's own."""

    def decorate(
        page: ShopPage[P],
    ) -> View:
        @functools.wraps(page)
        def guarded(
            request: HttpRequest,
            issuer: str,
            acceptor_id: int,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            shop, zone = _shop(person, issuer, acceptor_id)
            if needs_second_factor(person):
                return redirect(set_up_url(request))
            request.shop = shop  # type: ignore[attr-defined]
            remember(request, shop_url(shop.code, shop.acceptor_id))
            if shop.roles.isdisjoint(sees if request.method in _READS else acts):
                raise PermissionDenied
            if (
                asks_again
                and not shop.roles.isdisjoint(acts)
                and not recently_authenticated(request)
            ):
                return ask_again(request)
            with timezone.override(zone):
                return page(request, shop, *args, **kwargs)

        guarded.access = (sees, acts)  # type: ignore[attr-defined]
        return cast("View", guarded)

    return decorate


def _office(person: Person, code: str) -> tuple[Office, tzinfo]:
    """With the time zone in which its pages show times."""
    found = rows(__package__, "office", {"person_id": person.pk, "code": code})
    if not found:
        raise Http404
    issuer_id, name, zone, roles = found[0]
    office = Office(issuer_id, code, name, person, frozenset(Role(role) for role in roles))
    return office, _zone(zone)


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
    return shop, _zone(zone)


def _zone(name: str) -> tzinfo:
    """UTC for a zone that this machine does not know (any more)."""
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return UTC
