"""What the portal has of a furnished issuer's organisations: a profile, and two applications."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tests.portal.access.desk import applied, paper
from tests.portal.access.house import House, Marks

from counterfoil.portal.models import (
    OrganisationApplication,
    OrganisationProfile,
    OrganisationRole,
    OrganisationRoleName,
    Person,
)


@dataclass(frozen=True, slots=True)
class Buying:
    """Keys, by what the addresses call them."""

    registered: UUID
    profile: UUID
    document: UUID
    token: str
    applying_document: UUID
    distributor: int


def given_buying(house: House, marks: Marks, people: Mapping[str, Person]) -> Buying:
    operator = people["O"].actor
    registered, _paper = _profile(
        house, marks, operator, "Buyer", status="approved", organisation_id=house.organisation_id
    )
    profile, document = _profile(house, marks, operator, "School", status="submitted")
    applying, applying_document = _profile(
        house, marks, "applicant:organisation-0", "Clinic", status="draft"
    )
    token = f"{marks.text}-clinic"
    for each, secret in ((profile, f"{marks.text}-school"), (applying, token)):
        address = f"{secret}@{marks.text}.org"
        application = OrganisationApplication(
            issuer_id=house.issuer.issuer_id, email=address, profile=each
        )
        applied(application, secret)
    return Buying(
        registered=registered.pk,
        profile=profile.pk,
        document=document,
        token=token,
        applying_document=applying_document,
        distributor=OrganisationRole.objects.get(
            issuer_id=house.issuer.issuer_id,
            person=people["D"],
            role=OrganisationRoleName.DISTRIBUTOR,
        ).pk,
    )


def _profile(
    house: House,
    marks: Marks,
    made_by: str,
    what: str,
    *,
    status: str,
    organisation_id: int | None = None,
) -> tuple[OrganisationProfile, UUID]:
    """And the key of its document."""
    profile = OrganisationProfile.objects.create(
        issuer_id=house.issuer.issuer_id,
        organisation_id=organisation_id,
        kind="ngo",
        status=status,
        origin="self",
        made_by=made_by,
        changed_by=made_by,
        name=marks.name(what),
        registered_name=marks.name(f"{what} Foundation"),
        country="KE",
        tax_id=f"P{marks.text}",
        contact_name=f"Halima {marks.text}",
        contact_email=f"{what}@{marks.text}.org".lower(),
        contact_telephone="+254712345678",
        invoice_address=f"Box {marks.text}",
        notes=f"noted {marks.text}",
        told=f"Send the paper {marks.text}",
    )
    document = profile.documents.create(
        kind="registration",
        number=f"No {marks.text}",
        upload=paper(marks, house.issuer.issuer_id, None, "organisation-document"),
        added_by=made_by,
    )
    return profile, document.pk
