"""Where a person may be: one place at a time, chosen on the home page and remembered."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from counterfoil.portal import PREFIX
from counterfoil.portal.models import AcceptorRoleName, Person, Role
from counterfoil.portal.queries import rows

_LAST: Final = "place"  # the session's key


@dataclass(frozen=True, slots=True)
class Place:
    """`kind` is `office` (an issuer) or `shop` (a merchant or an agent of one)."""

    kind: str
    code: str
    issuer_name: str
    acceptor_id: int | None
    name: str
    roles: tuple[str, ...]
    url: str

    @property
    def role_words(self) -> str:
        """As people read them."""
        words = Role if self.kind == "office" else AcceptorRoleName
        return ", ".join(str(words(role).label) for role in self.roles)


def places(person: Person) -> list[Place]:
    """By the issuer's name, its offices before its shops."""
    return [
        _place(code, issuer_name, acceptor_id, name, tuple(roles))
        for _issuer_id, code, issuer_name, acceptor_id, name, roles in rows(
            __package__, "places", {"person_id": person.pk}
        )
    ]


def office_url(code: str) -> str:
    return f"{PREFIX}/{code}/"


def shop_url(code: str, acceptor_id: int) -> str:
    return f"{PREFIX}/{code}/shop/{acceptor_id}/"


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
    found = places(person)
    last = request.session.get(_LAST)
    if "choose" not in request.GET:
        for place in found:
            if len(found) == 1 or place.url == last:
                return redirect(place.url)
    return render(request, "account/places.html", {"places": found})


def _place(
    code: str, issuer_name: str, acceptor_id: int | None, name: str | None, roles: tuple[str, ...]
) -> Place:
    if acceptor_id is None:
        return Place("office", code, issuer_name, None, issuer_name, roles, office_url(code))
    url = shop_url(code, acceptor_id)
    return Place("shop", code, issuer_name, acceptor_id, name or "", roles, url)
