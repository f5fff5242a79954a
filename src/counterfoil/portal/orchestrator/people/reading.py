"""The people of an issuer as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from counterfoil.portal.access import Office
from counterfoil.portal.models import AcceptorRoleName, Person, Role
from counterfoil.portal.queries import rows


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`roles` are those at this issuer, `roles_everywhere` those for all issuers."""

    person_id: int
    shown: str
    email: str
    is_active: bool
    has_password: bool
    has_second_factor: bool
    last_login: datetime | None
    created_at: datetime
    roles: Sequence[str]
    roles_everywhere: Sequence[str]

    @property
    def role_words(self) -> list[str]:
        everywhere = [
            _("%(role)s (all issuers)") % {"role": Role(role).label}
            for role in self.roles_everywhere
        ]
        return [str(Role(role).label) for role in self.roles] + everywhere

    @property
    def state(self) -> tuple[str, str]:
        """A word and its tone."""
        if not self.is_active:
            return _("Closed"), "bad"
        if not self.has_password:
            return _("Invited"), "wait"
        return _("Active"), "good"


@dataclass(frozen=True, slots=True)
class ShopRow:
    acceptor_id: int
    name: str
    roles: Sequence[str]

    @property
    def role_words(self) -> str:
        return ", ".join(str(AcceptorRoleName(role).label) for role in self.roles)


def people_page(
    office: Office, *, search: str, after: tuple[str, int], rows_max: int
) -> list[PersonRow]:
    return _people(office, None, search.strip().lower(), after, rows_max)


def person_row(office: Office, person_id: int) -> PersonRow:
    """Raises Http404 for somebody without a role here."""
    found = _people(office, person_id, "", ("", 0), 1)
    if not found:
        raise Http404
    return found[0]


def person_here(office: Office, person_id: int) -> Person:
    """The same as Django's row. Raises Http404."""
    person_row(office, person_id)
    return Person.objects.get(pk=person_id)


def shops_of(office: Office, person_id: int) -> list[ShopRow]:
    found = rows(
        __package__, "shops_of_person", {"issuer_id": office.issuer_id, "person_id": person_id}
    )
    return [ShopRow(*each) for each in found]


def _people(
    office: Office, person_id: int | None, search: str, after: tuple[str, int], rows_max: int
) -> list[PersonRow]:
    found = rows(
        __package__,
        "people_page",
        {
            "issuer_id": office.issuer_id,
            "person_id": person_id,
            "search": search,
            "after_name": after[0],
            "after_id": after[1],
            "rows_max": rows_max,
        },
    )
    return [PersonRow(*each) for each in found]
