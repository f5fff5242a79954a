"""People, and what each may do for which issuer, merchant and organisation."""

from typing import TYPE_CHECKING, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models.fields.related_descriptors import RelatedManager


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATOR = "operator", _("Operator")
    APPROVER = "approver", _("Approver")
    FINANCE = "finance", _("Finance")
    AUDITOR = "auditor", _("Auditor")


# Who prepares does not approve, and who looks over their shoulders does neither.
EXCLUSIVE: Final = (Role.OPERATOR, Role.APPROVER, Role.AUDITOR)
# They let people in, let commands through or move money: a password alone is not enough.
GUARDED: Final = (Role.ADMINISTRATOR, Role.APPROVER, Role.FINANCE)


class AcceptorRoleName(models.TextChoices):
    OWNER = "owner", _("Owner")
    CASHIER = "cashier", _("Cashier")


class OrganisationRoleName(models.TextChoices):
    MANAGER = "manager", _("Manager")
    DISTRIBUTOR = "distributor", _("Distributor")


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, email: str, *, name: str = "") -> "Person":
        """Without a password: it is set by the link that person gets."""
        person = self.model(email=self.normalize_email(email).lower(), name=name)
        person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    email: "models.EmailField[str, str]" = models.EmailField(_("e-mail"), unique=True)
    name: "models.CharField[str, str]" = models.CharField(
        _("name"), max_length=120, blank=True, default=""
    )
    language: "models.CharField[str, str]" = models.CharField(
        _("language"), max_length=10, blank=True, default=""
    )
    is_active: "models.BooleanField[bool, bool]" = models.BooleanField(default=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    roles: "RelatedManager[RoleAssignment]"
    acceptor_roles: "RelatedManager[AcceptorRole]"
    organisation_roles: "RelatedManager[OrganisationRole]"

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def shown(self) -> str:
        """As pages name them; who was invited and has not come yet has no name."""
        return self.name or self.email

    @property
    def actor(self) -> str:
        """As commands and the trail name them."""
        return f"person:{self.pk}"


def _only(field: str, range_type: str) -> Func:
    """A range of one value, or of all values where there is none."""
    return Func(F(field), F(field), Value("[]"), function=range_type)


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
            # A role for all issuers is one for each of them: ranges overlap, and no two may.
            ExclusionConstraint(
                name="roles_exclude_each_other",
                expressions=[
                    (_only("person_id", "int8range"), RangeOperators.OVERLAPS),
                    (_only("issuer_id", "int4range"), RangeOperators.OVERLAPS),
                ],
                condition=Q(role__in=EXCLUSIVE),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of issuer {self.issuer_id or 'any'}"


class AcceptorRole(models.Model):
    """What a person may do for a merchant or an agent, which the engine keeps by this key."""

    person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="acceptor_roles"
    )
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    acceptor_id: "models.IntegerField[int, int]" = models.IntegerField()
    role: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=AcceptorRoleName.choices
    )
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "acceptor_id", "person", "role"],
                name="acceptor_role_assigned_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=AcceptorRoleName.values), name="acceptor_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of acceptor {self.issuer_id}/{self.acceptor_id}"


class OrganisationRole(models.Model):
    """What a person may do for an organisation that buys vouchers."""

    person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="organisation_roles"
    )
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    organisation_id: "models.IntegerField[int, int]" = models.IntegerField()
    role: "models.CharField[str, str]" = models.CharField(
        max_length=20, choices=OrganisationRoleName.choices
    )
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["issuer_id", "organisation_id", "person", "role"],
                name="organisation_role_assigned_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=OrganisationRoleName.values), name="organisation_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of organisation {self.issuer_id}/{self.organisation_id}"


class Delegation(models.Model):
    """An approver's power, lent for whole days (UTC), both ends included."""

    from_person_id: int
    to_person_id: int
    issuer_id: "models.IntegerField[int, int]" = models.IntegerField()
    from_person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="delegations_given"
    )
    to_person: "models.ForeignKey[Person, Person]" = models.ForeignKey(
        Person, models.CASCADE, related_name="delegations_received"
    )
    from_date: "models.DateField[date, date]" = models.DateField()
    until_date: "models.DateField[date, date]" = models.DateField()
    reason: "models.CharField[str, str]" = models.CharField(max_length=400)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    ended_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until_date__gte=F("from_date")), name="delegation_has_days"
            ),
            models.CheckConstraint(
                condition=~Q(from_person=F("to_person")), name="delegation_to_another"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["issuer_id", "until_date"], name="delegation_listed")
        ]

    def __str__(self) -> str:
        return f"delegation {self.pk}"
