"""What the portal itself has of a furnished issuer: profiles, papers, drafts, the trail."""

import hashlib
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import msgspec
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from tests.portal.access.house import House, Marks

from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.models import (
    AcceptorRole,
    AcceptorRoleName,
    Application,
    Delegation,
    MerchantProfile,
    Person,
    PortalSettings,
    Upload,
    VoucherDraft,
)
from counterfoil.portal.models.applying import AppliedBy
from counterfoil.portal.trail import record
from counterfoil.portal.uploads import attach, keep, picture

TOKEN: Final = "the link of the applicant of "
_STEPS: Final = ("basics", "amounts", "validity", "acceptance", "stock")


@dataclass(frozen=True, slots=True)
class Desk:
    """Keys, by what the addresses call them."""

    registered: UUID
    profile: UUID
    contact: UUID
    upload: UUID
    digest: str
    token: str
    applying: UUID
    applying_contact: UUID
    draft: UUID
    next_draft: UUID
    delegation: int
    cashier: int


def given_desk(house: House, marks: Marks, people: Mapping[str, Person]) -> Desk:
    issuer_id, operator = house.issuer.issuer_id, people["O"]
    registered, _contact = _profile(
        house, marks, operator.actor, "Shop", status="approved", acceptor_id=house.acceptor_id
    )
    profile, contact = _profile(house, marks, operator.actor, "Market", status="in_review")
    address = f"market@{marks.text}.org"
    application = Application(issuer_id=issuer_id, email=address, profile=profile)
    applied(application, f"{marks.text}-market")
    applying, applying_contact = _profile(house, marks, "applicant:0", "Kiosk", status="draft")
    token = f"{marks.text}-kiosk"
    address = f"kiosk@{marks.text}.org"
    applied(Application(issuer_id=issuer_id, email=address, profile=applying), token)
    upload = paper(marks, issuer_id, operator, "deposit")
    drawn = picture(paper(marks, issuer_id, operator, "voucher-picture"))
    PortalSettings.objects.create(issuer_id=issuer_id, changed_by=people["A"].actor, version=1)
    _trail(marks, issuer_id, people)
    return Desk(
        registered=registered.pk,
        profile=profile.pk,
        contact=contact,
        upload=upload.pk,
        digest=drawn,
        token=token,
        applying=applying.pk,
        applying_contact=applying_contact,
        draft=_draft(house, marks, operator, f"NEW-{marks.code}", 0, drawn),
        next_draft=_draft(house, marks, operator, house.group, 2, drawn),
        delegation=_lent(marks, issuer_id, people),
        cashier=AcceptorRole.objects.get(
            issuer_id=issuer_id, person=people["K"], role=AcceptorRoleName.CASHIER
        ).pk,
    )


def _profile(
    house: House,
    marks: Marks,
    made_by: str,
    what: str,
    *,
    status: str,
    acceptor_id: int | None = None,
) -> tuple[MerchantProfile, UUID]:
    """With one of what belongs to it; and the key of its contact."""
    profile = MerchantProfile.objects.create(
        issuer_id=house.issuer.issuer_id,
        acceptor_id=acceptor_id,
        kind="merchant",
        status=status,
        origin="self",
        made_by=made_by,
        changed_by=made_by,
        name=marks.name(what),
        registered_name=marks.name(f"{what} Ltd"),
        country="KE",
        tax_id=f"P{marks.text}",
        scheme="account",
        fsp=f"Bank {marks.text}",
        account=f"{what}-{marks.text}",
        holder=f"Holder {marks.text}",
        told=f"Send the paper {marks.text}",
    )
    contact = profile.contacts.create(
        name=f"Njeri {marks.text}", role=f"Owner {marks.text}", email=f"{what}@{marks.text}.org"
    )
    profile.outlets.create(
        name=f"Place {marks.text}",
        address=f"{marks.text} Street",
        town=f"Town {marks.text}",
        hours=[[] for _day in range(7)],
    )
    document = paper(marks, house.issuer.issuer_id, None, "merchant-document")
    profile.documents.create(
        kind="registration", number=f"No {marks.text}", upload=document, added_by=made_by
    )
    profile.verifications.create(
        section="legal", state="verified", by=made_by, note=f"seen by {marks.text}"
    )
    return profile, contact.pk


def applied(application: AppliedBy, token: str) -> None:
    """By a link that was mailed just now, to an address that is the application's."""
    now = timezone.now()
    application.token_digest = hashlib.sha256(token.encode()).digest()
    application.expires_at, application.mailed_at = now + timedelta(days=30), now
    application.save()


def paper(marks: Marks, issuer_id: int, person: Person | None, purpose: str) -> Upload:
    """A picture of a colour of its own."""
    written = io.BytesIO()
    colour = (secrets.randbelow(256), secrets.randbelow(256), secrets.randbelow(256))
    Image.new("RGB", (24, 24), colour).save(written, "PNG")
    sent = SimpleUploadedFile(f"paper {marks.text}.png", written.getvalue(), "image/png")
    upload = keep(sent, issuer_id=issuer_id, person=person, purpose=purpose, pictures_only=True)
    attach(upload)
    return upload


def _draft(house: House, marks: Marks, person: Person, code: str, follows: int, drawn: str) -> UUID:
    design = GroupDesign(
        code=code,
        name=marks.name("Design"),
        currency="KES",
        denominations=(1000,),
        valid_for_days=60,
        accepts="names",
        accepts_names=(marks.name("Shop"),),
        description=f"drawn by {marks.text}",
        programme=house.programme,
        picture=drawn,
        restock_level=5,
    )
    draft_id = uuid4()
    VoucherDraft.objects.create(
        id=draft_id,
        issuer_id=house.issuer.issuer_id,
        code=code,
        follows=follows,
        design=msgspec.to_builtins(design),
        steps=list(_STEPS),
        created_by=person,
        changed_by=person,
    )
    return draft_id


def _lent(marks: Marks, issuer_id: int, people: Mapping[str, Person]) -> int:
    """The approver's power, to the administrator and to finance; the latter's key."""
    today = timezone.now().date()
    lent = [
        Delegation.objects.create(
            issuer_id=issuer_id,
            from_person=people["P"],
            to_person=people[letter],
            from_date=today,
            until_date=today + timedelta(days=30),
            reason=f"away {marks.text}",
        )
        for letter in "AF"
    ]
    return int(lent[-1].pk)


def _trail(marks: Marks, issuer_id: int, people: Mapping[str, Person]) -> None:
    for subject in (people["O"].actor, "settings", f"group:{marks.code}"):
        record(
            issuer_id,
            people["A"].actor,
            "settings.changed",
            subject=subject,
            before={"name": f"before {marks.text}"},
            after={"name": f"after {marks.text}"},
            reason=f"because {marks.text}",
            address="10.1.2.3",
        )
