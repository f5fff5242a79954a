"""Merchants who wish to be one: each application stands somewhere else in its life. Each is
written in one transaction. Loaded when Django knows its settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.urls import reverse

from counterfoil.cli.demonstration.desk import Desk
from counterfoil.cli.demonstration.registering import (
    COUNTRY,
    begun,
    profile_key,
    propose,
    verify,
    write_down,
)
from counterfoil.cli.demonstration.shops import (
    CONTACTS,
    GOOD,
    LEGAL,
    MARKET,
    SHOP,
    Person,
    Shop,
    Spot,
)
from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.portal.applying.kinds import MERCHANT
from counterfoil.portal.applying.links import send_link
from counterfoil.portal.merchants import checks, profiles
from counterfoil.portal.merchants.life import Step
from counterfoil.portal.models import Application as Applied
from counterfoil.portal.models import MerchantProfile, Origin
from counterfoil.portal.trail import Actor

_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """`stands` is where; `told` what the applicant was told last; `groups` what it would accept."""

    name: str
    shop: Shop
    stands: str
    bank: checks.Bank | None = None
    told: str = ""
    groups: tuple[str, ...] = ("GROCERS",)

    @property
    def email(self) -> str:
        return self.shop.people[0].email


def _wallet(last: int) -> checks.Bank:
    return checks.wallet(f"+254 700 000{last}", "Sandbox Mobile Money", COUNTRY)


APPLICATIONS: Final = (
    Application(
        name="Lamu Dhow Provisions",
        stands="proposed",
        bank=checks.account("254-0301-5521", "sandbox"),
        shop=Shop(
            registered_name="Lamu Dhow Provisions Limited",
            people=(Person("Omar Famau", "Owner", 301, "omar@lamudhow.example"),),
            spots=(Spot("Seafront", "Seafront, by the jetty", "Lamu", "-2.2696, 40.9006", MARKET),),
            days=11,
            tax_id="P000010301R",
            origin=Origin.SELF,
            licence=GOOD,
        ),
    ),
    Application(
        name="Isiolo Community Bakery",
        stands="in_review",
        bank=_wallet(302),
        shop=Shop(
            registered_name="Isiolo Community Bakery",
            people=(Person("Jane Kathure", "Manager", 302, "jane@isiolobakery.example"),),
            spots=(Spot("Bakery", "Barracks Road 2", "Isiolo", "0.3521, 37.5810"),),
            days=5,
            tax_id="A000010302S",
            origin=Origin.SELF,
            licence=GOOD,
            verified=(LEGAL,),
        ),
    ),
    Application(
        name="Marsabit Highland Cereals",
        stands="in_review",
        bank=checks.account("254-0303-1190", "sandbox"),
        shop=Shop(
            registered_name="Highland Cereals and Feeds",
            people=(Person("Guyo Halake", "Owner", 303),),
            spots=(Spot("Store", "Mountain Road", "Marsabit", "2.3284, 37.9899", SHOP),),
            days=7,
            origin=Origin.PAPER,
            verified=(LEGAL, CONTACTS),
        ),
    ),
    Application(
        name="Kajiado Green Grocers",
        stands="submitted",
        bank=_wallet(304),
        shop=Shop(
            registered_name="Kajiado Green Grocers",
            people=(Person("Naserian Saitoti", "Owner", 304, "naserian@kajiadogreen.example"),),
            spots=(Spot("Shop", "Namanga Road", "Kajiado", "-1.8524, 36.7768"),),
            days=1,
            origin=Origin.SELF,
            verified=(),
        ),
    ),
    Application(
        name="Wajir Star Pharmacy",
        stands="asked",
        bank=checks.account("254-0305-7704", "sandbox"),
        groups=("PHARMACIES",),
        told="The permit you sent has ended. Please send this year's.",
        shop=Shop(
            registered_name="Wajir Star Pharmacy",
            people=(Person("Asha Ibrahim", "Pharmacist", 305, "asha@wajirstar.example"),),
            spots=(Spot("Pharmacy", "Hospital Road", "Wajir", "1.7471, 40.0573"),),
            days=9,
            tax_id="A000010305U",
            origin=Origin.SELF,
            verified=(),
        ),
    ),
    Application(
        name="Mama Achieng Kiosk",
        stands="draft",
        shop=Shop(
            registered_name="Mama Achieng Kiosk",
            people=(Person("Achieng Atieno", "Owner", 306),),
            spots=(Spot("Kiosk", "Dunga Beach", "Kisumu", "-0.1451, 34.7361"),),
            days=3,
            origin=Origin.PAPER,
            verified=(),
        ),
    ),
    Application(
        name="Kitale Phone and Airtime",
        stands="rejected",
        bank=_wallet(307),
        told="You sell airtime and telephones. These vouchers are for food, medicine and school.",
        shop=Shop(
            registered_name="Kitale Phone and Airtime",
            people=(Person("Brian Wafula", "Owner", 307, "brian@kitalephone.example"),),
            spots=(Spot("Shop", "Kenyatta Street", "Kitale", "1.0187, 35.0020"),),
            days=22,
            tax_id="A000010307V",
            origin=Origin.SELF,
            verified=(),
        ),
    ),
    Application(
        name="Thika Road Butchery",
        stands="withdrawn",
        bank=_wallet(308),
        shop=Shop(
            registered_name="Thika Road Butchery",
            people=(Person("Mwangi Gitau", "Owner", 308, "mwangi@thikaroad.example"),),
            spots=(Spot("Butchery", "Thika Road, exit 9", "Ruiru", "-1.1466, 36.9609"),),
            days=27,
            tax_id="A000010308W",
            origin=Origin.SELF,
            verified=(),
        ),
    ),
)


@transaction.atomic
def apply(desk: Desk, application: Application) -> None:
    if MerchantProfile.objects.filter(pk=profile_key(application.name)).exists():
        return
    shop, operator = application.shop, desk.actor("operator")
    applied = _by_mail(desk, application) if shop.origin == Origin.SELF else None
    by = operator if applied is None else Actor(f"applicant:{applied.pk}", address="203.0.113.7")
    profile = begun(desk, application.name, "merchant", shop, by)
    if applied is not None:
        applied.profile = profile
        applied.save(update_fields=["profile"])
    write_down(desk, profile, shop, by)
    if application.bank is not None:
        profiles.change_bank(profile, application.bank, shop.registered_name, by)
    if application.stands != "draft":
        _sent(desk, application, profile, by, operator)


def _by_mail(desk: Desk, application: Application) -> Applied:
    send_link(MERCHANT, desk.at, application.email, template="link", language=_LANGUAGE)
    return Applied.objects.get(issuer_id=desk.issuer_id, email=application.email)


def _mail(desk: Desk, name: str, application: Application, told: Mapping[str, object]) -> None:
    MERCHANT.mail(name, [application.email], told, language=_LANGUAGE, issuer_id=desk.issuer_id)


def _sent(
    desk: Desk, application: Application, profile: MerchantProfile, by: Actor, operator: Actor
) -> None:
    """And what became of it since."""
    issuer = {"issuer": desk.issuer.name, "name": profile.name}
    desk.clock.go_on(0.7)
    profiles.take_step(profile, Step.SUBMIT, by)
    if by != operator:
        start = f"{desk.at.origin}{reverse('apply', args=[desk.issuer.code])}"
        _mail(desk, "submitted", application, {**issuer, "url": start})
    if application.stands == "withdrawn":
        profiles.take_step(profile, Step.WITHDRAW, by)
    if application.stands in {"submitted", "withdrawn"}:
        return
    desk.clock.go_on(23)
    profiles.take_step(profile, Step.TAKE, operator)
    desk.clock.go_on(25)
    verify(profile, application.shop, operator)
    desk.clock.go_on(2.5)
    told = application.told
    match application.stands:
        case "asked":
            profiles.take_step(profile, Step.ASK, operator, told=told)
            send_link(
                MERCHANT,
                desk.at,
                application.email,
                template="more_information",
                language=_LANGUAGE,
                told=told,
                profile=profile,
            )
        case "rejected":
            profiles.take_step(profile, Step.REJECT, operator, told=told)
            _mail(desk, "rejected", application, {**issuer, "told": told})
        case "proposed" if application.bank is not None:
            design = AcceptorDesign(
                name=application.name,
                kind=profile.kind,
                account=application.bank.account,
                fsp=application.bank.fsp,
                scheme=application.bank.scheme,
                groups=application.groups,
            )
            propose(desk, profile, design, owner=application.email)
