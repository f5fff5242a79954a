"""Changing a profile. Whoever changes one has locked it (`locked`); each change makes it a version
newer, takes back what was verified of that section, and goes to the trail.

The trail is only added to and never forgets, so that what people can be reached by stands there
masked: enough to see that it changed, and by whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.errors import ConflictError
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.life import APPLICANT_WRITES, Status, Step
from counterfoil.portal.merchants.life import after as status_after
from counterfoil.portal.merchants.opening_hours import Day, day_text
from counterfoil.portal.merchants.positions import Position, position_text
from counterfoil.portal.models import (
    Checked,
    MerchantContact,
    MerchantDocument,
    MerchantOutlet,
    MerchantProfile,
    Section,
    Upload,
    Verification,
)
from counterfoil.portal.trail import Actor, record
from counterfoil.portal.uploads import attach

_SHOWN_DIGITS: Final = 4
_OF_EACH_MAX: Final = 50
_PAST: Final = frozenset({Status.REJECTED, Status.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """`name` is the one at the till."""

    kind: str
    name: str
    registered_name: str
    country: str
    tax_id: str
    tax_id_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    name: str
    role: str
    telephone: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    name: str
    address: str
    town: str
    position: Position | None
    week: Sequence[Day]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    kind: str
    number: str
    expires_on: date | None
    upload: Upload


def locked(issuer_id: int, profile_id: UUID) -> MerchantProfile:
    """Nobody else changes it until this transaction ends."""
    found = MerchantProfile.objects.select_for_update(no_key=True).filter(
        pk=profile_id, issuer_id=issuer_id
    )
    profile = found.first()
    if profile is None:
        raise Http404
    return profile


def refuse_unless_open(profile: MerchantProfile, *, is_applicant: bool) -> None:
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
    """The same id again is the same profile."""
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
    if profile.issuer_id != issuer_id:
        raise Http404
    if is_new:
        told = {"origin": origin, **_columns(legal)}
        _record(profile, by, "merchant.begun", before=None, after=told)
    return profile


def tell_begun(profile: MerchantProfile, by: Actor) -> None:
    """Of one that was registered before anybody wrote a profile."""
    after = {"acceptor": profile.acceptor_id, "name": profile.name}
    _record(profile, by, "merchant.profile", before=None, after=after)


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
    before = None if contact is None else _told_contact(contact)
    if contact is None:
        _refuse_many(profile.contacts.filter(ended_at=None).count())
        contact = MerchantContact(id=contact_id, profile=profile, version=0)
    elif given == contact_given(contact):
        return
    contact.name, contact.role = given.name, given.role
    contact.telephone, contact.email = given.telephone, given.email
    contact.version += 1
    contact.save()
    told = _told_contact(contact)
    _save(profile, by, "merchant.contact", Section.CONTACTS, before=before, after=told)


def end_contact(profile: MerchantProfile, contact: MerchantContact, by: Actor) -> None:
    contact.ended_at = timezone.now()
    contact.save(update_fields=["ended_at"])
    told = _told_contact(contact)
    _save(profile, by, "merchant.contact", Section.CONTACTS, before=told, after=None)


def save_outlet(profile: MerchantProfile, outlet_id: UUID, given: Outlet, by: Actor) -> None:
    """A new one where there is none of that id."""
    outlet = profile.outlets.filter(pk=outlet_id).first()
    before = None if outlet is None else _told_outlet(outlet)
    if outlet is None:
        _refuse_many(profile.outlets.filter(ended_at=None).count())
        outlet = MerchantOutlet(id=outlet_id, profile=profile, version=0)
    elif given == outlet_given(outlet):
        return
    outlet.name, outlet.address, outlet.town = given.name, given.address, given.town
    outlet.latitude, outlet.longitude = given.position or (None, None)
    outlet.hours = [[list(span) for span in day] for day in given.week]
    outlet.version += 1
    outlet.save()
    told = _told_outlet(outlet)
    _save(profile, by, "merchant.outlet", Section.CONTACTS, before=before, after=told)


def end_outlet(profile: MerchantProfile, outlet: MerchantOutlet, by: Actor) -> None:
    outlet.ended_at = timezone.now()
    outlet.save(update_fields=["ended_at"])
    told = _told_outlet(outlet)
    _save(profile, by, "merchant.outlet", Section.CONTACTS, before=told, after=None)


def add_document(profile: MerchantProfile, document_id: UUID, given: Paper, by: Actor) -> None:
    """The same id again is the same document."""
    if profile.documents.filter(pk=document_id).exists():
        return
    _refuse_many(profile.documents.filter(ended_at=None).count())
    document = profile.documents.create(
        id=document_id,
        kind=given.kind,
        number=given.number,
        expires_on=given.expires_on,
        upload=given.upload,
        added_by=by.name,
    )
    attach(given.upload)
    told = _told_document(document)
    _save(profile, by, "merchant.document", Section.LEGAL, before=None, after=told)


def end_document(profile: MerchantProfile, document: MerchantDocument, by: Actor) -> None:
    """It is not shown any more; what was reviewed with it stays as it was."""
    document.ended_at = timezone.now()
    document.save(update_fields=["ended_at"])
    told = _told_document(document)
    _save(profile, by, "merchant.document", Section.LEGAL, before=told, after=None)


def change_bank(profile: MerchantProfile, bank: Bank, holder: str, by: Actor) -> None:
    """Until it is registered; afterwards it is the engine's, and changes by a command."""
    if (bank, holder) == (bank_of(profile), profile.holder):
        return
    before = _told_bank(profile)
    profile.scheme, profile.fsp, profile.account = bank.scheme, bank.fsp, bank.account
    profile.holder = holder
    _save(profile, by, "merchant.bank", Section.BANK, before=before, after=_told_bank(profile))


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


