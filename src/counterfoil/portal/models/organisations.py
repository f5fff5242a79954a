"""Organisations that buy vouchers, as the portal knows them: their profile, their papers, and the
link by which one applies. What they may do and what is on their balance the engine keeps.
"""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counterfoil.portal.models.applying import (
    NAME_CHARACTERS_MAX,
    AppliedBy,
    AppliedPaper,
    AppliedProfile,
)

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class OrganisationKind(models.TextChoices):
    PUBLIC = "public", _("Public body")
    NGO = "ngo", _("Non-governmental organisation")
    COMPANY = "company", _("Company")
    OTHER = "other", _("Another kind of organisation")


class OrganisationStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("organisation", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("organisation", "Submitted")
    RETURNED = "returned", pgettext_lazy("organisation", "Returned for correction")
    PROPOSED = "proposed", pgettext_lazy("organisation", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("organisation", "Approved")
    REJECTED = "rejected", pgettext_lazy("organisation", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("organisation", "Withdrawn")


class OrganisationPaper(models.TextChoices):
    REGISTRATION = "registration", _("Registration certificate")
    TAX = "tax", _("Tax certificate")
    STATUTES = "statutes", _("Statutes")
    MANDATE = "mandate", _("Who may sign for it")
    AGREEMENT = "agreement", _("Agreement with the issuer")
    OTHER = "other", _("Another document")


class OrganisationProfile(AppliedProfile):
    """`name` is the one on papers; `organisation_id` is the engine's key once it is registered
    there, and from then on the engine's name and commission count. `notes` are the issuer's own.
    """

    organisation_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    kind: "models.CharField[str, str]" = models.CharField(
        max_length=10, choices=OrganisationKind.choices
    )
    status: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=OrganisationStatus.choices, default=OrganisationStatus.DRAFT
    )

    contact_name: "models.CharField[str, str]" = models.CharField(
        max_length=NAME_CHARACTERS_MAX, default=""
    )
    contact_email: "models.EmailField[str, str]" = models.EmailField(default="")
    contact_telephone: "models.CharField[str, str]" = models.CharField(max_length=20, default="")
    invoice_address: "models.CharField[str, str]" = models.CharField(max_length=400, default="")
    invoice_email: "models.EmailField[str, str]" = models.EmailField(default="")

    commission_points: "models.IntegerField[int, int]" = models.IntegerField(default=0)
    notes: "models.CharField[str, str]" = models.CharField(max_length=1000, default="")

    documents: "RelatedManager[OrganisationDocument]"

    class Meta:
        db_table = "organisation_profile"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "organisation_id"], name="organisation_profile_of_one"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OrganisationStatus.values),
                name="organisation_profile_status",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_profile_kind"
            ),
            models.CheckConstraint(
                condition=Q(commission_points__range=(0, 10_000)),
                name="organisation_profile_commission",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="approved", organisation_id__isnull=False)
                    | (~Q(status="approved") & Q(organisation_id__isnull=True))
                ),
                name="organisation_profile_approved",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="proposed", proposal__isnull=False)
                    | (~Q(status="proposed") & Q(proposal__isnull=True))
                ),
                name="organisation_profile_proposed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["issuer_id", "name", "id"],
                condition=Q(organisation_id__isnull=True),
                name="organisation_profile_listed",
            ),
            models.Index(
                fields=["issuer_id", "proposal"],
                condition=Q(proposal__isnull=False),
                name="organisation_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"organisation profile {self.pk}"

    @property
    def subject(self) -> str:
        """As the trail and commands name it."""
        return f"organisation-profile:{self.pk}"


class OrganisationDocument(AppliedPaper):
    profile: "models.ForeignKey[OrganisationProfile, OrganisationProfile]" = models.ForeignKey(
        OrganisationProfile, models.CASCADE, related_name="documents"
    )
    kind: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=OrganisationPaper.choices
    )

    class Meta:
        db_table = "organisation_document"

    def __str__(self) -> str:
        return f"organisation document {self.pk}"


class OrganisationApplication(AppliedBy):
    """`profile` is the latest of their applications."""

    profile: "models.OneToOneField[OrganisationProfile | None, OrganisationProfile | None]" = (
        models.OneToOneField(
            OrganisationProfile, models.SET_NULL, null=True, related_name="application"
        )
    )

    class Meta:
        db_table = "organisation_application"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "email"], name="organisation_applies_once")
        ]

    def __str__(self) -> str:
        return f"organisation application {self.pk}"
