"""What people changed in the portal: who, when, from where, before, after, why. Only added to."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime


class TrailEntry(models.Model):
    """`issuer_id` is empty for what concerns a person rather than an issuer."""

    issuer_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    actor: "models.CharField[str, str]" = models.CharField(max_length=128)
    address: "models.CharField[str, str]" = models.CharField(max_length=64, default="")
    event: "models.CharField[str, str]" = models.CharField(max_length=64)
    subject: "models.CharField[str, str]" = models.CharField(max_length=128)
    before: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    after: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    reason: "models.CharField[str, str]" = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "trail"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["issuer_id", "-id"], name="trail_listed"),
            models.Index(fields=["issuer_id", "subject", "-id"], name="trail_of_subject"),
            models.Index(fields=["issuer_id", "-at", "-id"], name="trail_by_time"),
            models.Index(fields=["issuer_id", "actor", "-at", "-id"], name="trail_of_actor"),
            models.Index(fields=["issuer_id", "event", "-at", "-id"], name="trail_of_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"
