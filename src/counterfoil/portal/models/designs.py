"""Designs of vouchers on their way: saved step by step, sent once, published by the engine."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from counterfoil.portal.models.people import Person


class DraftStatus(models.TextChoices):
    """`sent` stays so when its command was refused: the next change opens it again."""

    OPEN = "open"
    SENT = "sent"
    PUBLISHED = "published"
    DISCARDED = "discarded"


LIVE: tuple[str, ...] = (DraftStatus.OPEN, DraftStatus.SENT)


class VoucherDraft(models.Model):
    """`design` is the engine's GroupDesign as JSON; `steps` are those of the form that were saved;
    `follows` is the published version it would come after, 0 for a new voucher. `version` counts
    the changes, so that nobody's is lost unseen.
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    code: "models.CharField[str, str]" = models.CharField(max_length=40)
    follows: "models.IntegerField[int, int]" = models.IntegerField()
    design: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    steps: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=20), default=list
    )
    version: "models.IntegerField[int, int]" = models.IntegerField(default=1)
    status: "models.CharField[str, str]" = models.CharField(
        max_length=10, choices=DraftStatus.choices, default=DraftStatus.OPEN
    )
    command_id: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True)
    created_by: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    changed_by: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    changed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    class Meta:
        db_table = "voucher_draft"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "code"],
                condition=Q(status__in=LIVE),
                name="one_live_draft_of_a_code",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DraftStatus.values), name="draft_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=DraftStatus.SENT) | Q(command_id__isnull=False),
                name="sent_draft_has_a_command",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
