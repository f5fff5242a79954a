"""What tests of the guided form are given: forms filled in as a person would, and approvals."""

import html
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.test import Client
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import Page, given_office, given_person, signed_in

from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.issuer import Issuer
from counterfoil.portal.actions import seals
from counterfoil.portal.models import Person, Role

REASON: Final = "The council agreed on it"


@dataclass(frozen=True, slots=True)
class House:
    """An issuer with an operator, an approver and their browsers."""

    portal: Portal
    issuer: Issuer
    operator: Person
    approver: Person
    browser: Client
    approving: Client

    @property
    def root(self) -> str:
        return f"/portal/{self.issuer.code}"

    def get(self, path: str) -> str:
        """The page, which must be there."""
        answer = self.browser.get(f"{self.root}/{path}")
        assert answer.status_code == 200, (path, answer.status_code, answer.headers)
        return answer.content.decode()

    def approve(self, command_id: UUID) -> str | None:
        """By the approver on the page for it, then carried out as the worker does."""
        url = f"{self.root}/commands/{command_id}/decide"
        page = self.approving.get(url).content.decode()
        answer = self.approving.post(
            url, {"seen": hidden(page, "seen"), "verdict": "approve", "reason": ""}
        )
        assert answer.status_code == 302, answer.content.decode()
        return self.carry_out(command_id)

    def reject(self, command_id: UUID, reason: str) -> str | None:
        url = f"{self.root}/commands/{command_id}/decide"
        page = self.approving.get(url).content.decode()
        answer = self.approving.post(
            url, {"seen": hidden(page, "seen"), "verdict": "reject", "reason": reason}
        )
        assert answer.status_code == 302, answer.content.decode()
        return self.carry_out(command_id)

    def carry_out(self, command_id: UUID) -> str | None:
        with connected(self.portal.url) as connection:
            return carry_out(connection, self.issuer, seals(), command_id)


def given_house(portal: Portal, funds: str = "100000.00") -> House:
    issuer = given_office(portal, funds=funds)
    operator = given_person(Role.OPERATOR, issuer=issuer, name="Olga Operator")
    approver = given_person(Role.APPROVER, issuer=issuer, name="Abel Approver")
    return House(portal, issuer, operator, approver, signed_in(operator), signed_in(approver))


def hidden(page: str, name: str) -> str:
    """The value of a field of the page."""
    found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', page)
    assert found is not None, name
    value = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(value[1]) if value else ""


def hiddens(page: str) -> dict[str, str]:
    """What the page's own hidden fields send with it."""
    found: dict[str, str] = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def command_of(answer: Page) -> UUID:
    """Of an answer that leads to a command's page."""
    assert answer.status_code == 302, answer.content.decode()
    found = re.search(r"/commands/([0-9a-f-]{36})$", answer.headers["Location"])
    assert found is not None, answer.headers["Location"]
    return UUID(found[1])


def fill_in(house: House, url: str, **fields: object) -> Page:
    """Open a form, fill it in and send it with what it hides."""
    page = house.browser.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return house.browser.post(url, hiddens(page.content.decode()) | fields)


Fields = dict[str, object]
BASICS: Final[Fields] = {
    "code": "SCHOOL-MEALS",
    "name": "School meals",
    "programme": "PROGRAMME-1",
    "description": "One warm meal a day.",
}
AMOUNTS: Final[Fields] = {
    "pricing": "fixed",
    "denominations": "50.00\n1,250.00\n50",
    "daily_amount": "10,000.00",
    "daily_count": "40",
}
VALIDITY: Final[Fields] = {
    "validity": "days",
    "days": "90",
    "hold_number": "2",
    "hold_unit": "hour",
    "unused_value": "breakage",
}
ACCEPTANCE: Final[Fields] = {"accepts": "groups", "groups": ["FOOD"], "settlement": "deferred"}
STOCK: Final[Fields] = {"restock_level": "25"}
STEPS: Final[dict[str, Fields]] = {
    "amounts": AMOUNTS,
    "validity": VALIDITY,
    "acceptance": ACCEPTANCE,
    "stock": STOCK,
}


ALL_STEPS: Final[dict[str, Fields]] = {"basics": BASICS, **STEPS}


def given_draft(house: House, **basics: str) -> str:
    """With its first step saved; its address below the issuer's."""
    answer = fill_in(house, f"{house.root}/vouchers/new", **(BASICS | basics))
    assert answer.status_code == 302, answer.content.decode()
    found = re.search(r"(vouchers/drafts/[0-9a-f-]{36})/step/amounts$", answer.headers["Location"])
    assert found is not None, answer.headers["Location"]
    return found[1]


def given_full_draft(house: House, **basics: str) -> str:
    draft = given_draft(house, **basics)
    for step, fields in STEPS.items():
        answer = fill_in(house, f"{house.root}/{draft}/step/{step}", **fields)
        assert answer.status_code == 302, answer.content.decode()
    return draft


def send(house: House, draft: str) -> UUID:
    return command_of(fill_in(house, f"{house.root}/{draft}", reason=REASON))


def given_published(house: House, **basics: str) -> None:
    assert house.approve(send(house, given_full_draft(house, **basics))) == "done"
