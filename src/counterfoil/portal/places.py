"""Where a person may be: one place at a time, chosen on the home page and remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from counterfoil.portal import PREFIX
from counterfoil.portal.models import AcceptorRoleName, OrganisationRoleName, Person, Role
from counterfoil.portal.queries import rows

PLACES_MAX: Final = 200  # of one list; who may be in more looks for a name
_LAST: Final = "place"  # the session's key
_ROLE_WORDS: Final[Mapping[str, type[TextChoices]]] = {
    "office": Role,
    "shop": AcceptorRoleName,
    "buyer": OrganisationRoleName,
}


@dataclass(frozen=True, slots=True)
class Place:
    """`kind` is `office` (an issuer), `shop` (a merchant or an agent of one) or `buyer` (an
    organisation that buys of one).
    """

    kind: str
    issuer_name: str
    name: str
    roles: tuple[str, ...]
    url: str

    @property
    def role_words(self) -> str:
        """As people read them."""
        words = _ROLE_WORDS[self.kind]
        return ", ".join(str(words(role).label) for role in self.roles)


def places(person: Person, part: str = "") -> list[Place]:
    """By the issuer's name, its office before what belongs to it; the first `PLACES_MAX` of those
    with `part` in theirs or their issuer's.
    """
    return [
        Place(
            kind,
            issuer_name,
            issuer_name if kind == "office" else name,
            tuple(roles),
            place_url(kind, code, key),
        )
        for code, issuer_name, kind, key, name, roles in rows(
            __package__, "places", {"person_id": person.pk, "part": part, "rows_max": PLACES_MAX}
        )
    ]


def office_url(code: str) -> str:
    return f"{PREFIX}/{code}/"


def shop_url(code: str, acceptor_id: int) -> str:
    return f"{PREFIX}/{code}/shop/{acceptor_id}/"


def buyer_url(code: str, organisation_id: int) -> str:
    return f"{PREFIX}/{code}/org/{organisation_id}/"


def place_url(kind: str, code: str, key: int | None) -> str:
    """`key` is the acceptor's or the organisation's."""
    if key is None:
        return office_url(code)
    return shop_url(code, key) if kind == "shop" else buyer_url(code, key)


def remember(request: HttpRequest, url: str) -> None:
    """The place a person works in, to come back to; written when it changes."""
    if request.session.get(_LAST) != url:
        request.session[_LAST] = url


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Goes on to the only place or the last one; lets choose where there are several."""
    person = request.user
    if not isinstance(person, Person):
        return redirect(settings.LOGIN_URL)
    part = request.GET.get("name", "").strip()
    found = places(person, part)
    last = request.session.get(_LAST)
    if not {"choose", "name"} & request.GET.keys():
        for place in found:
            if len(found) == 1 or place.url == last:
                return redirect(place.url)
    return render(
        request,
        "account/places.html",
        {"places": found, "part": part, "has_more": len(found) == PLACES_MAX},
    )
