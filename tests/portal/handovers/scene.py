"""An organisation with vouchers, somebody who hands them out, and the worker's part of it."""

import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID
from zipfile import ZipFile

import msoffcrypto
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from pypdf import PdfReader
from tests.databases import connected
from tests.engine.sales.given_sales import (
    given_allocation,
    given_organisation,
    given_sold_group,
)
from tests.given import ask, given_stock, redemption
from tests.portal.conftest import Portal
from tests.portal.exporting.files import sheet_of
from tests.portal.given import Page, given_buyer_role, given_office, given_person, signed_in

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.handing_out import finish_handover, running_handovers
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Answer
from counterfoil.portal.actions import seals
from counterfoil.portal.handovers.following import follow_handovers
from counterfoil.portal.models import OrganisationRoleName, Person, TrailEntry

if TYPE_CHECKING:
    from tests.portal.exporting.files import Parts

PASSWORD: Final = "four tall grey herons"
PEOPLE: Final = (("HH-001", "Asha Mwangi"), ("HH-002", "José Núñez"), ("HH-003", "Li Wei"))


@dataclass(frozen=True, slots=True)
class Scene:
    portal: Portal
    issuer: Issuer
    organisation_id: int
    allocation_id: int
    person: Person
    browser: Client

    @property
    def root(self) -> str:
        return f"/portal/{self.issuer.code}/org/{self.organisation_id}"

    def get(self, path: str) -> str:
        """The page, which must be there."""
        answer = self.browser.get(f"{self.root}/{path}")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def begin(self, **fields: object) -> Page:
        """The first form, filled in: by default for a file of PEOPLE."""
        page = self.get("handovers/new")
        sent = {
            "command_id": hidden(page, "command_id"),
            "allocation": self.allocation_id,
            "who": "file",
            "at_once": "yes",
        }
        if "file" not in fields and fields.get("who") != "one":
            fields = {"file": csv_file(PEOPLE), **fields}
        return self.browser.post(f"{self.root}/handovers/new", sent | fields)

    def send(self, review: str, **fields: object) -> Page:
        page = self.browser.get(review)
        assert page.status_code == 200, page.content.decode()
        sent = {
            "command_id": hidden(page.content.decode(), "command_id"),
            "proposed": hidden(page.content.decode(), "proposed"),
            "file_kind": "sheet",
            "choose": "own",
            "own": PASSWORD,
            "own_again": PASSWORD,
        }
        return self.browser.post(review, sent | fields)

    def hand_out(self, *, file_kind: str = "sheet", **fields: object) -> UUID:
        """To PEOPLE, drawn as well."""
        begun = self.begin(**fields)
        assert begun.status_code == 302, begun.content.decode()
        sent = self.send(begun.headers["Location"], file_kind=file_kind)
        assert sent.status_code == 302, sent.content.decode()
        self.work()
        return handover_of(sent)

    def fetch(self, handover_id: UUID, password: str = PASSWORD) -> HttpResponseBase:
        return self.browser.post(
            f"{self.root}/handovers/{handover_id}/fetch", {"password": password}
        )

    def work(self) -> None:
        """What the worker and the portal's rounds do."""
        with connected(self.portal.url) as connection:
            work(connection, open_issuer(connection, self.issuer.code, self.portal.provider))

    def redeem(self, *numbers: str) -> list[Answer]:
        with connected(self.portal.url) as connection:
            self.issuer.catch_up(connection)
            return ask(connection, self.issuer, *(redemption(number) for number in numbers))

    def events(self) -> list[str]:
        """Of handovers in the trail, in their order."""
        found = TrailEntry.objects.filter(
            issuer_id=self.issuer.issuer_id, event__startswith="handover."
        )
        return list(found.order_by("pk").values_list("event", flat=True))

    def states(self) -> dict[int, int]:
        """Of the vouchers that are not in stock, by serial."""
        with connected(self.portal.url) as connection:
            found = connection.execute(
                "SELECT serial, state FROM voucher WHERE issuer_id = %s AND state <> 1",
                (self.issuer.issuer_id,),
            ).fetchall()
        return dict(found)


