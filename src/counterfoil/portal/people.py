"""Who has which role: given, taken, and lent for a time, one rule for pages and command line.

Nobody changes their own roles. Operator, approver and auditor exclude each other for one issuer,
one role for all issuers included. An issuer keeps an administrator who can sign in. Everything
is done with the person's row locked, and written to the trail in the same transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.portal.delegations import end_delegations_of, receives, refuse_own
from counterfoil.portal.models import (
    EXCLUSIVE,
    AcceptorRole,
    AcceptorRoleName,
    OrganisationRole,
    OrganisationRoleName,
    Person,
    Role,
    RoleAssignment,
)
from counterfoil.portal.trail import Actor, record


@dataclass(frozen=True, slots=True)
class OfficeGrant:
    """A role at an issuer; without one, at all of them."""

    role: Role
    issuer_id: int | None


@dataclass(frozen=True, slots=True)
class ShopGrant:
    """A role at a merchant or an agent."""

    role: AcceptorRoleName
    issuer_id: int
    acceptor_id: int


@dataclass(frozen=True, slots=True)
class OrganisationGrant:
    role: OrganisationRoleName
    issuer_id: int
    organisation_id: int


Grant = OfficeGrant | ShopGrant | OrganisationGrant


@dataclass(frozen=True, slots=True)
class Invitation:
    """`path` is where the password is set, once and within three days."""

    person: Person
    path: str


@transaction.atomic
def invite(email: str, grants: Sequence[Grant], invited_by: Actor, *, name: str = "") -> Invitation:
    """Register a person where there is none of that address, and give the roles.

    Raises ConflictError for an address that is none, and for roles that cannot be given.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise ConflictError(_("That is not an e-mail address.")) from error
    person = Person.objects.filter(email=email.lower()).first()
    if person is None:
        person = Person.objects.create_person(email, name=name)
        EmailAddress.objects.create(user=person, email=person.email, primary=True)
    elif not person.is_active:
        person.is_active = True
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
    for grant in grants:
        give_role(person, grant, by=invited_by)
    return Invitation(person, link_path(person))


