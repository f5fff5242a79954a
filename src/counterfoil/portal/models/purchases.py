"""Purchases of vouchers by organisations: what is asked for, quoted, paid and got, and each step of
it. What is held, sold and charged the engine keeps; a purchase moves on by what the engine says.
"""

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from counterfoil.money import Money
from counterfoil.portal.models.uploads import Upload

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager

_REASON_CHARACTERS_MAX = 400
_REFERENCE_CHARACTERS_MAX = 120


class PurchaseStatus(models.TextChoices):
    """`holding` while the engine is asked to hold stock; `recorded` while a payment waits for a
    second person.
    """

    DRAFT = "draft", pgettext_lazy("purchase", "Draft")
    REQUESTED = "requested", pgettext_lazy("purchase", "Requested")
    HOLDING = "holding", pgettext_lazy("purchase", "Stock is being held")
    QUOTED = "quoted", pgettext_lazy("purchase", "Quoted")
    PROOF = "proof", pgettext_lazy("purchase", "Proof of payment sent")
    RECORDED = "recorded", pgettext_lazy("purchase", "Payment waits for approval")
    ALLOCATING = "allocating", pgettext_lazy("purchase", "Approved, being allocated")
    ALLOCATED = "allocated", pgettext_lazy("purchase", "Allocated")
    RETURNED = "returned", pgettext_lazy("purchase", "Returned for correction")
    REJECTED = "rejected", pgettext_lazy("purchase", "Rejected")
    CANCELLED = "cancelled", pgettext_lazy("purchase", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("purchase", "Expired")


# What the engine may move on without anybody asking.
FOLLOWED: tuple[str, ...] = (
    PurchaseStatus.HOLDING,
    PurchaseStatus.QUOTED,
    PurchaseStatus.PROOF,
    PurchaseStatus.RETURNED,
    PurchaseStatus.RECORDED,
    PurchaseStatus.ALLOCATING,
)


class WhenShort(models.TextChoices):
    PART = "part"
    PROVISION = "provision"


class PaymentEnd(models.TextChoices):
    NONE = ""
    APPROVED = "approved"
    REFUSED = "refused"


class Purchase(models.Model):
    """`number` is the issuer's, from when it is requested; `sale_id` is the engine's side of the
    quote that counts, `command_id` what the engine was asked for last. `total_minor` has the
    commission in it once it is quoted. `since` is when its status began, `waits_since` the same
    while it is the issuer's turn.
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    organisation_id: "models.IntegerField[int, int]" = models.IntegerField()
    funding_account_id: "models.IntegerField[int, int]" = models.IntegerField()
    currency: "models.CharField[str, str]" = models.CharField(max_length=3)
    number: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    status: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=PurchaseStatus.choices, default=PurchaseStatus.DRAFT
    )
    version: "models.IntegerField[int, int]" = models.IntegerField(default=1)
    note: "models.CharField[str, str]" = models.CharField(
        max_length=_REASON_CHARACTERS_MAX, default=""
    )
    told: "models.CharField[str, str]" = models.CharField(
        max_length=_REASON_CHARACTERS_MAX, default=""
    )
    sale_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True)
    command_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True)
    quote_until: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    total_minor: "models.BigIntegerField[int, int]" = models.BigIntegerField(default=0)
    commission_minor: "models.BigIntegerField[int, int]" = models.BigIntegerField(default=0)
    since: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    waits_since: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    made_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    made_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    changed_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    changed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    lines: "RelatedManager[PurchaseLine]"
    proofs: "RelatedManager[PurchaseProof]"
    payments: "RelatedManager[PurchasePayment]"
    steps: "RelatedManager[PurchaseStep]"

    class Meta:
        db_table = "purchase"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "number"], name="purchase_number"),
            models.UniqueConstraint(fields=["issuer_id", "sale_id"], name="purchase_of_sale"),
            models.UniqueConstraint(
                fields=["issuer_id", "organisation_id", "funding_account_id"],
                condition=Q(status="draft"),
                name="one_draft_of_an_account",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PurchaseStatus.values), name="purchase_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number__isnull=True)
                | (~Q(status="draft") & Q(number__gt=0)),
                name="purchase_numbered",
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=["holding", "quoted", "proof", "recorded", "allocating", "allocated"]
                )
                | Q(sale_id__isnull=False),
                name="purchase_has_a_sale",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["issuer_id", "organisation_id", "number"], name="purchase_of_organisation"
            ),
            models.Index(fields=["issuer_id", "status", "number"], name="purchase_of_status"),
            models.Index(fields=["issuer_id", "total_minor", "number"], name="purchase_by_amount"),
            models.Index(
                fields=["issuer_id", "waits_since", "number"],
                condition=Q(waits_since__isnull=False),
                name="purchase_waits",
            ),
            models.Index(
                fields=["issuer_id", "changed_at"],
                condition=Q(status__in=FOLLOWED),
                name="purchase_followed",
            ),
        ]

    def __str__(self) -> str:
        return f"purchase {self.pk}"

    @property
    def subject(self) -> str:
        """As the trail names it."""
        return f"purchase:{self.pk}"

    @property
    def reference(self) -> str:
        """As people call it; what is to be given with the payment."""
        return "" if self.number is None else reference_of(self.number)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def face(self) -> Money:
        return self.total - self.commission


def reference_of(number: int) -> str:
    return f"P-{number:04}"


class PurchaseLine(models.Model):
    """`name` is the voucher's when it was put in; the version is the one quoted, from then on."""

    purchase: "models.ForeignKey[Purchase, Purchase]" = models.ForeignKey(
        Purchase, models.CASCADE, related_name="lines"
    )
    line: "models.IntegerField[int, int]" = models.IntegerField()
    group_code: "models.CharField[str, str]" = models.CharField(max_length=40)
    group_version: "models.IntegerField[int, int]" = models.IntegerField()
    name: "models.CharField[str, str]" = models.CharField(max_length=120)
    amount_minor: "models.BigIntegerField[int, int]" = models.BigIntegerField()
    quantity: "models.IntegerField[int, int]" = models.IntegerField()

    class Meta:
        db_table = "purchase_line"
        ordering: ClassVar[list[str]] = ["line"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["purchase", "line"], name="purchase_line_once"),
            models.UniqueConstraint(
                fields=["purchase", "group_code", "amount_minor"], name="purchase_line_of_amount"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, amount_minor__gt=0), name="purchase_line_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line} of a purchase"


class PurchaseProof(models.Model):
    """What the buyer says was paid, and the paper of it. One that did not do stays, ended."""

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    purchase: "models.ForeignKey[Purchase, Purchase]" = models.ForeignKey(
        Purchase, models.CASCADE, related_name="proofs"
    )
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    upload: "models.ForeignKey[Upload, Upload]" = models.ForeignKey(
        Upload, models.PROTECT, related_name="+"
    )
    digest: "models.BinaryField[bytes, bytes]" = models.BinaryField(max_length=32)
    amount_minor: "models.BigIntegerField[int, int]" = models.BigIntegerField()
    bank_reference: "models.CharField[str, str]" = models.CharField(
        max_length=_REFERENCE_CHARACTERS_MAX
    )
    reference_key: "models.CharField[str, str]" = models.CharField(
        max_length=_REFERENCE_CHARACTERS_MAX
    )
    paid_on: "models.DateField[date, date]" = models.DateField()
    sent_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    sent_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    class Meta:
        db_table = "purchase_proof"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["purchase"], condition=Q(ended_at__isnull=True), name="one_proof_counts"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="purchase_proof_amount"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["issuer_id", "digest"], name="purchase_proof_of_digest"),
            models.Index(fields=["issuer_id", "reference_key"], name="purchase_proof_reference"),
        ]

    def __str__(self) -> str:
        return f"proof of payment {self.pk}"


