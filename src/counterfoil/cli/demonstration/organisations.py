"""Organisations that apply, are let in with their people, and what becomes of them. Each is written
as the issuer's people or the applicant write it. Loaded when Django knows its settings.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from counterfoil.cli.demonstration import drawing
from counterfoil.cli.demonstration.buyers import COASTAL, ORGANISATIONS, Organisation
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.logins import PASSWORD
from counterfoil.cli.demonstration.registering import COUNTRY, TELEPHONES, kept
from counterfoil.engine.commands.sale_content import RegisterOrganisation, SuspendOrganisation
from counterfoil.portal.access import Buyer, BuyerRole
from counterfoil.portal.applying.documents import Paper
from counterfoil.portal.applying.kinds import ORGANISATION
from counterfoil.portal.applying.links import send_link
from counterfoil.portal.door.demonstration import open_login
from counterfoil.portal.merchants import checks
from counterfoil.portal.models import (
    OrganisationApplication,
    OrganisationPaper,
    OrganisationProfile,
    OrganisationRoleName,
    Origin,
    Person,
)
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.following import follow
from counterfoil.portal.organisations.forms import PURPOSE
from counterfoil.portal.organisations.life import Step
from counterfoil.portal.people import OrganisationGrant
from counterfoil.portal.trail import Actor

_LANGUAGE: Final = "en"
_REGISTERED_AFTER: Final = 2  # days
_SUSPENDED_DAY: Final = 12


def moments(desk: Desk) -> Iterator[tuple[int, float, Callable[[], object]]]:
    for name, each in ORGANISATIONS.items():
        yield each.days, 7, partial(_apply, desk, name, each)
        if each.stands == "approved":
            yield each.days - _REGISTERED_AFTER, 11, partial(_register, desk, name, each)
    yield _SUSPENDED_DAY, 16, partial(_suspend, desk)


def profile_key(name: str) -> UUID:
    return known_as(f"organisation {name}")


def organisation_id(name: str) -> int:
    """Of one that is registered."""
    found = OrganisationProfile.objects.get(pk=profile_key(name)).organisation_id
    if found is None:
        raise AssertionError(name)
    return found


def manager_of(desk: Desk, name: str) -> Buyer:
    return _buyer(desk, name, ORGANISATIONS[name].email, BuyerRole.MANAGER)


def distributor_of(desk: Desk, name: str) -> Buyer:
    (email, _name), *_others = ORGANISATIONS[name].people
    return _buyer(desk, name, email, BuyerRole.DISTRIBUTOR)


def _buyer(desk: Desk, name: str, email: str, role: BuyerRole) -> Buyer:
    return Buyer(
        desk.issuer_id,
        desk.issuer.code,
        desk.issuer.name,
        organisation_id(name),
        name,
        "approved",
        Person.objects.get(email=email),
        frozenset({role}),
    )


@transaction.atomic
def _apply(desk: Desk, name: str, each: Organisation) -> None:
    if OrganisationProfile.objects.filter(pk=profile_key(name)).exists():
        return
    by = desk.actor("operator")
    applied = None
    if each.is_self:
        send_link(ORGANISATION, desk.at, each.email, template="link", language=_LANGUAGE)
        applied = OrganisationApplication.objects.get(issuer_id=desk.issuer_id, email=each.email)
        by = Actor(f"applicant:{applied.pk}", address="203.0.113.8")
    profile = _written(desk, name, each, by)
    if applied is not None:
        applied.profile = profile
        applied.save(update_fields=["profile"])
    desk.clock.go_on(0.8)
    if applied is not None:
        profiles.take_step(profile, Step.SUBMIT, by)
        told = {"issuer": desk.issuer.name, "name": name}
        ORGANISATION.mail(
            "submitted", [each.email], told, language=_LANGUAGE, issuer_id=desk.issuer_id
        )
        notify(
            "organisation_applied",
            issuer_id=desk.issuer_id,
            subject=profile.subject,
            key=str(profile.version),
            parameters=Parameters(name=name),
        )
    if each.stands == "returned":
        desk.clock.go_on(26)
        operator = desk.actor("operator")
        profiles.take_step(profile, Step.RETURN, operator, told=each.told)
        send_link(
            ORGANISATION,
            desk.at,
            each.email,
            template="returned",
            language=_LANGUAGE,
            told=each.told,
            profile=profile,
        )


def _written(desk: Desk, name: str, each: Organisation, by: Actor) -> OrganisationProfile:
    tax_id = checks.tax_id(each.tax_id, COUNTRY) if each.tax_id else None
    legal = profiles.Legal(
        kind=each.kind,
        name=name,
        registered_name=name,
        country=COUNTRY,
        tax_id=tax_id.number if tax_id else "",
        tax_id_checked=bool(tax_id and tax_id.is_checked),
    )
    origin = Origin.SELF if each.is_self else Origin.ORCHESTRATOR
    profile = profiles.begin(desk.issuer_id, profile_key(name), legal, origin=origin, by=by)
    contact = profiles.Contact(
        contact_name=each.contact,
        contact_email=each.email,
        contact_telephone=checks.telephone(f"{TELEPHONES}{each.telephone}", COUNTRY),
        invoice_address=each.address,
        invoice_email=each.email,
    )
    profiles.change_contact(profile, contact, by)
    number = f"{profile.pk.int % 90_000 + 10_000}"
    who = Person.objects.filter(pk=by.person_id).first()
    for kind, title in (
        (OrganisationPaper.REGISTRATION, "Certificate of registration"),
        (OrganisationPaper.MANDATE, "Who may sign"),
    ):
        lines = [name, f"Number {number}", f"Signed by {each.contact}"]
        upload = kept(desk, f"{title.lower()}.pdf", drawing.pdf(title, lines), PURPOSE, who)
        paper = Paper(kind=kind, number=number, expires_on=None, upload=upload)
        profiles.add_document(profile, known_as(f"{profile.pk} {kind}"), paper, by)
    return profile


def _register(desk: Desk, name: str, each: Organisation) -> None:
    """Proposed, agreed to, and its people let in."""
    command_id = known_as(f"register {name}")
    with transaction.atomic():
        profile = profiles.locked(desk.issuer_id, profile_key(name))
        if desk.row(command_id) is None:
            by = desk.actor("operator")
            profiles.change_terms(profile, each.points, each.notes, by)
            content = RegisterOrganisation(
                name=name, commission_points=each.points, profile=str(profile.pk)
            )
            desk.ask("operator", f"register {name}", content, "Papers seen; called back.")
            profiles.take_step(profile, Step.PROPOSE, by, proposal=command_id)
    desk.clock.go_on(1.5)
    desk.agreed(command_id, ("approver",))
    follow(desk.at)
    desk.clock.go_on(2)
    manager, distributor = OrganisationRoleName.MANAGER, OrganisationRoleName.DISTRIBUTOR
    people = [(each.email, each.contact, manager)]
    people += [(email, person, distributor) for email, person in each.people]
    for email, person, role in people:
        grant = OrganisationGrant(role, desk.issuer_id, organisation_id(name))
        open_login(email, person, PASSWORD, [grant], by=Actor("system:organisations"))
        Person.objects.filter(email=email, name="").update(name=person)


def _suspend(desk: Desk) -> None:
    desk.done(
        "operator",
        "suspend Coastal",
        SuspendOrganisation(organisation_id=organisation_id(COASTAL)),
        "Vouchers of it were sold in the market. Suspended until their board has answered.",
    )
