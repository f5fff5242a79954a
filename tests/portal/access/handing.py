"""What a furnished issuer's organisation bought, handed out, and is about to hand out."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.test import RequestFactory
from tests.databases import connected
from tests.engine.sales.given_sales import given_promise, pay
from tests.portal.access.house import ONE, House, Marks
from tests.portal.conftest import Portal

from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.commands.sale_content import ChangeOwnVouchers
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.handing_out import finish_handover
from counterfoil.engine.operation import Caller
from counterfoil.engine.sales.promising import SaleLine, release
from counterfoil.engine.sales.reading import allocations_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.portal.access import Buyer, BuyerRole
from counterfoil.portal.actions import seals, write_command
from counterfoil.portal.handovers.following import settle
from counterfoil.portal.handovers.lists import Begun, begin_list, send_list
from counterfoil.portal.handovers.sealing import Called
from counterfoil.portal.models import FileKind, HandoverPerson, Person


@dataclass(frozen=True, slots=True)
class Handing:
    """Keys, by what the addresses call them."""

    allocation: int
    sent: UUID
    begun: UUID
    changed: UUID
    serial: int


def given_handing(
    portal: Portal, house: House, marks: Marks, people: Mapping[str, Person]
) -> Handing:
    buyer = _buyer(house, marks, people["D"])
    request = RequestFactory().get("/")
    sent, begun, changed = uuid4(), uuid4(), uuid4()
    with connected(portal.url) as connection:
        allocation = _allocation(connection, house, marks)
        for handover_id in (sent, begun):
            called = Called(f"{marks.text}-1", marks.name("Somebody"))
            begin_list(buyer, handover_id, Begun(allocation, at_once=True, people=[called]))
        send_list(
            request,
            buyer,
            sent,
            leaves_out=False,
            file_kind=FileKind.SHEET,
            password=f"hand {marks.text}",
        )
        carry_out(connection, house.issuer, seals(), sent)
        for _step in finish_handover(connection, house.issuer, sent):
            pass
        settle(house.issuer.issuer_id, sent)
        serial = HandoverPerson.objects.get(handover_id=sent).serial or 0
        write_command(
            request,
            buyer,
            ChangeOwnVouchers(
                organisation_id=house.organisation_id, action="activate", serials=(serial,)
            ),
            command_id=changed,
            reason=f"handed over by {marks.text}",
        )
        carry_out(connection, house.issuer, seals(), changed)
        catch_up(connection, house.issuer.issuer_id)
    return Handing(allocation, sent, begun, changed, serial)


def _allocation(connection: Connection, house: House, marks: Marks) -> int:
    """Two, of which one is left; before it what came to nothing, so that its id is its own."""
    house.issuer.catch_up(connection)
    before = [_line(house, 1)] * marks.at
    account, buyer = house.funding_account_id, house.organisation_id
    released = given_promise(connection, house.issuer, buyer, before, funding_account_id=account)
    release(connection, house.issuer, Caller(0, "cli"), released)
    finish_sale(connection, house.issuer, released)
    lines = [_line(house, 2)]
    sale_id = given_promise(connection, house.issuer, buyer, lines, funding_account_id=account)
    pay(connection, house.issuer, sale_id)
    finish_sale(connection, house.issuer, sale_id)
    (allocation,) = allocations_of(connection, house.issuer, sale_id)
    connection.rollback()
    assert allocation.sold == allocation.quantity
    return allocation.allocation_id


def _line(house: House, quantity: int) -> SaleLine:
    """Of its second version, which is the one in stock."""
    return SaleLine(
        group=house.group, group_version=2, amount_minor=ONE.amount_minor, quantity=quantity
    )


def _buyer(house: House, marks: Marks, person: Person) -> Buyer:
    return Buyer(
        house.issuer.issuer_id,
        house.issuer.code,
        marks.name("Aid"),
        house.organisation_id,
        marks.name("Buyer"),
        "approved",
        person,
        frozenset({BuyerRole.DISTRIBUTOR}),
    )