def given_scene(portal: Portal, vouchers: int = 10) -> Scene:
    issuer = given_office(portal)
    with connected(portal.url) as connection:
        given_sold_group(connection, issuer)
        given_stock(connection, issuer, vouchers + 20)
        return given_buyer_of(portal, connection, issuer, "Relief Trust", vouchers)


def given_buyer_of(
    portal: Portal, connection: Connection, issuer: Issuer, name: str, vouchers: int
) -> Scene:
    """Another organisation of an issuer that has stock."""
    organisation_id = given_organisation(connection, issuer, name)
    allocation_id = given_allocation(connection, issuer, organisation_id, vouchers)
    catch_up(connection, issuer.issuer_id)
    person = given_person(name="Dora Distributor")
    given_buyer_role(person, issuer, organisation_id, OrganisationRoleName.DISTRIBUTOR)
    return Scene(portal, issuer, organisation_id, allocation_id, person, signed_in(person))


def work(connection: Connection, issuer: Issuer) -> None:
    issuer.catch_up(connection)
    waiting = connection.execute(
        "SELECT command_id FROM command WHERE issuer_id = %s AND status = 'waiting'"
        " ORDER BY prepared_at",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    for (command_id,) in waiting:
        carry_out(connection, issuer, seals(), command_id)
    for handover_id in running_handovers(connection, issuer):
        for _step in finish_handover(connection, issuer, handover_id):
            pass
    for bulk_id in running_bulks(connection, issuer):
        for _bulk in finish_bulk(connection, issuer, bulk_id):
            pass
    catch_up(connection, issuer.issuer_id)
    follow_handovers()


def csv_file(people: Iterable[tuple[str, str]], head: str = "reference,name") -> SimpleUploadedFile:
    lines = [head, *(f"{reference},{name}" for reference, name in people)]
    return SimpleUploadedFile("people.csv", "\n".join(lines).encode())


def handover_of(answer: Page) -> UUID:
    """Of an answer that leads to a handover's page."""
    found = re.search(r"/handovers/([0-9a-f-]{36})", answer.headers["Location"])
    assert found is not None, answer.headers["Location"]
    return UUID(found[1])


def sheet_rows(answer: HttpResponseBase, password: str = PASSWORD) -> list[list[str]]:
    """Of the encrypted workbook, without its headings."""
    sealed = body_of(answer)
    assert sealed.startswith(b"\xd0\xcf\x11\xe0")
    plain = io.BytesIO()
    book = msoffcrypto.OfficeFile(io.BytesIO(sealed))
    book.load_key(password=password, verify_password=True)
    book.decrypt(plain)
    with ZipFile(plain) as opened:
        parts: Parts = {name: opened.read(name) for name in opened.namelist()}
    strings = re.findall(rb"<t[^>]*>([^<]*)</t>", parts["xl/sharedStrings.xml"])
    texts = [html.unescape(each.decode()) for each in strings]
    return [
        [texts[int(text)] for _type, _shown, text in row.values()] for row in sheet_of(parts)[1:]
    ]


def numbers_in_sheet(answer: HttpResponseBase, password: str = PASSWORD) -> list[str]:
    return [row[3].replace(" ", "") for row in sheet_rows(answer, password)]


def pdf_text(answer: HttpResponseBase, password: str = PASSWORD) -> Sequence[str]:
    """Of each page."""
    return cards_text(body_of(answer), password)


def cards_text(content: bytes, password: str = PASSWORD) -> Sequence[str]:
    reader = PdfReader(io.BytesIO(content), password=password)
    return [page.extract_text() for page in reader.pages]


def body_of(answer: HttpResponseBase) -> bytes:
    """As a server sends it, to its end."""
    content = b"".join(cast("Iterable[bytes]", answer))
    answer.close()
    return content


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])
