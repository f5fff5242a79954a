"""Changing a profile. Whoever changes one has locked it (`locked`); each change makes it a version
newer, takes back what was verified of that section, and goes to the trail.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.documents import Paper, added_document, refuse_many
from counterfoil.portal.applying.telling import tell, told_document
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.life import APPLICANT_WRITES, Status, Step
from counterfoil.portal.merchants.life import after as status_after
from counterfoil.portal.merchants.telling import (
    told_bank,
    told_contact,
    told_outlet,
)
from counterfoil.portal.merchants.written import (
    Contact,
    Legal,
    Outlet,
    bank_of,
    contact_given,
    outlet_given,
)
from counterfoil.portal.models import (
    Checked,
    MerchantContact,
    MerchantDocument,
    MerchantOutlet,
    MerchantProfile,
    Section,
    Verification,
)
from counterfoil.portal.trail import Actor

_PAST: Final = frozenset({Status.REJECTED, Status.CLOSED})


def locked(issuer_id: int, profile_id: UUID) -> MerchantProfile:
    """Nobody else changes it until this transaction ends."""
    found = MerchantProfile.objects.select_for_update(no_key=True).filter(
        pk=profile_id, issuer_id=issuer_id
    )
    profile = found.first()
    if profile is None:
        raise Http404
    return profile


def refuse_unless_open(profile: MerchantProfile, is_applicant: bool) -> None:  # noqa: FBT001  # the guide asks it
    """Raises ConflictError where what is in it cannot be changed now."""
    status = Status(profile.status)
    if is_applicant and status not in APPLICANT_WRITES:
        raise ConflictError(_("This application is with the issuer now and cannot be changed."))
    if status in _PAST:
        raise ConflictError(_("This application is over. Reopen it to change it."))
    if profile.proposal is not None:
        raise ConflictError(
            _("Its approval was asked for. Withdraw that first, so that what is approved is so.")
        )


@transaction.atomic
def begin(
    issuer_id: int, profile_id: UUID, legal: Legal, *, origin: str, by: Actor
) -> MerchantProfile:
    """The same id again, by the same hand, is the same profile. Raises Http404 for another's."""
    profile, is_new = MerchantProfile.objects.get_or_create(
        pk=profile_id,
        defaults={
            "issuer_id": issuer_id,
            "origin": origin,
            "made_by": by.name,
            "changed_by": by.name,
            **_columns(legal),
        },
    )
    if (profile.issuer_id, profile.made_by) != (issuer_id, by.name):
        raise Http404
    if is_new:
        told = {"origin": origin, **_columns(legal)}
        tell(profile, by, "merchant.begun", before=None, after=told)
    return profile


def tell_begun(profile: MerchantProfile, by: Actor) -> None:
    """Of one that was registered before anybody wrote a profile."""
    after = {"acceptor": profile.acceptor_id, "name": profile.name}
    tell(profile, by, "merchant.profile", before=None, after=after)


def change_legal(profile: MerchantProfile, legal: Legal, by: Actor) -> None:
    wanted = _columns(legal)
    before = {name: getattr(profile, name) for name in wanted}
    if before == wanted:
        return
    for name, value in wanted.items():
        setattr(profile, name, value)
    _save(profile, by, "merchant.legal", Section.LEGAL, before=before, after=wanted)


def save_contact(profile: MerchantProfile, contact_id: UUID, given: Contact, by: Actor) -> None:
    """A new one where there is none of that id."""
    contact = profile.contacts.filter(pk=contact_id).first()
    before = None if contact is None else told_contact(contact)
    if contact is None:
        refuse_many(profile.contacts.filter(ended_at=None).count())
        _refuse_taken(MerchantContact.objects.filter(pk=contact_id).exists())
        contact = MerchantContact(id=contact_id, profile=profile, version=0)
    elif given == contact_given(contact):
        return
    elif contact.email and given.email != contact.email:
        _remember(contact)
    contact.name, contact.role = given.name, given.role
    contact.telephone, contact.email = given.telephone, given.email
    contact.version += 1
    contact.save()
    told = told_contact(contact)
    _save(profile, by, "merchant.contact", Section.CONTACTS, before=before, after=told)


def _refuse_taken(is_taken: bool) -> None:  # noqa: FBT001  # the one thing it asks
    """An id that comes with a form may be that of a row of another profile."""
    if is_taken:
        raise Http404


def _remember(contact: MerchantContact) -> None:
    """Where it was reached until now, as one who left."""
    MerchantContact.objects.create(
        profile=contact.profile,
        name=contact.name,
        role=contact.role,
        telephone=contact.telephone,
        email=contact.email,
        created_at=contact.created_at,
        ended_at=timezone.now(),
    )


def end_contact(profile: MerchantProfile, contact: MerchantContact, by: Actor) -> None:
    contact.ended_at = timezone.now()
    contact.save(update_fields=["ended_at"])
    told = told_contact(contact)
    _save(profile, by, "merchant.contact", Section.CONTACTS, before=told, after=None)


