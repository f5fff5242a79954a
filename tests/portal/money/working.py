"""What tests of money and programmes are given: an issuer with its people, forms sent as browsers
send them, approvals by a second person, and the worker's part.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from tests.databases import connected
from tests.given import balances
from tests.portal.conftest import Portal
from tests.portal.given import Page, given_office, given_person, hidden, signed_in

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.issuer import Issuer
from counterfoil.portal.actions import seals
from counterfoil.portal.models import Person, Role

QUERIES_MAX: Final = 15
PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c"
    "63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
_NOT_SENT: Final = {"csrfmiddlewaretoken", "next", "language"}


@dataclass(frozen=True, slots=True)
class House:
    """An issuer with somebody for money, an operator, an approver, and their browsers."""

    portal: Portal
    issuer: Issuer
    amina: Person  # finance
    juma: Person  # approver
    finance: Client
    operator: Client
    approver: Client

    @property
    def root(self) -> str:
        return f"/portal/{self.issuer.code}"

    def page(self, path: str, browser: Client | None = None) -> str:
        """The words of a page of this issuer, read within the budget of queries."""
        self._come_in(browser or self.finance)
        with CaptureQueriesContext(connection) as queries:
            answer = (browser or self.finance).get(f"{self.root}/{path}")
        assert answer.status_code == 200, (path, answer.status_code, answer.headers)
        told = [f"{n} {each['sql'][:60]!r}" for n, each in enumerate(queries, 1)]
        assert len(queries) <= QUERIES_MAX, told
        return words_of(answer)

    def _come_in(self, browser: Client) -> None:
        """The first page of a place writes down that somebody is there; the others only read."""
        if browser.session.get("place") != f"{self.root}/":
            browser.get(f"{self.root}/approvals")

    def html(self, path: str, browser: Client | None = None) -> str:
        return text_of((browser or self.finance).get(f"{self.root}/{path}"))

    def send(self, path: str, given: Mapping[str, object], browser: Client | None = None) -> Page:
        """Opens the form, keeps what it has hidden, fills it in, and sends it."""
        client, url = browser or self.finance, f"{self.root}/{path}"
        page = client.get(url)
        assert page.status_code == 200, (path, page.status_code, page.headers)
        return posted(client, url, {**form_of(page), **given})

    def look(self, path: str, given: Mapping[str, object], **files: object) -> Page:
        """The page on which one looks once more at a movement of money before it is sent."""
        answer = self.send(path, {**given, **files})
        assert answer.status_code == 200
        return answer

    def move(self, path: str, given: Mapping[str, object], **files: object) -> UUID:
        """Looked at once more, and sent: the command."""
        looked = self.look(path, given, **files)
        return command_of(posted(self.finance, f"{self.root}/{path}", confirmed(looked)))

    def ask(self, path: str, given: Mapping[str, object], browser: Client | None = None) -> UUID:
        return command_of(self.send(path, given, browser))

    def approve(self, command_id: UUID) -> str | None:
        """By the approver, and then as the worker does. The status of the command after it."""
        url = f"{self.root}/commands/{command_id}/decide"
        page = self.approver.get(url)
        assert page.status_code == 200, page.headers
        answer = posted(
            self.approver, url, {"seen": hidden(page, "seen"), "verdict": "approve", "reason": ""}
        )
        assert answer.status_code == 302, text_of(answer)
        return self.carry_out(command_id)

    def carry_out(self, command_id: UUID) -> str | None:
        with connected(self.portal.url) as engine:
            return carry_out(engine, self.issuer, seals(), command_id)

    def finish_bulks(self) -> None:
        with connected(self.portal.url) as engine:
            for bulk_id in running_bulks(engine, self.issuer):
                for _chunk in finish_bulk(engine, self.issuer, bulk_id):
                    pass

    def balances(self) -> dict[str, int]:
        with connected(self.portal.url) as engine:
            return balances(engine, self.issuer)

    def commands(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM command WHERE issuer_id = %s", (self.issuer.issuer_id,)
            )
            return int(cursor.fetchone()[0])


def given_house(portal: Portal, funds: str = "100000.00") -> House:
    issuer = given_office(portal, funds=funds)
    amina = given_person(Role.FINANCE, issuer=issuer, name="Amina Diallo")
    juma = given_person(Role.APPROVER, issuer=issuer, name="Juma Otieno")
    grace = given_person(Role.OPERATOR, issuer=issuer, name="Grace Wanjiru")
    return House(portal, issuer, amina, juma, signed_in(amina), signed_in(grace), signed_in(juma))


def posted(browser: Client, url: str, given: Mapping[str, object]) -> Page:
    return browser.post(url, given)


def command_of(answer: Page) -> UUID:
    """Of an answer that leads to the page of a command."""
    assert answer.status_code == 302, words_of(answer)
    found = resolve(answer.headers["Location"])
    assert found.url_name == "command", answer.headers["Location"]
    return UUID(str(found.kwargs["command_id"]))


def confirmed(looked: Page) -> dict[str, str]:
    """What the page sends on which one looked once more."""
    seen = re.search(r'name="seen" value="([^"]*)"', text_of(looked))
    assert seen is not None, words_of(looked)
    return {**form_of(looked), "seen": seen[1]}


def form_of(page: Page) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {
        name: html.unescape(value)
        for name, value in _HIDDEN.findall(text_of(page))
        if name not in _NOT_SENT
    }


def text_of(answer: Page) -> str:
    return answer.content.decode()


def words_of(answer: Page) -> str:
    """Of the main part of a page, without its tags."""
    main = text_of(answer).partition("<main")[2] or text_of(answer)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2])).split())


def receipt(name: str = "advice.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")
