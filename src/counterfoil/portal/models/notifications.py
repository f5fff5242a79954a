"""What people are told of, how they want to be told, and what is still to be looked after."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.models.people import Person

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class ByMail(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("Once a day")
    NEVER = "never", _("No mail")


class Audience(models.TextChoices):
    """As whom a person is told of something."""

    OFFICE = "office", _("Issuer")
    ORGANISATION = "organisation", _("Organisation")
    SHOP = "shop", _("Merchant or agent")
    PERSON = "person", _("You")  # who asked for it


class Notification(models.Model):
    """`kind` is one of notifications/kinds.py; `subject` is as in the trail; `key` tells two of one
    kind and subject apart. `parameters` hold no personal data and no voucher's number. `place_id`
    is the organisation or the acceptor, where the audience is one's.
    """

    person_id: int
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="notifications"
    )
    audience: "models.CharField[str, str]" = models.CharField(
        max_length=12, choices=Audience.choices
    )
    place_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    kind: "models.CharField[str, str]" = models.CharField(max_length=40)
    subject: "models.CharField[str, str]" = models.CharField(max_length=128)
    key: "models.CharField[str, str]" = models.CharField(max_length=64, default="")
    parameters: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)
    read_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )
    in_digest: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)

    class Meta:
        db_table = "notification"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "subject", "kind", "key", "person"], name="notification_once"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="notification_audience_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    audience__in=[Audience.ORGANISATION, Audience.SHOP], place_id__isnull=False
                )
                | Q(audience__in=[Audience.OFFICE, Audience.PERSON], place_id__isnull=True),
                name="notification_place",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "-id"], name="notification_listed"),
            models.Index(
                fields=["person"], name="notification_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["person", "at"],
                name="notification_in_digest",
                condition=Q(in_digest=True),
            ),
            models.Index(fields=["at"], name="notification_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class NotificationChoice(models.Model):
    """How a person wants to be told of a kind by mail; without a row as the kind says."""

    person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="notification_choices"
    )
    kind: "models.CharField[str, str]" = models.CharField(max_length=40)
    by_mail: "models.CharField[str, str]" = models.CharField(max_length=8, choices=ByMail.choices)

    class Meta:
        db_table = "notification_choice"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "kind"], name="notification_chosen_once"),
            models.CheckConstraint(
                condition=Q(by_mail__in=ByMail.values), name="notification_by_mail_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of person {self.pk}"


class CommandToTell(models.Model):
    """A command whose end nobody has been told of: gone when they have."""

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    command_id: "models.UUIDField[UUID, UUID]" = models.UUIDField()

    class Meta:
        db_table = "command_to_tell"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "command_id"], name="command_told_once")
        ]

    def __str__(self) -> str:
        return f"command {self.command_id}"


class StockLow(models.Model):
    """A voucher of which few are left, for as long as that lasts; its id is this time's name."""

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    group_code: "models.CharField[str, str]" = models.CharField(max_length=64)
    since: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "stock_low"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer_id", "group_code"], name="stock_low_once")
        ]

    def __str__(self) -> str:
        return f"{self.group_code} of issuer {self.issuer_id}"
