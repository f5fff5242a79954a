"""Changing the profile of an organisation. Whoever changes one has locked it (`locked`); each
change makes it a version newer and goes to the trail.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.documents import Paper, added_document
from counterfoil.portal.applying.telling import masked_email, masked_number, tell, told_document
from counterfoil.portal.models import OrganisationDocument, OrganisationProfile
from counterfoil.portal.organisations.life import APPLICANT_WRITES, Status, Step
from counterfoil.portal.organisations.life import after as status_after
from counterfoil.portal.trail import Actor

_PAST: Final = frozenset({Status.REJECTED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """`name` is the one on papers."""

    kind: str
    name: str
    registered_name: str
    country: str
    tax_id: str
    tax_id_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to write to, and where invoices go."""

    contact_name: str
    contact_email: str
    contact_telephone: str
    invoice_address: str
    invoice_email: str


def locked(issuer_id: int, profile_id: UUID) -> OrganisationProfile:
    """Nobody else changes it until this transaction ends. Raises Http404."""
    found = OrganisationProfile.objects.select_for_update(no_key=True).filter(
        pk=profile_id, issuer_id=issuer_id
    )
    profile = found.first()
    if profile is None:
        raise Http404
    return profile


def refuse_unless_open(profile: OrganisationProfile, is_applicant: bool) -> None:  # noqa: FBT001  # the guide asks it
    """Raises ConflictError where what is in it cannot be changed now."""
    status = Status(profile.status)
    if is_applicant and status not in APPLICANT_WRITES:
        raise ConflictError(_("This application is with the issuer now and cannot be changed."))
    if status in _PAST:
        raise ConflictError(_("This application is over. Reopen it to change it."))
    if status is Status.PROPOSED:
        raise ConflictError(
            _("Its approval was asked for. Withdraw that first, so that what is approved is so.")
        )


@transaction.atomic
def begin(
    issuer_id: int, profile_id: UUID, legal: Legal, *, origin: str, by: Actor
) -> OrganisationProfile:
    """The same id again, by the same hand, is the same profile. Raises Http404 for another's."""
    told = asdict(legal)
    profile, is_new = OrganisationProfile.objects.get_or_create(
        pk=profile_id,
        defaults={
            "issuer_id": issuer_id,
            "origin": origin,
            "made_by": by.name,
            "changed_by": by.name,
            **told,
        },
    )
    if (profile.issuer_id, profile.made_by) != (issuer_id, by.name):
        raise Http404
    if is_new:
        tell(profile, by, "organisation.begun", before=None, after={"origin": origin, **told})
    return profile


def tell_begun(profile: OrganisationProfile, by: Actor) -> None:
    """Of one that was registered before anybody wrote a profile."""
    after = {"organisation_id": profile.organisation_id, "name": profile.name}
    tell(profile, by, "organisation.profile", before=None, after=after)


def change_legal(profile: OrganisationProfile, legal: Legal, by: Actor) -> None:
    _change(profile, asdict(legal), by, "organisation.legal")


def change_contact(profile: OrganisationProfile, contact: Contact, by: Actor) -> None:
    _change(profile, asdict(contact), by, "organisation.contact")


def change_terms(profile: OrganisationProfile, points: int, notes: str, by: Actor) -> None:
    """What is agreed with it, before it is proposed; and what the issuer notes about it."""
    wanted = {"commission_points": points, "notes": notes}
    _change(profile, wanted, by, "organisation.terms")


def add_document(profile: OrganisationProfile, document_id: UUID, given: Paper, by: Actor) -> None:
    """The same id again is the same document."""
    told = added_document(profile, document_id, given, by)
    if told is not None:
        _save(profile, by, "organisation.document", before=None, after=told)


def end_document(profile: OrganisationProfile, document: OrganisationDocument, by: Actor) -> None:
    """It is not shown any more; what was decided with it stays as it was."""
    document.ended_at = timezone.now()
    document.save(update_fields=["ended_at"])
    _save(profile, by, "organisation.document", before=told_document(document), after=None)


def take_step(
    profile: OrganisationProfile,
    step: Step,
    by: Actor,
    *,
    told: str = "",
    organisation_id: int | None = None,
    proposal: UUID | None = None,
) -> None:
    """One step of its life. Raises ConflictError where it cannot be made from where it stands."""
    before = Status(profile.status)
    status = status_after(before, step)
    if status is None:
        raise ConflictError(_("That was done already, or cannot be done any more."))
    profile.status, profile.proposal = status, proposal
    if step is Step.SUBMIT:
        profile.submitted_at = timezone.now()
    if step in {Step.RETURN, Step.REJECT}:
        profile.told = told
    if step is Step.APPROVE:
        profile.organisation_id = organisation_id
    now: dict[str, object] = {"status": str(status)}
    if organisation_id is not None:
        now["organisation_id"] = organisation_id
    _save(
        profile,
        by,
        f"organisation.{step}",
        before={"status": str(before)},
        after=now,
        reason=told,
    )


def _change(
    profile: OrganisationProfile, wanted: Mapping[str, object], by: Actor, event: str
) -> None:
    before = {name: getattr(profile, name) for name in wanted}
    if before == wanted:
        return
    for name, value in wanted.items():
        setattr(profile, name, value)
    _save(profile, by, event, before=_masked(before), after=_masked(wanted))


def _masked(values: Mapping[str, object]) -> dict[str, object]:
    """The trail never forgets: what people can be reached by stands there masked."""
    masks = {
        "contact_email": masked_email,
        "invoice_email": masked_email,
        "contact_telephone": masked_number,
    }
    return {
        name: masks[name](str(value)) if name in masks else value for name, value in values.items()
    }


def _save(
    profile: OrganisationProfile,
    by: Actor,
    event: str,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    reason: str = "",
) -> None:
    profile.version += 1
    profile.changed_at, profile.changed_by = timezone.now(), by.name
    profile.save()
    tell(profile, by, event, before=before, after=after, reason=reason)
