"""Papers an issuer gives out: whose name is on them, their gapless numbers, and what each says.
What it says is kept as it was, so that a paper is the same whenever it is asked for.
"""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class PaperKind(models.TextChoices):
    PRO_FORMA = "pro_forma", _("Pro-forma invoice")
    RECEIPT = "receipt", _("Receipt")
    COMMISSION = "commission", _("Commission invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class Series(models.Model):
    """The last number given out of a kind: counted on in the transaction that uses it, so that none
    is left out and none is there twice.
    """

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    kind: "models.CharField[str, str]" = models.CharField(max_length=20)
    last: "models.IntegerField[int, int]" = models.IntegerField(default=0)

    class Meta:
        db_table = "series"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "kind"], name="series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


class Paper(models.Model):
    """`subject` is what it is of (`sale:…`, `command:…`): there is one of a kind of each. `content`
    is what stands on it (purchases/papers.py).
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    organisation_id: "models.IntegerField[int, int]" = models.IntegerField()
    kind: "models.CharField[str, str]" = models.CharField(max_length=20, choices=PaperKind.choices)
    number: "models.IntegerField[int, int]" = models.IntegerField()
    subject: "models.CharField[str, str]" = models.CharField(max_length=80)
    about: "models.CharField[str, str]" = models.CharField(max_length=80, default="")
    language: "models.CharField[str, str]" = models.CharField(max_length=10)
    content: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    issued_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    class Meta:
        db_table = "paper"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "kind", "number"], name="paper_number"),
            models.UniqueConstraint(fields=["issuer_id", "kind", "subject"], name="paper_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="paper_numbered"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["issuer_id", "about"], name="paper_about"),
            models.Index(
                fields=["issuer_id", "organisation_id", "issued_at"], name="paper_of_organisation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Letterhead(models.Model):
    """Without a row papers bear the issuer's name alone: ask `letterhead`."""

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField(primary_key=True)
    legal_name: "models.CharField[str, str]" = models.CharField(max_length=120, default="")
    address: "models.CharField[str, str]" = models.CharField(max_length=400, default="")
    tax_id: "models.CharField[str, str]" = models.CharField(max_length=40, default="")
    contact: "models.CharField[str, str]" = models.CharField(max_length=200, default="")
    how_to_pay: "models.CharField[str, str]" = models.CharField(max_length=400, default="")
    version: "models.IntegerField[int, int]" = models.IntegerField(default=0)
    changed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    changed_by: "models.CharField[str, str]" = models.CharField(max_length=128, default="")

    class Meta:
        db_table = "letterhead"

    def __str__(self) -> str:
        return f"letterhead of issuer {self.issuer_id}"


def letterhead(issuer_id: int) -> Letterhead:
    """That of an issuer, or an empty one; one query."""
    found = Letterhead.objects.filter(pk=issuer_id).first()
    return found or Letterhead(issuer_id=issuer_id)
