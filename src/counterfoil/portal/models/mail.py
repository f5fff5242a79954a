"""Mails that were not sent: the local outbox, where no mail server is set."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime


class Mail(models.Model):
    written_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    recipient: "models.CharField[str, str]" = models.CharField(max_length=400)
    subject: "models.CharField[str, str]" = models.CharField(max_length=400)
    body: "models.TextField[str, str]" = models.TextField()

    class Meta:
        db_table = "mail"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["written_at"], name="mail_written")
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