def save_outlet(profile: MerchantProfile, outlet_id: UUID, given: Outlet, by: Actor) -> None:
    """A new one where there is none of that id."""
    outlet = profile.outlets.filter(pk=outlet_id).first()
    before = None if outlet is None else told_outlet(outlet)
    if outlet is None:
        refuse_many(profile.outlets.filter(ended_at=None).count())
        _refuse_taken(MerchantOutlet.objects.filter(pk=outlet_id).exists())
        outlet = MerchantOutlet(id=outlet_id, profile=profile, version=0)
    elif given == outlet_given(outlet):
        return
    outlet.name, outlet.address, outlet.town = given.name, given.address, given.town
    outlet.latitude, outlet.longitude = given.position or (None, None)
    outlet.hours = [[list(span) for span in day] for day in given.week]
    outlet.version += 1
    outlet.save()
    told = told_outlet(outlet)
    _save(profile, by, "merchant.outlet", Section.CONTACTS, before=before, after=told)


def end_outlet(profile: MerchantProfile, outlet: MerchantOutlet, by: Actor) -> None:
    outlet.ended_at = timezone.now()
    outlet.save(update_fields=["ended_at"])
    told = told_outlet(outlet)
    _save(profile, by, "merchant.outlet", Section.CONTACTS, before=told, after=None)


def add_document(profile: MerchantProfile, document_id: UUID, given: Paper, by: Actor) -> None:
    """The same id again is the same document."""
    told = added_document(profile, document_id, given, by)
    if told is not None:
        _save(profile, by, "merchant.document", Section.LEGAL, before=None, after=told)


def end_document(profile: MerchantProfile, document: MerchantDocument, by: Actor) -> None:
    """It is not shown any more; what was reviewed with it stays as it was."""
    document.ended_at = timezone.now()
    document.save(update_fields=["ended_at"])
    told = told_document(document)
    _save(profile, by, "merchant.document", Section.LEGAL, before=told, after=None)


def change_bank(profile: MerchantProfile, bank: Bank, holder: str, by: Actor) -> None:
    """Until it is registered; afterwards it is the engine's, and changes by a command."""
    if (bank, holder) == (bank_of(profile), profile.holder):
        return
    before = told_bank(profile)
    profile.scheme, profile.fsp, profile.account = bank.scheme, bank.fsp, bank.account
    profile.holder = holder
    _save(profile, by, "merchant.bank", Section.BANK, before=before, after=told_bank(profile))


def verify(
    profile: MerchantProfile, section: Section, state: Checked, note: str, by: Actor
) -> None:
    found = profile.verifications.filter(section=section).first()
    before = {"section": section, "state": Checked.UNVERIFIED if found is None else found.state}
    if state is Checked.UNVERIFIED:
        profile.verifications.filter(section=section).delete()
    else:
        Verification.objects.update_or_create(
            profile=profile,
            section=section,
            defaults={"state": state, "note": note, "by": by.name, "at": timezone.now()},
        )
    told = {"section": section, "state": state}
    _save(profile, by, "merchant.verified", None, before=before, after=told, reason=note)


def take_step(
    profile: MerchantProfile,
    step: Step,
    by: Actor,
    *,
    told: str = "",
    acceptor_id: int | None = None,
) -> None:
    """One step of its life. Raises ConflictError where it cannot be made from where it stands."""
    before = Status(profile.status)
    status = status_after(before, step)
    if profile.proposal is not None:
        raise ConflictError(_("Its approval was asked for. Withdraw that first."))
    if status is None:
        raise ConflictError(_("That was done already, or cannot be done any more."))
    profile.status = status
    if step is Step.SUBMIT:
        profile.submitted_at = timezone.now()
    if step in {Step.ASK, Step.REJECT}:
        profile.told = told
    if step is Step.APPROVE:
        profile.acceptor_id = acceptor_id
    now: dict[str, object] = {"status": status}
    if acceptor_id is not None:
        now["acceptor"] = acceptor_id
    _save(profile, by, f"merchant.{step}", None, before={"status": before}, after=now, reason=told)


def _columns(legal: Legal) -> dict[str, str | bool]:
    return {
        "kind": legal.kind,
        "name": legal.name,
        "registered_name": legal.registered_name,
        "country": legal.country,
        "tax_id": legal.tax_id,
        "tax_id_checked": legal.tax_id_checked,
    }


def _save(
    profile: MerchantProfile,
    by: Actor,
    event: str,
    section: Section | None,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    reason: str = "",
) -> None:
    profile.version += 1
    profile.changed_at, profile.changed_by = timezone.now(), by.name
    profile.save()
    if section is not None:
        profile.verifications.filter(section=section).delete()
    tell(profile, by, event, before=before, after=after, reason=reason)
