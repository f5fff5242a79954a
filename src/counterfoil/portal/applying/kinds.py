"""What somebody applies for, and the mails about it, written in the transaction of what they tell.

Each is a template below `templates/portal/mail/`: its first line is the subject.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.template.loader import render_to_string
from django.utils import translation

from counterfoil.portal.mail import write_mails
from counterfoil.portal.models import (
    Application,
    MerchantProfile,
    OrganisationApplication,
    OrganisationProfile,
    portal_settings,
)

Profile = MerchantProfile | OrganisationProfile
A = TypeVar("A", Application, OrganisationApplication)


@dataclass(frozen=True, slots=True)
class Kind(Generic[A]):
    """`room` has its mails and begins its setting; the names of its pages begin with `page`, that
    of who applies with `applicant`.
    """

    applications: type[A]
    room: str
    page: str
    applicant: str

    def is_open(self, issuer_id: int) -> bool:
        """Whether the issuer takes applications for it."""
        return bool(getattr(portal_settings(issuer_id), f"{self.room}_apply"))

    def mail(
        self,
        name: str,
        to: Sequence[str],
        told: Mapping[str, object],
        *,
        language: str,
        issuer_id: int,
    ) -> None:
        """To each of them one of their own: nobody learns of the others."""
        with translation.override(language or "en"):
            text = render_to_string(f"portal/mail/{self.room}/{name}.txt", _of_one_line(told))
        subject, _newline, body = text.strip().partition("\n")
        write_mails(to, subject, body.strip() + "\n", issuer_id=issuer_id)


MERCHANT: Final = Kind(Application, "merchants", "apply", "applicant:")
ORGANISATION: Final = Kind(
    OrganisationApplication, "organisations", "apply-organisation", "applicant:organisation-"
)


def kind_of(profile: Profile) -> Kind[Application] | Kind[OrganisationApplication]:
    return MERCHANT if isinstance(profile, MerchantProfile) else ORGANISATION


def _of_one_line(told: Mapping[str, object]) -> dict[str, object]:
    """But for what somebody wrote: a name of two lines would end the subject where it likes."""
    return {
        key: " ".join(value.split()) if isinstance(value, str) and key != "told" else value
        for key, value in told.items()
    }