class PurchasePayment(models.Model):
    """What somebody recorded, and another one approves; without an amount the balance pays all.
    Of those that wait or were approved, a bank's reference is there once for an account.
    """

    command_id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True)
    purchase: "models.ForeignKey[Purchase, Purchase]" = models.ForeignKey(
        Purchase, models.CASCADE, related_name="payments"
    )
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    funding_account_id: "models.IntegerField[int, int]" = models.IntegerField()
    amount_minor: "models.BigIntegerField[int, int]" = models.BigIntegerField(default=0)
    bank_reference: "models.CharField[str, str]" = models.CharField(
        max_length=_REFERENCE_CHARACTERS_MAX, default=""
    )
    reference_key: "models.CharField[str, str]" = models.CharField(
        max_length=_REFERENCE_CHARACTERS_MAX, default=""
    )
    value_date: "models.DateField[date | None, date | None]" = models.DateField(null=True)
    when_short: "models.CharField[str, str]" = models.CharField(
        max_length=10, choices=WhenShort.choices, default=WhenShort.PART
    )
    takes_part: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)
    proof: "models.ForeignKey[PurchaseProof | None, PurchaseProof | None]" = models.ForeignKey(
        PurchaseProof, models.PROTECT, null=True, related_name="+"
    )
    made_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    made_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    ended: "models.CharField[str, str]" = models.CharField(
        max_length=10, choices=PaymentEnd.choices, default=PaymentEnd.NONE
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    class Meta:
        db_table = "purchase_payment"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "funding_account_id", "reference_key"],
                condition=~Q(reference_key="") & ~Q(ended="refused"),
                name="purchase_paid_once",
            ),
            models.UniqueConstraint(
                fields=["purchase"], condition=~Q(ended="refused"), name="one_payment_counts"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor=0, bank_reference="")
                | (Q(amount_minor__gt=0) & ~Q(bank_reference="")),
                name="purchase_payment_referenced",
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"


class PurchaseStep(models.Model):
    """What was done with it: only added to. `once` is the form's, so that no step is made twice."""

    purchase: "models.ForeignKey[Purchase, Purchase]" = models.ForeignKey(
        Purchase, models.CASCADE, related_name="steps"
    )
    what: "models.CharField[str, str]" = models.CharField(max_length=20)
    side: "models.CharField[str, str]" = models.CharField(max_length=10)
    by: "models.CharField[str, str]" = models.CharField(max_length=128)
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    reason: "models.CharField[str, str]" = models.CharField(
        max_length=_REASON_CHARACTERS_MAX, default=""
    )
    once: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True)

    class Meta:
        db_table = "purchase_step"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["purchase", "once"], name="purchase_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} of a purchase"


class CancellationTold(models.Model):
    """A change of many vouchers that cancelled some which were sold: their buyers were told."""

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    bulk_id: "models.IntegerField[int, int]" = models.IntegerField()
    told_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "cancellation_told"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "bulk_id"], name="cancellation_told_once")
        ]

    def __str__(self) -> str:
        return f"told of bulk {self.bulk_id}"
