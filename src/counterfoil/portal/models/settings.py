"""What an issuer has set for its portal; what it has set for its vouchers is the engine's."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime


class PortalSettings(models.Model):
    """Without a row it is as these defaults say: ask `portal_settings`."""

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField(primary_key=True)
    language: "models.CharField[str, str]" = models.CharField(max_length=10, default="en")
    time_zone: "models.CharField[str, str]" = models.CharField(max_length=64, default="UTC")
    merchants_apply: "models.BooleanField[bool, bool]" = models.BooleanField(default=True)
    organisations_apply: "models.BooleanField[bool, bool]" = models.BooleanField(default=True)
    version: "models.IntegerField[int, int]" = models.IntegerField(default=0)
    changed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    changed_by: "models.CharField[str, str]" = models.CharField(max_length=128, default="")

    class Meta:
        db_table = "portal_settings"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(version__gte=0), name="portal_settings_version"
            )
        ]

    def __str__(self) -> str:
        return f"settings of issuer {self.issuer_id}"


def portal_settings(issuer_id: int) -> PortalSettings:
    """Those of an issuer, or the defaults; one query."""
    found = PortalSettings.objects.filter(pk=issuer_id).first()
    return found or PortalSettings(issuer_id=issuer_id)