def contact_given(contact: MerchantContact) -> Contact:
    return Contact(
        name=contact.name, role=contact.role, telephone=contact.telephone, email=contact.email
    )


def outlet_given(outlet: MerchantOutlet) -> Outlet:
    position = None
    if outlet.latitude is not None and outlet.longitude is not None:
        position = outlet.latitude, outlet.longitude
    return Outlet(
        name=outlet.name,
        address=outlet.address,
        town=outlet.town,
        position=position,
        week=tuple(tuple((opens, closes) for opens, closes in day) for day in outlet.hours),
    )


def bank_of(profile: MerchantProfile) -> Bank | None:
    """As it was written before it was registered."""
    return Bank(profile.scheme, profile.fsp, profile.account) if profile.scheme else None


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


def masked_email(address: str) -> str:
    """`a…@example.org`."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…{at}{domain}" if address else ""


def masked_number(number: str) -> str:
    """`…0001`: of an account or a telephone."""
    return f"…{number[-_SHOWN_DIGITS:]}" if number else ""


def _columns(legal: Legal) -> dict[str, str | bool]:
    return {
        "kind": legal.kind,
        "name": legal.name,
        "registered_name": legal.registered_name,
        "country": legal.country,
        "tax_id": legal.tax_id,
        "tax_id_checked": legal.tax_id_checked,
    }


def _told_contact(contact: MerchantContact) -> dict[str, object]:
    return {
        "contact": str(contact.pk),
        "role": contact.role,
        "telephone": masked_number(contact.telephone),
        "email": masked_email(contact.email),
    }


def _told_outlet(outlet: MerchantOutlet) -> dict[str, object]:
    given = outlet_given(outlet)
    return {
        "outlet": given.name,
        "address": given.address,
        "town": given.town,
        "position": "" if given.position is None else position_text(*given.position),
        "hours": [day_text(day) for day in given.week],
    }


def _told_document(document: MerchantDocument) -> dict[str, object]:
    return {
        "document": document.kind,
        "file": document.upload.name,
        "expires_on": None if document.expires_on is None else document.expires_on.isoformat(),
    }


def _told_bank(profile: MerchantProfile) -> dict[str, object]:
    return {
        "scheme": profile.scheme,
        "fsp": profile.fsp,
        "account": masked_number(profile.account),
    }


def _refuse_many(count: int) -> None:
    if count >= _OF_EACH_MAX:
        raise ConflictError(_("There are as many as can be kept. Take one out first."))


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
    _record(profile, by, event, before=before, after=after, reason=reason)


def _record(
    profile: MerchantProfile,
    by: Actor,
    event: str,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    reason: str = "",
) -> None:
    record(
        profile.issuer_id,
        by.name,
        event,
        subject=profile.subject,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        reason=reason,
        address=by.address,
    )
