"""Files people sent: what they are and whose. Their bytes are in a folder, not in the database."""

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from counterfoil.portal.models.people import Person


class Upload(models.Model):
    """`attached` once a row refers to it; what is not is cleaned away after a day."""

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    digest: "models.BinaryField[bytes, bytes]" = models.BinaryField(max_length=32)
    name: "models.CharField[str, str]" = models.CharField(max_length=120)
    media_type: "models.CharField[str, str]" = models.CharField(max_length=40)
    size: "models.IntegerField[int, int]" = models.IntegerField()
    purpose: "models.CharField[str, str]" = models.CharField(max_length=40)
    uploaded_by: "models.ForeignKey[Person | None, Person | None]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    uploaded_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    attached: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)

    class Meta:
        db_table = "upload"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["issuer_id", "digest"], name="upload_of_digest"),
            models.Index(
                fields=["uploaded_at"], condition=models.Q(attached=False), name="upload_unattached"
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"
