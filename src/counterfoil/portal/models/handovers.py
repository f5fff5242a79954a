"""Who an organisation hands its vouchers to. Nothing of a person stands here in plain words, and no
voucher's number at all.
"""

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


ISSUERS_OWN = 0  # in the place of an organisation: the issuer itself replaces vouchers


class FileKind(models.TextChoices):
    CARDS = "cards", _("Cards to print (PDF)")
    SHEET = "sheet", _("A list to open in Excel or LibreOffice")


class Repeats(models.TextChoices):
    """Why somebody may be meant by mistake."""

    IN_LIST = "in_list", _("stands in the list before")
    HAS_ONE = "has_one", _("has one of these vouchers already")


class HandoverList(models.Model):
    """People who are to get a voucher each; its id is that of the engine's handover and of the
    command for it. `wrapped_key` opens the numbers for who knows the password; it is gone once
    they were fetched or are lost. `file_key` is a keyed hash of the file the people came in.
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    organisation_id: "models.IntegerField[int, int]" = models.IntegerField()
    allocation_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    reason: "models.CharField[str, str]" = models.CharField(max_length=400, default="")
    people: "models.IntegerField[int, int]" = models.IntegerField()
    at_once: "models.BooleanField[bool, bool]" = models.BooleanField(default=True)
    file_key: "models.BinaryField[bytes | None, bytes | None]" = models.BinaryField(
        max_length=32, null=True
    )
    file_kind: "models.CharField[str, str]" = models.CharField(
        max_length=8, choices=FileKind.choices, default=FileKind.CARDS
    )
    wrapped_key: "models.BinaryField[bytes | None, bytes | None]" = models.BinaryField(null=True)
    wrong_tries: "models.IntegerField[int, int]" = models.IntegerField(default=0)
    fetching_since: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    begun_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    begun_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    sent_by: "models.CharField[str, str]" = models.CharField(max_length=128, default="")
    sent_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    fetched_by: "models.CharField[str, str]" = models.CharField(max_length=128, default="")
    fetched_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    lost_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    settled: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)

    class Meta:
        db_table = "handover_list"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(file_kind__in=FileKind.values), name="handover_list_file_kind"
            ),
            models.CheckConstraint(condition=Q(people__gt=0), name="handover_list_people"),
            models.CheckConstraint(
                condition=Q(wrong_tries__gte=0), name="handover_list_wrong_tries"
            ),
            models.CheckConstraint(
                condition=Q(wrapped_key__isnull=True)
                | Q(sent_at__isnull=False, fetched_at__isnull=True, lost_at__isnull=True),
                name="handover_list_key_kept",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["issuer_id", "organisation_id", "-sent_at", "id"],
                name="handover_list_listed",
                condition=Q(sent_at__isnull=False),
            ),
            models.Index(
                fields=["issuer_id", "organisation_id", "file_key"],
                name="handover_list_file",
                condition=Q(sent_at__isnull=False),
            ),
            models.Index(
                fields=["begun_at"],
                name="handover_list_not_sent",
                condition=Q(sent_at__isnull=True),
            ),
            models.Index(
                fields=["sent_at"],
                name="handover_list_unsettled",
                condition=Q(settled=False, sent_at__isnull=False),
            ),
            models.Index(
                fields=["sent_at"],
                name="handover_list_with_key",
                condition=Q(wrapped_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"


class HandoverPerson(models.Model):
    """One of the people. `sealed` is what the organisation calls the person, and the name; it is
    bound to the list and the line. `position` is the engine's, from when the list was sent on;
    `serial` is that of the voucher, `replaces` that of the lost one it stands for.
    """

    handover_id: "UUID"

    handover: "models.ForeignKey[HandoverList, HandoverList]" = models.ForeignKey(
        HandoverList, models.CASCADE, related_name="lines"
    )
    line: "models.IntegerField[int, int]" = models.IntegerField()
    position: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    organisation_id: "models.IntegerField[int, int]" = models.IntegerField()
    reference_key: "models.BinaryField[bytes, bytes]" = models.BinaryField(max_length=32)
    sealed: "models.BinaryField[bytes, bytes]" = models.BinaryField()
    repeats: "models.CharField[str, str]" = models.CharField(
        max_length=8, choices=Repeats.choices, default="", blank=True
    )
    replaces: "models.BigIntegerField[int | None, int | None]" = models.BigIntegerField(null=True)
    serial: "models.BigIntegerField[int | None, int | None]" = models.BigIntegerField(null=True)

    class Meta:
        db_table = "handover_person"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["handover", "line"], name="handover_person_line"),
            models.UniqueConstraint(
                fields=["handover", "position"], name="handover_person_position"
            ),
            models.UniqueConstraint(fields=["issuer_id", "serial"], name="handover_person_serial"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["issuer_id", "organisation_id", "reference_key"],
                name="handover_person_reference",
            )
        ]

    def __str__(self) -> str:
        return f"line {self.line} of handover {self.handover_id}"
