"""Programmes and vouchers of the demonstration: opened, designed, published, stocked; and designs
that are still being worked on. Loaded when Django knows its settings.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from counterfoil.cli.demonstration import cast, drawing
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.money import account_id
from counterfoil.cli.demonstration.registering import kept
from counterfoil.engine.commands.content import (
    ChangeProgramme,
    OpenProgramme,
    ProvisionStock,
    TurnProvision,
)
from counterfoil.engine.groups import GroupDesign
from counterfoil.engine.provision import finish_provision, provision_by_id
from counterfoil.portal.models import VoucherDraft
from counterfoil.portal.orchestrator.vouchers.drafts import STEPS, begin_draft, draft_of, send
from counterfoil.portal.orchestrator.vouchers.reading import published
from counterfoil.portal.uploads import attach
from counterfoil.portal.uploads import picture as drawn_anew

_ENDED: Final = timedelta(days=10)
_PURPOSE: Final = "voucher"  # as the design's form keeps its pictures
_BLANKETS: Final = GroupDesign(
    code="BLANKETS",
    name="Blanket and mosquito net",
    description="One of each, for families who sleep outside.",
    currency=cast.CURRENCY,
    denominations=(1200_00,),
    programme=cast.DROUGHT,
)
_SEEDS: Final = GroupDesign(
    code="SEEDS-2027",
    name="Seeds for the long rains",
    description="Maize, sorghum and beans, from February on.",
    currency=cast.CURRENCY,
    denominations=(800_00, 1600_00),
    valid_for_days=60,
    accepts="groups",
    accepts_names=("GROCERS",),
    programme=cast.DROUGHT,
    restock_level=400,
)
DRAFTS: Final = {
    "BLANKETS": (_BLANKETS, STEPS[:2], 4),  # and how many days ago it was left
    "SEEDS-2027": (_SEEDS, STEPS, 2),
}


_WHY: Final = {
    "SCHOOL-FEES": "What day and boarding schools ask for in the third term.",
    "CASH-AID": "For families far from any shop of ours.",
    "HYGIENE-KIT": "The camps at Kakuma asked for it.",
    "WATER-CANS": "Until the boreholes are repaired.",
}
# Decided by nobody yet: a third amount, and shorter.
_LONGER_LIST: Final = (5000_00, 10_000_00, 15_000_00)


def name_first_programme(desk: Desk) -> None:
    first = desk.issuer.catalogue.programmes[cast.EMERGENCY]
    desk.done(
        "operator",
        "emergency fund",
        ChangeProgramme(
            code=cast.EMERGENCY,
            expected_version=first.version,
            name="Emergency fund",
            description="For what cannot wait for a programme of its own.",
        ),
        "What the first programme is for.",
    )


def open_programme(desk: Desk, code: str) -> None:
    ((asked, reason),) = (each for each in _programmes(desk) if each[0].code == code)
    desk.done("operator", f"open {code}", asked, reason)


def _programmes(desk: Desk) -> list[tuple[OpenProgramme, str]]:
    def day(days: int) -> date:
        return desk.today + timedelta(days=days)

    main = account_id(desk, cast.FUNDING_ACCOUNT)
    return [
        (
            OpenProgramme(
                code=cast.DROUGHT,
                name="Drought relief 2026",
                description="Food, water and cash for families in the dry north.",
                funding_account_id=main,
                budget_minor=28_000_000_00,
                starts_on=day(-85),
                sales_close_on=day(60),
                redemption_close_on=day(120),
                claims_close_on=day(150),
            ),
            "As the assembly decided.",
        ),
        (
            OpenProgramme(
                code=cast.SCHOOL,
                name="School term 3",
                description="Fees of the third term, paid to the schools.",
                funding_account_id=account_id(desk, cast.BURSARY_ACCOUNT),
                budget_minor=13_500_000_00,
                starts_on=day(-70),
                sales_close_on=day(-5),
                redemption_close_on=day(25),
                claims_close_on=day(55),
            ),
            "Bursaries of the county for the third term.",
        ),
        (
            OpenProgramme(
                code=cast.DROUGHT_BEFORE,
                name="Drought relief 2025, last round",
                description="What was promised last year and not handed out.",
                funding_account_id=main,
                budget_minor=250_000_00,
                starts_on=day(-80),
                sales_close_on=day(-1),
                redemption_close_on=day(20),
                claims_close_on=day(50),
            ),
            "120 families were left from last year's list.",
        ),
    ]


def publish_food(desk: Desk) -> None:
    """The first stock of it is of its first version."""
    publish(desk, cast.FOOD_FIRST, "What the drought committee asked for.")
    stock(desk, cast.FIRST_STOCK)


def publish_food_anew(desk: Desk) -> None:
    publish(
        desk,
        cast.FOOD,
        "Families of six and more get 2,000; three months, because the shops are far.",
        follows=1,
        picture="food",
    )


def publish_one(desk: Desk, design: GroupDesign) -> None:
    picture = "school" if design is cast.SCHOOL_FEES else None
    publish(desk, design, _WHY[design.code], picture=picture)


def publish(
    desk: Desk,
    design: GroupDesign,
    reason: str,
    *,
    follows: int = 0,
    picture: str | None = None,
    agreed: Sequence[str] = ("approver",),
) -> None:
    """A draft that was sent; with nobody who agreed it waits."""
    version = f"{design.code} {follows + 1}"
    command_id, draft_id = known_as(f"publish {version}"), known_as(f"draft {version}")
    request, office = desk.request("operator"), desk.office("operator")
    with transaction.atomic():
        if desk.row(command_id) is None:
            if picture is not None:
                design = replace(design, picture=_picture(desk, picture))
            begin_draft(request, office, draft_id, design, follows=follows, steps=STEPS)
            draft = draft_of(office, draft_id)
            send(request, office, draft, command_id=command_id, reason=reason)
    if agreed:
        desk.agreed(command_id, agreed)


def stock(desk: Desk, wanted: cast.Stock) -> None:
    provision_id = provisioned(desk, wanted)
    for _step in finish_provision(desk.connection, desk.issuer, provision_id):
        pass


def stock_in_part(desk: Desk, wanted: cast.Stock) -> None:
    """One chunk of it, then somebody paused it."""
    provision_id = provisioned(desk, wanted)
    made = provision_by_id(desk.connection, desk.issuer, provision_id).created
    if not made:
        next(finish_provision(desk.connection, desk.issuer, provision_id))
    desk.done(
        "operator",
        "pause the kits",
        TurnProvision(provision_id=provision_id, paused=True),
        "The supplier asks for 320 now; the committee decides on Thursday.",
    )


def publish_ended(desk: Desk) -> None:
    publish(
        desk,
        GroupDesign(
            code=cast.ENDED_GROUP,
            name="Drought relief",
            description="Over: what was not redeemed has expired.",
            currency=cast.CURRENCY,
            denominations=(cast.ENDED_AMOUNT_MINOR,),
            valid_until=datetime.combine(desk.today, time(), UTC) - _ENDED,
            programme=cast.DROUGHT_BEFORE,
        ),
        "For the families left on last year's list.",
    )
    stock(desk, cast.ENDED_STOCK)


def wait_with_vouchers(desk: Desk) -> None:
    """A version for an approver to look at."""
    office = desk.office("operator")
    now = published(office, cast.SCHOOL_FEES.code)
    publish(
        desk,
        replace(
            now.design,
            denominations=_LONGER_LIST,
            valid_for_days=120,
            description="Fees, uniforms and boarding, paid to the school.",
        ),
        "Boarding schools ask for 15,000 from January on.",
        follows=1,
        agreed=(),
    )


def leave_draft(desk: Desk, code: str) -> None:
    design, steps, _days = DRAFTS[code]
    if not VoucherDraft.objects.filter(pk=known_as(f"draft {code}")).exists():
        request, office = desk.request("operator"), desk.office("operator")
        begin_draft(request, office, known_as(f"draft {code}"), design, follows=0, steps=steps)


def provisioned(desk: Desk, wanted: cast.Stock) -> int:
    """The provision's id, whenever it was asked for."""
    group = desk.issuer.catalogue.groups[wanted.group].current
    outcome = desk.done(
        "finance",
        wanted.name,
        ProvisionStock(
            group=wanted.group,
            group_version=group.version,
            amount_minor=wanted.amount_minor,
            currency=cast.CURRENCY,
            count=wanted.count,
        ),
        "As the distribution plan says.",
    )
    return int(outcome.removeprefix("provision:"))


def _picture(desk: Desk, name: str) -> str:
    who = desk.office("operator").person
    upload = kept(desk, f"{name}.png", drawing.picture(name), _PURPOSE, who)
    attach(upload)
    return drawn_anew(upload)
