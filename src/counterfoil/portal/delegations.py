"""An approver's power, lent for whole days (UTC): to whom, for how long, and its early end."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.errors import ConflictError
from counterfoil.portal.models import Delegation, Person, Role
from counterfoil.portal.trail import Actor, record

LENT_AT_MOST: Final = timedelta(days=92)


@transaction.atomic
def delegate(
    issuer_id: int,
    from_person: Person,
    to_person: Person,
    days: tuple[date, date],
    *,
    by: Actor,
    reason: str,
) -> Delegation:
    """Lend an approver's power, from the first of the days to the last. Raises ConflictError."""
    from_date, until_date = days
    refuse_own(to_person, by)
    for person in sorted((from_person, to_person), key=lambda each: int(each.pk)):
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if until_date < max(from_date, timezone.now().date()):
        raise ConflictError(_("The last day is over before the first, or already over."))
    if until_date - from_date > LENT_AT_MOST:
        raise ConflictError(_("Lend it for three months at most; it can be lent again."))
    _refuse_receiver(issuer_id, from_person, to_person)
    if Delegation.objects.filter(
        issuer_id=issuer_id,
        from_person=from_person,
        to_person=to_person,
        ended_at=None,
        from_date__lte=until_date,
        until_date__gte=from_date,
    ).exists():
        raise ConflictError(_("It is lent to this person already for some of these days."))
    delegation = Delegation.objects.create(
        issuer_id=issuer_id,
        from_person=from_person,
        to_person=to_person,
        from_date=from_date,
        until_date=until_date,
        reason=reason,
    )
    record(
        issuer_id,
        by.name,
        "approval.delegated",
        subject=from_person.actor,
        after={"to": to_person.actor, "from": str(from_date), "until": str(until_date)},
        reason=reason,
        address=by.address,
    )
    return delegation


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: Actor, reason: str = "") -> bool:
    """False where it had ended. Raises ConflictError."""
    refuse_own(delegation.to_person, by)
    if not _ended(Delegation.objects.filter(pk=delegation.pk)):
        return False
    record(
        delegation.issuer_id,
        by.name,
        "approval.delegation_ended",
        subject=f"person:{delegation.from_person_id}",
        before={"to": f"person:{delegation.to_person_id}"},
        reason=reason,
        address=by.address,
    )
    return True


def refuse_own(person: Person, by: Actor) -> None:
    """Whoever else may do it: nobody changes what they may do themselves."""
    if by.person_id == person.pk:
        raise ConflictError(_("Nobody changes their own roles: ask another administrator."))


def end_delegations_of(person: Person, issuer_id: int) -> None:
    """Both ways; its caller tells the trail."""
    _ended(
        Delegation.objects.filter(Q(from_person=person) | Q(to_person=person), issuer_id=issuer_id)
    )


def receives(person: Person, issuer_id: int | None) -> bool:
    """Whether somebody's power is lent to this person, now or later; at any issuer for None."""
    received = Delegation.objects.filter(
        to_person=person, ended_at=None, until_date__gte=timezone.now().date()
    )
    return received.filter(Q() if issuer_id is None else Q(issuer_id=issuer_id)).exists()


def _refuse_receiver(issuer_id: int, from_person: Person, to_person: Person) -> None:
    here = Q(issuer_id=issuer_id) | Q(issuer_id=None)
    if not from_person.roles.filter(here, role=Role.APPROVER).exists():
        raise ConflictError(_("Only an approver has this power to lend."))
    roles = set(to_person.roles.filter(here).values_list("role", flat=True))
    if not roles or not to_person.is_active:
        raise ConflictError(_("It is lent to somebody who works here."))
    if Role.APPROVER in roles:
        raise ConflictError(_("This person is an approver already."))
    if roles & {Role.OPERATOR, Role.AUDITOR}:
        raise ConflictError(
            _("Who prepares or audits cannot approve: choose somebody who does neither.")
        )


def _ended(delegations: "QuerySet[Delegation]") -> int:
    return delegations.filter(ended_at=None).update(ended_at=timezone.now())