def link_path(person: Person) -> str:
    """Of the page on which this person sets a password; any password set makes it void."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("welcome", args=[uid, default_token_generator.make_token(person)])


@transaction.atomic
def give_role(person: Person, grant: Grant, *, by: Actor, reason: str = "") -> bool:
    """False where the person has it already. Raises ConflictError."""
    _lock(person, by)
    try:
        with transaction.atomic():
            is_new = _given(person, grant)
    except IntegrityError as error:
        raise ConflictError(_exclude_each_other()) from error
    if is_new:
        _record("role.given", person, grant, by=by, reason=reason)
    return is_new


@transaction.atomic
def take_role(person: Person, grant: Grant, *, by: Actor, reason: str = "") -> bool:
    """False where the person does not have it. Raises ConflictError."""
    _lock(person, by)
    _lock_administrators(grant.issuer_id)
    found, _of_models = _held(person, grant).delete()
    if not found:
        return False
    if isinstance(grant, OfficeGrant) and grant.role is Role.ADMINISTRATOR:
        _refuse_without_administrator(grant.issuer_id)
    _record("role.taken", person, grant, by=by, reason=reason)
    return True


@transaction.atomic
def change_roles(
    person: Person, issuer_id: int, wanted: Collection[Role], *, by: Actor, reason: str
) -> None:
    """Those at one issuer, from what they are to what is wanted. Raises ConflictError."""
    _lock(person, by)
    now = set(person.roles.filter(issuer_id=issuer_id).values_list("role", flat=True))
    for role in sorted(now - set(wanted)):
        take_role(person, OfficeGrant(Role(role), issuer_id), by=by, reason=reason)
    for role in sorted(set(wanted) - now):
        give_role(person, OfficeGrant(Role(role), issuer_id), by=by, reason=reason)


@transaction.atomic
def deactivate(person: Person, issuer_id: int, *, by: Actor, reason: str) -> bool:
    """Take all that the person has at this issuer. True where nothing is left anywhere: then the
    account is closed and signed out everywhere. Raises ConflictError.
    """
    _lock(person, by)
    if person.roles.filter(issuer_id=None).exists():
        raise ConflictError(
            _("This person has a role for all issuers, which only the command line takes away.")
        )
    _lock_administrators(issuer_id)
    was_administrator = person.roles.filter(issuer_id=issuer_id, role=Role.ADMINISTRATOR).exists()
    for held in (person.roles, person.acceptor_roles, person.organisation_roles):
        held.filter(issuer_id=issuer_id).delete()
    end_delegations_of(person, issuer_id)
    if was_administrator:
        _refuse_without_administrator(issuer_id)
    is_closed = not any(
        held.exists() for held in (person.roles, person.acceptor_roles, person.organisation_roles)
    )
    if is_closed:
        person.is_active = False
        person.save(update_fields=["is_active"])
        end_sessions(person)
    record(
        issuer_id,
        by.name,
        "person.deactivated",
        subject=person.actor,
        after={"closed": is_closed},
        reason=reason,
        address=by.address,
    )
    return is_closed


@transaction.atomic
def reset_second_factor(person: Person, issuer_id: int | None, *, by: Actor, reason: str) -> None:
    """For who has lost the telephone and the recovery codes: it is set up anew at the next sign-in.
    An administrator of one issuer does it only for who works for no other. Raises ConflictError.
    """
    _lock(person, by)
    elsewhere = ~Q(issuer_id=issuer_id) | Q(issuer_id=None)
    if issuer_id is not None and (
        person.roles.filter(elsewhere).exists()
        or person.acceptor_roles.exclude(issuer_id=issuer_id).exists()
        or person.organisation_roles.exclude(issuer_id=issuer_id).exists()
    ):
        raise ConflictError(
            _("This person works for other issuers too: only the command line resets it.")
        )
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    record(
        issuer_id,
        by.name,
        "second_factor.reset",
        subject=person.actor,
        reason=reason,
        address=by.address,
    )


@transaction.atomic
def begin_anew(email: str, *, by: Actor) -> str:
    """For who can no longer sign in at all: the path on which a new password is set. Raises
    NotFoundError.
    """
    person = Person.objects.filter(email=email.lower(), is_active=True).first()
    if person is None:
        raise NotFoundError(_("There is no such person."))
    person.set_unusable_password()
    person.save(update_fields=["password"])
    reset_second_factor(person, None, by=by, reason="")
    return link_path(person)


def end_sessions(person: Person) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()


def _given(person: Person, grant: Grant) -> bool:
    match grant:
        case OfficeGrant(role, issuer_id):
            return _given_at_office(person, role, issuer_id)
        case ShopGrant(role, issuer_id, acceptor_id):
            return AcceptorRole.objects.get_or_create(
                person=person, role=role, issuer_id=issuer_id, acceptor_id=acceptor_id
            )[1]
        case OrganisationGrant(role, issuer_id, organisation_id):
            return OrganisationRole.objects.get_or_create(
                person=person, role=role, issuer_id=issuer_id, organisation_id=organisation_id
            )[1]


def _given_at_office(person: Person, role: Role, issuer_id: int | None) -> bool:
    everywhere_or_here = Q() if issuer_id is None else Q(issuer_id=issuer_id) | Q(issuer_id=None)
    covering = Q(issuer_id=None) if issuer_id is None else everywhere_or_here
    if person.roles.filter(covering, role=role).exists():
        return False
    if role in EXCLUSIVE:
        if person.roles.filter(everywhere_or_here, role__in=set(EXCLUSIVE) - {role}).exists():
            raise ConflictError(_exclude_each_other())
        if role is not Role.APPROVER and receives(person, issuer_id):
            raise ConflictError(
                _("This person approves for somebody else just now. End that delegation first.")
            )
    if issuer_id is None:  # the wider one takes the place of the narrow ones
        person.roles.filter(role=role).delete()
    RoleAssignment.objects.create(person=person, role=role, issuer_id=issuer_id)
    return True


def _held(
    person: Person, grant: Grant
) -> "QuerySet[RoleAssignment] | QuerySet[AcceptorRole] | QuerySet[OrganisationRole]":
    match grant:
        case OfficeGrant(role, issuer_id):
            return person.roles.filter(role=role, issuer_id=issuer_id)
        case ShopGrant(role, issuer_id, acceptor_id):
            return person.acceptor_roles.filter(
                role=role, issuer_id=issuer_id, acceptor_id=acceptor_id
            )
        case OrganisationGrant(role, issuer_id, organisation_id):
            return person.organisation_roles.filter(
                role=role, issuer_id=issuer_id, organisation_id=organisation_id
            )


def _lock(person: Person, by: Actor) -> None:
    """So that two who give this person roles do it one after the other."""
    refuse_own(person, by)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _administrators(issuer_id: int | None) -> "QuerySet[RoleAssignment]":
    return RoleAssignment.objects.filter(
        Q(issuer_id=issuer_id) | Q(issuer_id=None), role=Role.ADMINISTRATOR
    )


def _lock_administrators(issuer_id: int | None) -> None:
    """In one order, before any is taken, so that two cannot take the last two."""
    list(_administrators(issuer_id).select_for_update().order_by("pk"))


def _refuse_without_administrator(issuer_id: int | None) -> None:
    """After one was taken. Who has never set a password administers nothing."""
    left = _administrators(issuer_id).filter(person__is_active=True)
    if not left.exclude(person__password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        raise ConflictError(
            _("Somebody must administer this: make another person administrator first.")
        )


def _exclude_each_other() -> str:
    return _("Operator, approver and auditor exclude each other: one person is one of them.")


def _record(event: str, person: Person, grant: Grant, *, by: Actor, reason: str) -> None:
    what: dict[str, object] = {"role": str(grant.role)}
    if isinstance(grant, ShopGrant):
        what["acceptor_id"] = grant.acceptor_id
    elif isinstance(grant, OrganisationGrant):
        what["organisation_id"] = grant.organisation_id
    record(
        grant.issuer_id,
        by.name,
        event,
        subject=person.actor,
        before=what if event == "role.taken" else None,
        after=what if event == "role.given" else None,
        reason=reason,
        address=by.address,
    )
