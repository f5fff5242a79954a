"""Merchants and agents as the portal knows them: their profile, people, places, papers, and how
their bank data changed. Whether they may redeem and what is owed to them the engine keeps.
"""

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.models.applying import (
    NAME_CHARACTERS_MAX,
    AppliedBy,
    AppliedPaper,
    AppliedProfile,
)

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


class MerchantKind(models.TextChoices):
    MERCHANT = "merchant", _("Merchant")
    AGENT = "agent", _("Agent")


class ProfileStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    MORE_INFORMATION = "more_information", _("More information asked")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CLOSED = "closed", _("Withdrawn")


class Section(models.TextChoices):
    LEGAL = "legal", _("Legal data and documents")
    CONTACTS = "contacts", _("Contacts and outlets")
    BANK = "bank", _("Bank data")


class Checked(models.TextChoices):
    UNVERIFIED = "unverified", _("Not verified yet")
    VERIFIED = "verified", _("Verified")
    FAILED = "failed", _("Not right")


class Scheme(models.TextChoices):
    IBAN = "iban", _("IBAN")
    ACCOUNT = "account", _("Bank account")
    WALLET = "wallet", _("Mobile money")


class DocumentKind(models.TextChoices):
    REGISTRATION = "registration", _("Registration certificate")
    TAX = "tax", _("Tax certificate")
    LICENCE = "licence", _("Trade licence")
    IDENTITY = "identity", _("Identity document of the owner")
    BANK = "bank", _("Letter or statement of the bank")
    OTHER = "other", _("Another document")


