"""Vouchers that somebody named in a file, to change them: kept while the change is looked at."""

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class VoucherSelection(models.Model):
    """`serials` are 8 bytes each, and gone once a command has them; `problems` are rows of the file
    that name no voucher, each with a word for why. `file_key` is a keyed hash of the file.
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    made_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    made_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    name: "models.CharField[str, str]" = models.CharField(max_length=120)
    file_key: "models.BinaryField[bytes, bytes]" = models.BinaryField(max_length=32)
    act: "models.CharField[str, str]" = models.CharField(max_length=20)
    vouchers: "models.IntegerField[int, int]" = models.IntegerField()
    serials: "models.BinaryField[bytes, bytes]" = models.BinaryField()
    problems: "models.JSONField[list[list[object]], list[list[object]]]" = models.JSONField(
        default=list
    )
    command_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True)

    class Meta:
        db_table = "voucher_selection"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["issuer_id", "file_key"], name="voucher_selection_file"),
            models.Index(
                fields=["made_at"],
                name="voucher_selection_unsent",
                condition=models.Q(command_id__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"selection {self.pk}"
