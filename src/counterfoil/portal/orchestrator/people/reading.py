"""The people of an issuer as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.models import AcceptorRoleName, Person, Role
from counterfoil.portal.pager import AT_FIRST, Key, keyed
from counterfoil.portal.queries import rows

_ANYBODY: Final = Wanted({"search": None, "role": None}, "name", AT_FIRST, 1)


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
    key: Key = ()

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


@dataclass(frozen=True, slots=True)
class DelegationRow:
    delegation_id: int
    from_id: int
    from_shown: str
    to_id: int
    to_shown: str
    from_date: date
    until_date: date
    reason: str
    ended_at: datetime | None
    key: Key = ()

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or self.until_date < timezone.now().date()

    @property
    def state(self) -> tuple[str, str]:
        """A word and its tone."""
        if self.is_over:
            return _("Over"), ""
        if self.from_date > timezone.now().date():
            return _("To come"), "wait"
        return _("Now"), "good"


def people_page(office: Office, asked: Wanted) -> list[PersonRow]:
    return _people(office, None, asked)


def delegations_page(office: Office, asked: Wanted) -> list[DelegationRow]:
    """Today is the day in UTC, by which delegations count."""
    here = {"issuer_id": office.issuer_id, "today": timezone.now().date()}
    found = rows(__package__, "delegations", {**here, **asked.parameters})
    return [DelegationRow(*keyed(row)) for row in found]


def person_row(office: Office, person_id: int) -> PersonRow:
    """Raises Http404 for somebody without a role here."""
    found = _people(office, person_id, _ANYBODY)
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


def _people(office: Office, person_id: int | None, asked: Wanted) -> list[PersonRow]:
    here = {"issuer_id": office.issuer_id, "person_id": person_id}
    found = rows(__package__, "people_page", {**here, **asked.parameters})
    return [PersonRow(*keyed(row)) for row in found]
