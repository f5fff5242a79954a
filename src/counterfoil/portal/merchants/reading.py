"""A profile with all that belongs to it, as pages show it: one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.portal.merchants.checks import (
    Bank,
    compares_check_digits,
    knows_tax_ids,
    telephone_text,
)
from counterfoil.portal.merchants.forms import country_name, day_names
from counterfoil.portal.merchants.opening_hours import Day, day_text, days_in_runs
from counterfoil.portal.merchants.positions import position_text
from counterfoil.portal.merchants.written import bank_of
from counterfoil.portal.models import (
    Checked,
    DocumentKind,
    MerchantProfile,
    ProfileStatus,
    Scheme,
    Section,
)
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

EXPIRES_SOON: Final = timedelta(days=30)
_TONES: Final[Mapping[str, str]] = {
    ProfileStatus.SUBMITTED: "wait",
    ProfileStatus.IN_REVIEW: "wait",
    ProfileStatus.MORE_INFORMATION: "wait",
    ProfileStatus.APPROVED: "good",
    ProfileStatus.REJECTED: "bad",
}
_CHECKED_TONES: Final[Mapping[str, str]] = {Checked.VERIFIED: "good", Checked.FAILED: "bad"}
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class PersonShown:
    id: UUID
    name: str
    role: str
    number: str
    email: str

    @property
    def telephone(self) -> str:
        return telephone_text(self.number) if self.number else ""


@dataclass(frozen=True, slots=True)
class PlaceShown:
    id: UUID
    name: str
    address: str
    town: str
    latitude: Decimal | None
    longitude: Decimal | None
    week: tuple[Day, ...]

    @property
    def position(self) -> str:
        if self.latitude is None or self.longitude is None:
            return ""
        return position_text(self.latitude, self.longitude)

    @property
    def hours(self) -> list[tuple[str, str]]:
        """Days with the same hours together: the days, and the hours."""
        if not any(self.week):
            return []
        names = day_names()
        return [
            (_days(names, first, last), day_text(day) or _("closed"))
            for first, last, day in days_in_runs(self.week)
        ]


@dataclass(frozen=True, slots=True)
class PaperShown:
    id: UUID
    kind: str
    number: str
    expires_on: date | None
    upload_id: UUID
    file: str
    size: int

    @property
    def name(self) -> str:
        return str(DocumentKind(self.kind).label)

    @property
    def state(self) -> Word | None:
        """None where there is nothing to say."""
        return expiry_word(self.expires_on)

    @property
    def is_expired(self) -> bool:
        return is_over(self.expires_on)


@dataclass(frozen=True, slots=True)
class SectionShown:
    """What somebody found who checked it."""

    section: Section
    found: Checked = Checked.UNVERIFIED
    by: str = ""
    at: datetime | None = None
    note: str = ""

    @property
    def state(self) -> Word:
        return checked_word(self.found)

    @property
    def is_verified(self) -> bool:
        return self.found is Checked.VERIFIED


@dataclass(frozen=True, slots=True)
class Sheet:
    profile: MerchantProfile
    contacts: Sequence[PersonShown]
    outlets: Sequence[PlaceShown]
    documents: Sequence[PaperShown]
    sections: Mapping[str, SectionShown]

    @property
    def country(self) -> str:
        return country_name(self.profile.country)

    @property
    def tax_id_note(self) -> str:
        return tax_id_note(
            self.profile.tax_id, self.profile.country, is_checked=self.profile.tax_id_checked
        )

    @property
    def bank(self) -> Bank | None:
        return bank_of(self.profile)

    @property
    def scheme(self) -> str:
        return str(Scheme(self.profile.scheme).label) if self.profile.scheme else ""

    @property
    def missing(self) -> list[str]:
        """What has to be there before it can be submitted."""
        wanted = (
            (self.contacts, _("somebody to call")),
            (self.outlets, _("where it is")),
            (self.profile.scheme, _("where it is paid")),
        )
        return [text for there, text in wanted if not there]

    @property
    def expired(self) -> list[PaperShown]:
        return [paper for paper in self.documents if paper.is_expired]

    @property
    def unverified(self) -> list[SectionShown]:
        return [each for each in self.sections.values() if not each.is_verified]


def sheet(profile: MerchantProfile) -> Sheet:
    (found,) = rows(__package__, "belongings", {"profile_id": profile.pk})
    checked = {each.section: each for each in _read(found[3], list[SectionShown])}
    return Sheet(
        profile,
        _read(found[0], list[PersonShown]),
        _read(found[1], list[PlaceShown]),
        _read(found[2], list[PaperShown]),
        {section: checked.get(section, SectionShown(section)) for section in Section},
    )


def _read(text: str | None, wanted: type[Read]) -> Read:
    return msgspec.json.decode(text or "[]", type=wanted, strict=False)


def tax_id_note(number: str, country: str, *, is_checked: bool) -> str:
    """What is known of a tax number."""
    if not number:
        return _("none given")
    if is_checked:
        if compares_check_digits(number, country):
            return _("its check digits are right")
        return _("only its form was checked, and is right")
    if knows_tax_ids(country):
        return _("not checked")
    return _("not checked: the numbers of that country are not known here")


def expiry_word(expires_on: date | None) -> Word | None:
    """Of a paper; None for one that does not end."""
    if expires_on is None:
        return None
    if is_over(expires_on):
        return Word(_("Expired"), "bad")
    if expires_on <= timezone.now().date() + EXPIRES_SOON:
        return Word(_("Expires soon"), "wait")
    return Word(_("Valid"), "good")


def is_over(expires_on: date | None) -> bool:
    return expires_on is not None and expires_on < timezone.now().date()


def status_word(status: str) -> Word:
    """Of an application, before the engine has it."""
    return Word(ProfileStatus(status).label, _TONES.get(status, ""))


def checked_word(state: str) -> Word:
    return Word(Checked(state).label, _CHECKED_TONES.get(state, "wait"))


def _days(names: Sequence[str], first: int, last: int) -> str:
    if first == last:
        return names[first]
    return _("%(first)s to %(last)s") % {"first": names[first], "last": names[last]}
