"""A house that sells: stock of which some is sold, some is held, and some is with people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from tests.databases import connected
from tests.engine.sales.given_sales import (
    given_organisation,
    given_promise,
    given_sold_group,
    line,
    pay,
)
from tests.given import SYSTEM, given_stock
from tests.portal.conftest import Portal
from tests.portal.vouchers.designing import House, given_house

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.handing_out import HandoverAsked, begin_handover, finish_handover
from counterfoil.engine.sales.reading import allocations_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.keys.sealed_box import new_box_key
from counterfoil.portal.models import Purchase, PurchaseStatus


@dataclass(frozen=True, slots=True)
class Market:
    """30 vouchers of 10.00: 12 sold to Relief Trust, of which 4 are handed out; 6 held for
    Water Board; 2 drawn by a calling system; 10 are free.
    """

    house: House
    connection: Connection
    provision: int
    trust: int
    board: int
    allocation: int
    held: int
    purchase: Purchase
    handed: tuple[int, ...]
    drawn: int

    def settle(self) -> None:
        """What workers would do: bulk changes, and the figures."""
        for bulk_id in running_bulks(self.connection, self.house.issuer):
            for _step in finish_bulk(self.connection, self.house.issuer, bulk_id):
                pass
        catch_up(self.connection, self.house.issuer.issuer_id)

    def serials_of(self, allocation_id: int) -> list[int]:
        """Ascending."""
        found = self.connection.execute(
            "SELECT v.serial FROM allocation_range AS r JOIN voucher AS v"
            " ON v.issuer_id = r.issuer_id AND v.serial BETWEEN r.serial_first AND r.serial_last"
            " WHERE r.issuer_id = %s AND r.allocation_id = %s ORDER BY 1",
            (self.house.issuer.issuer_id, allocation_id),
        ).fetchall()
        self.connection.rollback()
        return [serial for (serial,) in found]


@contextmanager
def given_market(portal: Portal, *, unused_value: str = "buyer") -> Iterator[Market]:
    from tests.given import preactivate  # noqa: PLC0415  # beside what it is given with

    house = given_house(portal)
    with connected(portal.url) as connection:
        issuer = house.issuer
        given_sold_group(connection, issuer, unused_value=unused_value)
        provision = given_stock(connection, issuer, 30)
        trust = given_organisation(connection, issuer, "Relief Trust", commission_points=100)
        board = given_organisation(connection, issuer, "Water Board")
        sold = given_promise(connection, issuer, trust, [line(12)])
        purchase = given_purchase(house, trust, sold, number=7)
        pay(connection, issuer, sold)
        finish_sale(connection, issuer, sold)
        (allocation,) = allocations_of(connection, issuer, sold)
        promised = given_promise(connection, issuer, board, [line(6)])
        (held,) = allocations_of(connection, issuer, promised)
        connection.rollback()
        handed = hand_out(connection, house, trust, allocation.allocation_id, 4)
        drawn = [preactivate(connection, issuer).serial for _each in range(2)]
        catch_up(connection, issuer.issuer_id)
        assert drawn[0] is not None
        yield Market(
            house,
            connection,
            provision,
            trust,
            board,
            allocation.allocation_id,
            held.allocation_id,
            purchase,
            handed,
            drawn[0],
        )


def given_purchase(house: House, organisation_id: int, sale_id: UUID, *, number: int) -> Purchase:
    return Purchase.objects.create(
        issuer_id=house.issuer.issuer_id,
        organisation_id=organisation_id,
        funding_account_id=1,
        currency="KES",
        number=number,
        status=PurchaseStatus.ALLOCATED,
        sale_id=sale_id,
        total_minor=12120,
        made_by="person:0",
        changed_by="person:0",
    )


def hand_out(
    connection: Connection, house: House, organisation_id: int, allocation_id: int, vouchers: int
) -> tuple[int, ...]:
    """Active at once; their serials."""
    handover_id = uuid4()
    _private, public = new_box_key()
    asked = HandoverAsked(
        organisation_id=organisation_id,
        allocation_id=allocation_id,
        vouchers=vouchers,
        recipient_key=public,
    )
    begin_handover(connection, house.issuer, SYSTEM, handover_id, asked)
    for _step in finish_handover(connection, house.issuer, handover_id):
        pass
    row = connection.execute(
        "SELECT array_agg(s) FROM handover_part, unnest(serials) AS s"
        " WHERE issuer_id = %s AND handover_id = %s",
        (house.issuer.issuer_id, handover_id),
    ).fetchone()
    connection.rollback()
    assert row is not None
    return tuple(row[0])


def figures(page: str) -> dict[str, str]:
    """What the first row of figures says, by its words."""
    part = page.partition('<dl class="figures">')[2].partition("</dl>")[0]
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part, re.DOTALL)
    return {name: re.sub(r"<[^>]+>|\s", "", number) for name, number in found}


def table(page: str, heading: str) -> list[list[str]]:
    """The rows below a heading, each cell without its marks."""
    part = page.partition(heading)[2].partition("<tbody>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in rows
    ]
