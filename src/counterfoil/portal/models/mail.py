"""Mails: written in the transaction that has something to tell, sent by a worker afterwards."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class MailStatus(models.TextChoices):
    KEPT = "kept", _("In the local outbox")  # no mail server was set when it was written
    QUEUED = "queued", _("Waits to be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not taken")


class Mail(models.Model):
    """`issuer_id` is empty for what concerns a person's account. There are links in a body: it is
    emptied when it has been sent, or never will be. `next_try_at` also says until when a worker
    that is sending it has it for itself; `last_error` is the name of a class and nothing else.
    """

    issuer_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    written_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    recipient: "models.CharField[str, str]" = models.CharField(max_length=400)
    subject: "models.CharField[str, str]" = models.CharField(max_length=400)
    body: "models.TextField[str, str]" = models.TextField()
    status: "models.CharField[str, str]" = models.CharField(
        max_length=8, choices=MailStatus.choices, default=MailStatus.KEPT
    )
    tries: "models.IntegerField[int, int]" = models.IntegerField(default=0)
    next_try_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    sent_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    last_error: "models.CharField[str, str]" = models.CharField(max_length=80, default="")

    class Meta:
        db_table = "mail"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["written_at"], name="mail_written"),
            models.Index(
                fields=["next_try_at"], name="mail_queued", condition=Q(status=MailStatus.QUEUED)
            ),
            models.Index(
                fields=["issuer_id", "-id"], name="mail_failed", condition=Q(status="failed")
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=MailStatus.values), name="mail_status_known"
            ),
            models.CheckConstraint(condition=Q(tries__gte=0), name="mail_tries"),
            models.CheckConstraint(
                condition=Q(status=MailStatus.QUEUED, next_try_at__isnull=False)
                | (~Q(status=MailStatus.QUEUED) & Q(next_try_at__isnull=True)),
                name="mail_queued_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status=MailStatus.SENT, sent_at__isnull=False)
                | (~Q(status=MailStatus.SENT) & Q(sent_at__isnull=True)),
                name="mail_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[MailStatus.SENT, MailStatus.FAILED]) | Q(body=""),
                name="mail_over_has_no_body",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
