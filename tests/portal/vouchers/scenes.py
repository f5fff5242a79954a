"""A house with everything in it that the pages of vouchers and stock show."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw
from tests.databases import connected
from tests.given import SHOP, SYSTEM, ask, given_client, given_group, given_stock, redemption
from tests.portal.conftest import Portal
from tests.portal.vouchers.designing import (
    BASICS,
    STEPS,
    House,
    command_of,
    fill_in,
    given_draft,
    given_full_draft,
    given_house,
    hiddens,
    send,
)

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group, turn_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Caller, Change, Outcome, Preactivate
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.voucher import Action

SCOPES: Final = ("preactivate", "activate", "redeem", "cancel")
DESK: Final = Caller(0, "cli:amina")


@dataclass(frozen=True, slots=True)
class Scenes:
    house: House
    draft: str
    empty_draft: str
    waiting: str
    returned: str
    redeemed: int
    active: int
    suspended: int
    replaced: int
    replacement: int
    instant: int
    stocked: int
    provision: int
    running: int
    bulk: int
    decide_publish: str
    decide_cancel: str
    decide_single: str
    decide_close: str
    decide_provision: str


def given_scenes(portal: Portal) -> Scenes:
    house = given_house(portal, funds="9000000.00")
    waiting = given_full_draft(house, code="SEED-KIT", name="Seed and tools")
    decide = [f"commands/{send(house, waiting)}/decide"]
    returned = given_full_draft(house, code="WATER", name="Clean water")
    house.reject(send(house, returned), "Fifty shillings do not buy a canister. Make it eighty.")
    draft = _published_with_picture(house)
    empty_draft = given_draft(house, code="TRANSPORT", name="Way to the clinic")
    with connected(portal.url) as connection:
        issuer = house.issuer
        issuer.catch_up(connection)
        _more_groups(connection, issuer)
        client, _key = given_client(connection, issuer, "TILL", SCOPES)
        till = Caller(client.client_id, "client:TILL")
        provision = _provisioned(house, "5000", "400")
        with connected(portal.url) as other:
            _finish(other, issuer)
        redeemed, active, suspended, replaced, replacement = _lives(connection, issuer, till)
        instant = _instant(connection, issuer, till)
        given_stock(connection, issuer, 30, group="CASH-AID", amount_minor=20000)
    decide += [f"commands/{command}/decide" for command in _waiting(house, provision, active)]
    running = _provisioned(house, "125000", "900", finished=False)
    return Scenes(
        house,
        draft,
        empty_draft,
        waiting,
        returned,
        redeemed,
        active,
        suspended,
        replaced,
        replacement,
        instant,
        _last_of(portal, house.issuer, provision),
        provision,
        running,
        _bulk(house),
        *decide,
    )


def _published_with_picture(house: House) -> str:
    """School meals, published twice, and a third version begun."""
    url = f"{house.root}/vouchers/new"
    sent = hiddens(house.get("vouchers/new")) | BASICS
    sent["description"] = "One warm meal a day, cooked at school from what the market has."
    answer = house.browser.post(url, sent | {"picture": a_picture()})
    draft = answer.headers["Location"].removeprefix(f"{house.root}/").removesuffix("/step/amounts")
    for step, fields in STEPS.items():
        fill_in(house, f"{house.root}/{draft}/step/{step}", **fields)
    house.approve(send(house, draft))
    for name in ("School meals", "School meals and milk"):
        answer = house.browser.post(f"{house.root}/vouchers/group/SCHOOL-MEALS/edit")
        draft = answer.headers["Location"].removeprefix(f"{house.root}/")
        draft = draft.removesuffix("/step/basics")
        basics = {"name": name, "description": "One warm meal a day, with milk on Fridays."}
        fill_in(house, f"{house.root}/{draft}/step/basics", **basics)
        if name == "School meals":
            house.approve(send(house, draft))
    return draft


def _more_groups(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, "CASH-AID", denominations=(20000,), settlement="instant")
    create_group(
        connection,
        issuer,
        SYSTEM,
        GroupDesign(
            code="MEDICINE",
            name="Medicine",
            currency="KES",
            amount_minor_max=500000,
            valid_until=datetime.now(UTC) + timedelta(days=200),
            accepts="acceptors",
            accepts_names=(SHOP.name,),
        ),
    )
    given_group(connection, issuer, "DROUGHT-2025", denominations=(10000,))
    turn_group(connection, issuer, SYSTEM, "DROUGHT-2025", "paused", reason="Until the rains")


def _provisioned(house: House, amount: str, count: str, *, finished: bool = True) -> int:
    path = f"{house.root}/stock/new?group=SCHOOL-MEALS"
    page = house.browser.get(f"{path}&amount={amount}&count={count}").content.decode()
    sent = hiddens(page.partition('id="effect"')[2]) | {"reason": "The second term begins"}
    command_id = command_of(house.browser.post(path, sent))
    assert house.approve(command_id) == "done"
    with connected(house.portal.url) as connection:
        row = connection.execute(
            "SELECT max(provision_id) FROM provision WHERE issuer_id = %s AND kind = 'stock'",
            (house.issuer.issuer_id,),
        ).fetchone()
        if finished:
            _finish(connection, house.issuer)
    assert row is not None
    return int(row[0])


def _finish(connection: Connection, issuer: Issuer) -> None:
    for provision_id in running_provisions(connection, issuer):
        for _step in finish_provision(connection, issuer, provision_id):
            pass


def _drawn(connection: Connection, issuer: Issuer, till: Caller, reference: str) -> tuple[int, str]:
    (answer,) = ask(
        connection,
        issuer,
        Preactivate(
            caller=till, reference=reference, amount="50.00", currency="KES", group="SCHOOL-MEALS"
        ),
    )
    assert answer.serial is not None
    assert answer.number is not None
    (active,) = ask(connection, issuer, Activate(caller=till, serial=answer.serial))
    assert active.outcome is Outcome.DONE
    return answer.serial, answer.number


def _lives(connection: Connection, issuer: Issuer, till: Caller) -> tuple[int, int, int, int, int]:
    redeemed, number = _drawn(connection, issuer, till, "child-0017/term-2")
    sale = msgspec.structs.replace(redemption(number, "till-3/receipt-88121"), caller=till)
    (answer,) = ask(connection, issuer, sale)
    assert answer.outcome is Outcome.DONE, answer
    active, _number = _drawn(connection, issuer, till, "child-0018/term-2")
    suspended, _number = _drawn(connection, issuer, till, "child-0019/term-2")
    lost, _number = _drawn(connection, issuer, till, "child-0020/term-2")
    stop = Change(caller=DESK, action=Action.SUSPEND, serial=suspended, reason="Reported stolen")
    swap = Change(caller=DESK, action=Action.REPLACE, serial=lost, reason="The card is broken")
    _stopped, replaced = ask(connection, issuer, stop, swap)
    assert replaced.replacement_serial is not None
    return redeemed, active, suspended, lost, replaced.replacement_serial


def _instant(connection: Connection, issuer: Issuer, till: Caller) -> int:
    given_stock(connection, issuer, 5, group="CASH-AID", amount_minor=20000)
    (drawn,) = ask(
        connection,
        issuer,
        Preactivate(caller=till, amount="200.00", currency="KES", group="CASH-AID"),
    )
    assert drawn.serial is not None
    assert drawn.number is not None
    ask(connection, issuer, Activate(caller=till, serial=drawn.serial))
    (answer,) = ask(connection, issuer, redemption(drawn.number, "cash-1"))
    assert answer.outcome is Outcome.PENDING
    return drawn.serial


def _waiting(house: House, provision: int, active: int) -> list[object]:
    """Commands of each kind that wait for an approval."""
    stock = f"{house.root}/stock/{provision}/cancel"
    cancel = command_of(fill_in(house, stock, reason="The school has closed"))
    one = f"{house.root}/voucher/{active}/cancel"
    single = command_of(fill_in(house, one, reason="Handed to the wrong family"))
    closing = f"{house.root}/vouchers/group/CASH-AID/turn/closed"
    closed = command_of(fill_in(house, closing, reason="The bank ends the service"))
    path = f"{house.root}/stock/new?group=SCHOOL-MEALS"
    page = house.browser.get(f"{path}&amount=5000&count=1000").content.decode()
    sent = hiddens(page.partition('id="effect"')[2]) | {"reason": "For the third term"}
    return [cancel, single, closed, command_of(house.browser.post(path, sent))]


def _bulk(house: House) -> int:
    """A provision cancelled, with one voucher that could not be."""
    with connected(house.portal.url) as connection:
        issuer = house.issuer
        issuer.catch_up(connection)
        given_group(connection, issuer, "TRIAL", denominations=(1000,))
        provision = given_stock(connection, issuer, 12, group="TRIAL", amount_minor=1000)
        (drawn,) = ask(
            connection,
            issuer,
            Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="TRIAL"),
        )
        assert drawn.serial is not None
        stop = Change(caller=SYSTEM, action=Action.SUSPEND, serial=drawn.serial, reason="trial")
        ask(connection, issuer, stop)
    url = f"{house.root}/stock/{provision}/cancel"
    command_id = command_of(fill_in(house, url, reason="It was only a trial"))
    assert house.approve(command_id) == "done"
    with connected(house.portal.url) as connection:
        (bulk_id,) = running_bulks(connection, house.issuer)
        for _step in finish_bulk(connection, house.issuer, bulk_id):
            pass
    return bulk_id


def _last_of(portal: Portal, issuer: Issuer, provision: int) -> int:
    with connected(portal.url) as connection:
        row = connection.execute(
            "SELECT serial_last FROM provision WHERE issuer_id = %s AND provision_id = %s",
            (issuer.issuer_id, provision),
        ).fetchone()
    assert row is not None
    return int(row[0])


def a_picture() -> SimpleUploadedFile:
    image = Image.new("RGB", (1280, 480), "#d9c9a3")
    draw = ImageDraw.Draw(image)
    draw.ellipse((430, 60, 850, 440), fill="#8a5a2b", outline="#4a3015", width=14)
    draw.ellipse((490, 110, 790, 380), fill="#e8a33d")
    for left in (540, 610, 680, 720):
        draw.ellipse((left, 180 + left // 9, left + 60, 240 + left // 9), fill="#5b8c3a")
    written = io.BytesIO()
    image.save(written, "JPEG", quality=90)
    return SimpleUploadedFile("meal.jpg", written.getvalue(), "image/jpeg")
