"""What is kept alike of merchants and of organisations: what is written down of one, its papers,
and who applies.
"""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.models.uploads import Upload

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

NAME_CHARACTERS_MAX = 120


class Origin(models.TextChoices):
    ORCHESTRATOR = "orchestrator", _("entered by the issuer")
    SELF = "self", _("applied by themselves")
    PAPER = "paper", _("on paper, with someone's help")
    IMPORT = "import", _("from a file")
    API = "api", _("by a calling system")


class AppliedProfile(models.Model):
    """`proposal` is the command that would register it, `told` what the applicant was asked for or
    told last.
    """

    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    version: "models.IntegerField[int, int]" = models.IntegerField(default=1)
    origin: "models.CharField[str, str]" = models.CharField(max_length=20, choices=Origin.choices)
    made_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    changed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    changed_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    submitted_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    name: "models.CharField[str, str]" = models.CharField(max_length=NAME_CHARACTERS_MAX)
    registered_name: "models.CharField[str, str]" = models.CharField(max_length=NAME_CHARACTERS_MAX)
    country: "models.CharField[str, str]" = models.CharField(max_length=2, default="")
    tax_id: "models.CharField[str, str]" = models.CharField(max_length=40, default="")
    tax_id_checked: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)

    told: "models.CharField[str, str]" = models.CharField(max_length=400, default="")
    proposal: "models.UUIDField[UUID | None, UUID | None]" = models.UUIDField(null=True)

    class Meta:
        abstract = True


class AppliedPaper(models.Model):
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(primary_key=True, default=uuid4)
    number: "models.CharField[str, str]" = models.CharField(max_length=60, default="")
    expires_on: "models.DateField[date | None, date | None]" = models.DateField(null=True)
    upload: "models.ForeignKey[Upload, Upload]" = models.ForeignKey(
        Upload, models.PROTECT, related_name="+"
    )
    added_by: "models.CharField[str, str]" = models.CharField(max_length=128)
    added_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    class Meta:
        abstract = True


class AppliedBy(models.Model):
    """Who applies by e-mail, and the link they go on by: only its digest is kept, and each mail
    replaces it.
    """

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    email: "models.EmailField[str, str]" = models.EmailField()
    language: "models.CharField[str, str]" = models.CharField(max_length=10, default="")
    token_digest: "models.BinaryField[bytes, bytes]" = models.BinaryField(
        max_length=32, unique=True
    )
    expires_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    mailed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    class Meta:
        abstract = True
