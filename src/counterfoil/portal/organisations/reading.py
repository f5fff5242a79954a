"""A profile with its papers, as pages show it; and what is on the balance of organisations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from counterfoil.money import Money
from counterfoil.portal.merchants.checks import telephone_text
from counterfoil.portal.merchants.forms import country_name
from counterfoil.portal.merchants.reading import expiry_word, is_over, tax_id_note
from counterfoil.portal.models import OrganisationDocument, OrganisationPaper, OrganisationProfile
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word


@dataclass(frozen=True, slots=True)
class PaperShown:
    document: OrganisationDocument

    @property
    def name(self) -> str:
        return str(OrganisationPaper(self.document.kind).label)

    @property
    def expires_on(self) -> date | None:
        return self.document.expires_on

    @property
    def state(self) -> Word | None:
        """None where there is nothing to say."""
        return expiry_word(self.expires_on)

    @property
    def is_expired(self) -> bool:
        return is_over(self.expires_on)


@dataclass(frozen=True, slots=True)
class Sheet:
    profile: OrganisationProfile
    documents: Sequence[PaperShown]

    @property
    def country(self) -> str:
        return country_name(self.profile.country) if self.profile.country else ""

    @property
    def telephone(self) -> str:
        number = self.profile.contact_telephone
        return telephone_text(number) if number else ""

    @property
    def invoice_email(self) -> str:
        """Where invoices go."""
        return self.profile.invoice_email or self.profile.contact_email

    @property
    def tax_id_note(self) -> str:
        return tax_id_note(
            self.profile.tax_id, self.profile.country, is_checked=self.profile.tax_id_checked
        )

    @property
    def missing(self) -> list[str]:
        """What has to be there before it can be submitted."""
        wanted = (
            (self.profile.contact_name, _("who is in charge")),
            (self.profile.invoice_address, _("the address for invoices")),
        )
        return [text for there, text in wanted if not there]

    @property
    def expired(self) -> list[PaperShown]:
        return [paper for paper in self.documents if paper.is_expired]


@dataclass(frozen=True, slots=True)
class Balance:
    """Of an organisation in one funding account. `set_aside_minor` is what purchases that are being
    allocated may still take.
    """

    organisation_id: int
    funding_account_id: int
    account: str
    currency: str
    balance_minor: int
    set_aside_minor: int

    @property
    def balance(self) -> Money:
        return Money(self.balance_minor, self.currency)

    @property
    def set_aside(self) -> Money:
        return Money(self.set_aside_minor, self.currency)

    @property
    def free(self) -> Money:
        return Money(self.balance_minor - self.set_aside_minor, self.currency)


def sheet(profile: OrganisationProfile) -> Sheet:
    """One query."""
    found = profile.documents.filter(ended_at=None).select_related("upload").order_by("added_at")
    return Sheet(profile, [PaperShown(each) for each in found])


def profile_of(issuer_id: int, organisation_id: int) -> OrganisationProfile | None:
    """None for one that was registered without."""
    return OrganisationProfile.objects.filter(
        issuer_id=issuer_id, organisation_id=organisation_id
    ).first()


def balances(issuer_id: int, organisation_ids: Iterable[int]) -> list[Balance]:
    """By funding account; none of an account that never had anything of theirs. One query."""
    asked = {"issuer_id": issuer_id, "organisation_ids": sorted(set(organisation_ids))}
    if not asked["organisation_ids"]:
        return []
    return [Balance(*row) for row in rows(__package__, "balances", asked)]
