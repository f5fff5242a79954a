"""People, and what each may do for which issuer."""

from typing import TYPE_CHECKING, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATOR = "operator", _("Operator")
    APPROVER = "approver", _("Approver")
    FINANCE = "finance", _("Finance")
    AUDITOR = "auditor", _("Auditor")


# Who prepares does not approve, and who looks over their shoulders does neither.
EXCLUSIVE: Final = (Role.OPERATOR, Role.APPROVER, Role.AUDITOR)


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, email: str) -> "Person":
        """Without a password: it is set by the link that person gets."""
        person = self.model(email=self.normalize_email(email).lower())
        person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    email: "models.EmailField[str, str]" = models.EmailField(_("e-mail"), unique=True)
    is_active: "models.BooleanField[bool, bool]" = models.BooleanField(default=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    def __str__(self) -> str:
        return f"person {self.pk}"


class RoleAssignment(models.Model):
    """`issuer_id` points to the engine's row by key; without one the role is for all issuers."""

    person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="roles"
    )
    role: "models.CharField[str, str]" = models.CharField(max_length=20, choices=Role.choices)
    issuer_id: "models.IntegerField[int | None, int | None]" = models.IntegerField(null=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "role", "issuer_id"],
                nulls_distinct=False,
                name="role_assigned_once",
            ),
            models.UniqueConstraint(
                fields=["person", "issuer_id"],
                condition=Q(role__in=EXCLUSIVE),
                nulls_distinct=False,
                name="roles_exclude_each_other",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of issuer {self.issuer_id or 'any'}"
