"""The paper that shows that money arrived, by the command it was sent with."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from counterfoil.portal.models.uploads import Upload

if TYPE_CHECKING:
    from uuid import UUID


class Evidence(models.Model):
    """The same file may come with several commands: whoever sends it again is told."""

    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    command_id: "models.UUIDField[UUID, UUID]" = models.UUIDField()
    upload: "models.ForeignKey[Upload, Upload]" = models.ForeignKey(
        Upload, models.PROTECT, related_name="evidence"
    )

    class Meta:
        db_table = "evidence"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "command_id"], name="evidence_of_one_command"
            )
        ]

    def __str__(self) -> str:
        return f"evidence of command {self.command_id}"