class MerchantProfile(AppliedProfile):
    """`name` is what it is called at the till; `acceptor_id` is the engine's key once it is
    registered there.
    """

    acceptor_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    kind: "models.CharField[str, str]" = models.CharField(
        max_length=10, choices=MerchantKind.choices
    )
    status: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=ProfileStatus.choices, default=ProfileStatus.DRAFT
    )

    scheme: "models.CharField[str, str]" = models.CharField(
        max_length=10, choices=Scheme.choices, default=""
    )
    fsp: "models.CharField[str, str]" = models.CharField(max_length=60, default="")
    account: "models.CharField[str, str]" = models.CharField(max_length=40, default="")
    holder: "models.CharField[str, str]" = models.CharField(
        max_length=NAME_CHARACTERS_MAX, default=""
    )
    owner_email: "models.EmailField[str, str]" = models.EmailField(default="")

    contacts: "RelatedManager[MerchantContact]"
    outlets: "RelatedManager[MerchantOutlet]"
    documents: "RelatedManager[MerchantDocument]"
    verifications: "RelatedManager[Verification]"

    class Meta:
        db_table = "merchant_profile"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "acceptor_id"], name="merchant_profile_of_acceptor"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ProfileStatus.values), name="merchant_profile_status"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MerchantKind.values), name="merchant_profile_kind"
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=["", *Scheme.values]), name="merchant_profile_scheme"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="approved", acceptor_id__isnull=False)
                    | (~Q(status="approved") & Q(acceptor_id__isnull=True))
                ),
                name="merchant_profile_approved",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["issuer_id", "name", "id"],
                condition=Q(acceptor_id__isnull=True),
                name="merchant_profile_listed",
            ),
            models.Index(
                fields=["issuer_id", "proposal"],
                condition=Q(proposal__isnull=False),
                name="merchant_profile_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"merchant profile {self.pk}"

    @property
    def subject(self) -> str:
        """As the trail and commands name it."""
        return f"profile:{self.pk}"


class MerchantContact(models.Model):
    """Whom to call. Who is taken off the list stays for as long as a warning may have to go there:
    a changed bank account is told to those who were called before.
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    profile: "models.ForeignKey[MerchantProfile, MerchantProfile]" = models.ForeignKey(
        MerchantProfile, models.CASCADE, related_name="contacts"
    )
    version: "models.IntegerField[int, int]" = models.IntegerField(default=1)
    name: "models.CharField[str, str]" = models.CharField(max_length=NAME_CHARACTERS_MAX)
    role: "models.CharField[str, str]" = models.CharField(max_length=60, default="")
    telephone: "models.CharField[str, str]" = models.CharField(max_length=20, default="")
    email: "models.EmailField[str, str]" = models.EmailField(default="")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    class Meta:
        db_table = "merchant_contact"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(telephone="") | ~Q(email=""), name="merchant_contact_reachable"
            )
        ]

    def __str__(self) -> str:
        return f"merchant contact {self.pk}"


class MerchantOutlet(models.Model):
    """`hours` is one list of spans a weekday, Monday first (see merchants/opening_hours.py)."""

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    profile: "models.ForeignKey[MerchantProfile, MerchantProfile]" = models.ForeignKey(
        MerchantProfile, models.CASCADE, related_name="outlets"
    )
    version: "models.IntegerField[int, int]" = models.IntegerField(default=1)
    name: "models.CharField[str, str]" = models.CharField(max_length=NAME_CHARACTERS_MAX)
    address: "models.CharField[str, str]" = models.CharField(max_length=200)
    town: "models.CharField[str, str]" = models.CharField(max_length=80)
    latitude: "models.DecimalField[Decimal | None, Decimal | None]" = models.DecimalField(
        max_digits=8, decimal_places=6, null=True
    )
    longitude: "models.DecimalField[Decimal | None, Decimal | None]" = models.DecimalField(
        max_digits=9, decimal_places=6, null=True
    )
    hours: "models.JSONField[list[list[list[int]]], list[list[list[int]]]]" = models.JSONField(
        default=list
    )
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    class Meta:
        db_table = "merchant_outlet"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(
                    Q(latitude__isnull=True, longitude__isnull=True)
                    | Q(latitude__range=(-90, 90), longitude__range=(-180, 180))
                ),
                name="merchant_outlet_position",
            )
        ]

    def __str__(self) -> str:
        return f"merchant outlet {self.pk}"


class MerchantDocument(AppliedPaper):
    profile: "models.ForeignKey[MerchantProfile, MerchantProfile]" = models.ForeignKey(
        MerchantProfile, models.CASCADE, related_name="documents"
    )
    kind: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=DocumentKind.choices
    )

    class Meta:
        db_table = "merchant_document"

    def __str__(self) -> str:
        return f"merchant document {self.pk}"


class Verification(models.Model):
    """What somebody found who checked a section; whoever changes it makes it unverified again."""

    profile: "models.ForeignKey[MerchantProfile, MerchantProfile]" = models.ForeignKey(
        MerchantProfile, models.CASCADE, related_name="verifications"
    )
    section: "models.CharField[str, str]" = models.CharField(max_length=20, choices=Section.choices)
    state: "models.CharField[str, str]" = models.CharField(max_length=20, choices=Checked.choices)
    by: "models.CharField[str, str]" = models.CharField(max_length=128)
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    note: "models.CharField[str, str]" = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "merchant_verification"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["profile", "section"], name="merchant_verified_once")
        ]

    def __str__(self) -> str:
        return f"verification of {self.section}"


class Application(AppliedBy):
    """`profile` is the latest of their applications."""

    profile: "models.OneToOneField[MerchantProfile | None, MerchantProfile | None]" = (
        models.OneToOneField(
            MerchantProfile, models.SET_NULL, null=True, related_name="application"
        )
    )

    class Meta:
        db_table = "merchant_application"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "email"], name="merchant_applies_once")
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class BankChange(models.Model):
    """A change of where somebody is paid, and who was told of it before. `ended` says what came of
    it: switched, or kept (the old one stays).
    """

    command_id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    acceptor_id: "models.IntegerField[int, int]" = models.IntegerField()
    addresses: "models.JSONField[list[str], list[str]]" = models.JSONField()
    prepared_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    ended: "models.CharField[str, str]" = models.CharField(max_length=10, default="")

    class Meta:
        db_table = "merchant_bank_change"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["issuer_id", "command_id"],
                condition=Q(ended_at__isnull=True),
                name="bank_change_open",
            ),
            models.Index(fields=["issuer_id", "acceptor_id"], name="bank_change_of_acceptor"),
        ]

    def __str__(self) -> str:
        return f"bank change {self.pk}"
