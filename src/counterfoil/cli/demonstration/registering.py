"""Writing merchants and agents down, and registering them, as the issuer's people do it. Each is
written in one transaction, so that it is there or not. Loaded when Django knows its settings.
"""

from typing import Final
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from counterfoil.cli.demonstration import cast, drawing
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.shops import SHOPS, Shop, Spot
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.commands.content import CreateAcceptorGroup, RegisterAcceptor
from counterfoil.engine.operation import Caller
from counterfoil.portal.applying.documents import Paper
from counterfoil.portal.merchants import checks, profiles
from counterfoil.portal.merchants.following import follow
from counterfoil.portal.merchants.forms import PURPOSE
from counterfoil.portal.merchants.life import Step
from counterfoil.portal.merchants.opening_hours import day_of
from counterfoil.portal.merchants.positions import position
from counterfoil.portal.merchants.written import Contact, Legal, Outlet
from counterfoil.portal.models import Checked, DocumentKind, MerchantProfile, Section, Upload
from counterfoil.portal.models import Person as PortalPerson
from counterfoil.portal.trail import Actor
from counterfoil.portal.uploads import keep

COUNTRY: Final = "KE"
TELEPHONES: Final = "+254 700 000"
_WORKDAYS: Final = 6
REGISTERED_AFTER: Final = 2  # days


def make_groups(desk: Desk) -> None:
    for code, name in cast.ACCEPTOR_GROUPS.items():
        desk.done("operator", f"merchants {code}", CreateAcceptorGroup(code=code, name=name))


def register(desk: Desk, design: AcceptorDesign) -> None:
    """Over two days."""
    shop = SHOPS[design.name]
    command_id = _asked_for(desk, design, shop)
    desk.clock.turn_to(shop.days - REGISTERED_AFTER, 10)
    desk.agreed(command_id, ("approver",))
    follow(desk.at)


def register_by_api(desk: Desk, caller: Caller) -> None:
    """As a calling system does that may not approve it too: nobody has looked at it yet."""
    create_acceptors(
        desk.connection, desk.issuer, caller, [cast.CAME_BY_API], reference="demo-came-by-api"
    )


@transaction.atomic
def _asked_for(desk: Desk, design: AcceptorDesign, shop: Shop) -> UUID:
    if desk.row(known_as(_asked_as(design.name))) is None:
        desk.clock.turn_to(shop.days, 6 + profile_key(design.name).int % 30 / 10)
        by = desk.actor("operator")
        profile = begun(desk, design.name, design.kind, shop, by)
        write_down(desk, profile, shop, by)
        bank = checks.Bank(design.scheme, design.fsp, design.account)
        profiles.change_bank(profile, bank, shop.registered_name, by)
        desk.clock.go_on(0.4)
        profiles.take_step(profile, Step.SUBMIT, by)
        desk.clock.go_on(23.5)
        profiles.take_step(profile, Step.TAKE, by)
        desk.clock.go_on(1.2)
        verify(profile, shop, by)
        propose(desk, profile, design, owner=shop.owner)
    return known_as(_asked_as(design.name))


def profile_key(name: str) -> UUID:
    return known_as(f"profile {name}")


def begun(desk: Desk, name: str, kind: str, shop: Shop, by: Actor) -> MerchantProfile:
    tax_id = checks.tax_id(shop.tax_id, COUNTRY) if shop.tax_id else None
    legal = Legal(
        kind=kind,
        name=name,
        registered_name=shop.registered_name,
        country=COUNTRY,
        tax_id=tax_id.number if tax_id else "",
        tax_id_checked=bool(tax_id and tax_id.is_checked),
    )
    return profiles.begin(desk.issuer_id, profile_key(name), legal, origin=shop.origin, by=by)


def write_down(desk: Desk, profile: MerchantProfile, shop: Shop, by: Actor) -> None:
    """Whom to call, where it is, and its papers."""
    for person in shop.people:
        given = Contact(
            name=person.name,
            role=person.role,
            telephone=checks.telephone(f"{TELEPHONES}{person.telephone}", COUNTRY),
            email=person.email,
        )
        profiles.save_contact(profile, _key(profile, person.name), given, by)
    for spot in shop.spots:
        profiles.save_outlet(profile, _key(profile, spot.name), _outlet(spot), by)
    for kind, paper in _papers(desk, profile, shop, by).items():
        profiles.add_document(profile, _key(profile, kind), paper, by)


def verify(profile: MerchantProfile, shop: Shop, by: Actor) -> None:
    for section in shop.verified:
        profiles.verify(profile, Section(section), Checked.VERIFIED, "", by)
    if shop.failed:
        profiles.verify(profile, Section.BANK, Checked.FAILED, shop.failed, by)


def propose(desk: Desk, profile: MerchantProfile, design: AcceptorDesign, *, owner: str) -> None:
    """Ask for its approval; `owner` is let in once it is registered."""
    name = _asked_as(design.name)
    profile.proposal, profile.owner_email = known_as(name), owner
    profile.save(update_fields=["proposal", "owner_email"])
    desk.ask(
        "operator",
        name,
        RegisterAcceptor(design=design, profile=str(profile.pk)),
        "Papers seen, and called back on the number on its sign.",
    )


def kept(
    desk: Desk, name: str, content: bytes, purpose: str, who: PortalPerson | None, /
) -> Upload:
    """A file that somebody sent."""
    return keep(
        SimpleUploadedFile(name, content),
        issuer_id=desk.issuer_id,
        person=who,
        purpose=purpose,
        pictures_only=False,
    )


def _asked_as(name: str) -> str:
    return f"register {name}"


def _key(profile: MerchantProfile, name: str) -> UUID:
    return known_as(f"{profile.pk} {name}")


def _outlet(spot: Spot) -> Outlet:
    workday, sunday = (day_of(text) for text in spot.hours)
    return Outlet(
        name=spot.name,
        address=spot.address,
        town=spot.town,
        position=position(spot.position),
        week=(*[workday] * _WORKDAYS, sunday),
    )


def _papers(desk: Desk, profile: MerchantProfile, shop: Shop, by: Actor) -> dict[str, Paper]:
    number = f"{profile.pk.int % 90_000 + 10_000}"
    who = PortalPerson.objects.filter(pk=by.person_id).first()

    def paper(kind: DocumentKind, number: str, name: str, content: bytes) -> Paper:
        upload = kept(desk, name, content, PURPOSE, who)
        licence = shop.licence if kind is DocumentKind.LICENCE else None
        expires_on = None if licence is None else desk.today + licence
        return Paper(kind=kind, number=number, expires_on=expires_on, upload=upload)

    lines = [shop.registered_name, f"Number BN-{number}", f"Tax number {shop.tax_id or 'none'}"]
    papers = {
        "registration": paper(
            DocumentKind.REGISTRATION,
            f"BN-{number}",
            "certificate of registration.pdf",
            drawing.pdf("Certificate of registration", lines),
        )
    }
    if shop.licence is not None:
        lines = [shop.registered_name, shop.spots[0].town, f"Permit {number}/26"]
        permit = drawing.pdf("Single business permit", lines)
        papers["licence"] = paper(
            DocumentKind.LICENCE, f"{number}/26", "business permit.pdf", permit
        )
    if shop.identity:
        card = drawing.photo("Identity card", [shop.people[0].name, f"No. {number}"])
        papers["identity"] = paper(DocumentKind.IDENTITY, number, "identity card.jpg", card)
    return papers
