"""What tests of organisations are given: an issuer with its people, forms filled in, approvals by a
second one, and the worker's part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from tests.databases import connected
from tests.engine.sales.given_sales import given_organisation
from tests.given import balances
from tests.portal.conftest import Portal
from tests.portal.given import (
    Page,
    given_buyer_role,
    given_office,
    given_person,
    hidden,
    signed_in,
    signed_out,
)
from tests.portal.merchants.working import form_of, mails_to, photo, sent, text_of, words_of
from tests.portal.money.working import confirmed

from counterfoil.engine.check import check
from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.issuer import Issuer
from counterfoil.portal.actions import seals
from counterfoil.portal.models import (
    OrganisationProfile,
    OrganisationRoleName,
    Person,
    Role,
)

REASON: Final = "We have seen its papers and called the number"
ORGANISATION: Final = {
    "kind": "ngo",
    "registered_name": "Northern Aid Foundation",
    "name": "Northern Aid",
    "country": "KE",
    "tax_id": "P051365947M",
}
CONTACT: Final = {
    "contact_name": "Halima Yusuf",
    "contact_email": "halima@example.org",
    "contact_telephone": "0712 345678",
    "invoice_address": "P.O. Box 12\nIsiolo",
    "invoice_email": "",
}
QUERIES_MAX: Final = 15


@dataclass(frozen=True, slots=True)
class Room:
    """An issuer with an operator, somebody for money, an approver, and their browsers."""

    portal: Portal
    issuer: Issuer
    operator: Person
    browser: Client
    finance: Client
    approving: Client

    @property
    def root(self) -> str:
        return f"/portal/{self.issuer.code}/organisations"

    def page(self, url: str, browser: Client | None = None) -> str:
        """The words of a page, read within the budget of queries."""
        client = browser or self.browser
        client.get(url)  # what was approved is taken over, and the place remembered
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.headers)
        assert len(queries) <= QUERIES_MAX, [each["sql"][:70] for each in queries]
        return words_of(answer)

    def sends(
        self, url: str, given: Mapping[str, object], browser: Client | None = None, **files: object
    ) -> Page:
        return sent(browser or self.browser, url, given, **files)

    def asks(
        self, url: str, given: Mapping[str, object], browser: Client | None = None, **files: object
    ) -> UUID:
        """Sends a form whose answer leads to the page of a command."""
        return command_of(self.sends(url, given, browser, **files))

    def moves(self, url: str, given: Mapping[str, object], **files: object) -> UUID:
        """Money, looked at once more, and sent."""
        looked = self.sends(url, given, self.finance, **files)
        assert looked.status_code == 200, looked.headers
        return command_of(self.finance.post(url, confirmed(looked)))

    def carry_out(self, command_id: UUID) -> str | None:
        with connected(self.portal.url) as engine:
            return carry_out(engine, self.issuer, seals(), command_id)

    def approve(self, command_id: UUID) -> str | None:
        return self._decide(command_id, "approve", "")

    def reject(self, command_id: UUID, reason: str) -> str | None:
        return self._decide(command_id, "reject", reason)

    def _decide(self, command_id: UUID, verdict: str, reason: str) -> str | None:
        url = f"/portal/{self.issuer.code}/commands/{command_id}/decide"
        page = self.approving.get(url)
        answer = self.approving.post(
            url, {"seen": hidden(page, "seen"), "verdict": verdict, "reason": reason}
        )
        assert answer.status_code == 302, text_of(answer)
        return self.carry_out(command_id)

    def shown_to_approver(self, command_id: UUID) -> str:
        answer = self.approving.get(f"/portal/{self.issuer.code}/commands/{command_id}/decide")
        assert answer.status_code == 200
        return words_of(answer)

    def balances(self) -> dict[str, int]:
        with connected(self.portal.url) as engine:
            return balances(engine, self.issuer)

    def check(self) -> list[str]:
        """What does not add up."""
        with connected(self.portal.url) as engine:
            return [str(each) for each in check(engine, self.issuer.issuer_id)]

    def profile(self, name: str = ORGANISATION["name"]) -> OrganisationProfile:
        return OrganisationProfile.objects.get(issuer_id=self.issuer.issuer_id, name=name)


def given_room(portal: Portal) -> Room:
    issuer = given_office(portal)
    operator = given_person(Role.OPERATOR, issuer=issuer, name="Otieno Odhiambo")
    finance = given_person(Role.FINANCE, issuer=issuer, name="Amina Diallo")
    approver = given_person(Role.APPROVER, issuer=issuer, name="Wanjiru Maina")
    return Room(
        portal, issuer, operator, signed_in(operator), signed_in(finance), signed_in(approver)
    )


def command_of(answer: Page) -> UUID:
    assert answer.status_code == 302, words_of(answer)
    found = resolve(answer.headers["Location"])
    assert found.url_name == "command", answer.headers["Location"]
    return UUID(str(found.kwargs["command_id"]))


def begun(room: Room, **organisation: str) -> OrganisationProfile:
    """A draft that the operator began."""
    answer = room.sends(f"{room.root}/new", {"origin": "paper", **ORGANISATION, **organisation})
    assert answer.status_code == 302, words_of(answer)
    found = resolve(answer.headers["Location"])
    return OrganisationProfile.objects.get(pk=found.kwargs["profile_id"])


def base_of(room: Room, profile: OrganisationProfile) -> str:
    return f"{room.root}/applications/{profile.pk}"


def filled_in(room: Room, *, email: str = "", **organisation: str) -> OrganisationProfile:
    """A draft with all that is needed; `email` is of who is in charge."""
    profile = begun(room, **organisation)
    base = base_of(room, profile)
    contact = {**CONTACT, "contact_email": email or CONTACT["contact_email"]}
    answer = room.sends(f"{base}/contact", contact)
    assert answer.status_code == 302, words_of(answer)
    paper = {"kind": "registration", "number": "NGO-17", "expires_on": "2031-05-01"}
    answer = room.sends(f"{base}/documents/add", paper, upload=photo())
    assert answer.status_code == 302, words_of(answer)
    profile.refresh_from_db()
    return profile


def proposed(room: Room, profile: OrganisationProfile, commission: str = "2.5") -> UUID:
    url = f"{base_of(room, profile)}/propose"
    given = {"commission": commission, "notes": "Pays within ten days", "reason": REASON}
    return room.asks(url, given)


def registered(room: Room, *, email: str = "", **organisation: str) -> int:
    """The id of one that was approved, with its manager invited."""
    profile = filled_in(room, email=email, **organisation)
    assert room.approve(proposed(room, profile)) == "done"
    room.page(room.root)
    profile.refresh_from_db()
    assert profile.organisation_id is not None
    return profile.organisation_id


def bare(room: Room, name: str = "Relief Trust", commission_points: int = 0) -> int:
    """One that the engine has without a profile."""
    with connected(room.portal.url) as engine:
        return given_organisation(engine, room.issuer, name, commission_points=commission_points)


def given_buyer(
    room: Room, organisation_id: int, role: OrganisationRoleName, name: str = "Halima Yusuf"
) -> tuple[Person, Client]:
    person = given_person(name=name)
    given_buyer_role(person, room.issuer, organisation_id, role)
    return person, signed_in(person)


def applicant(room: Room, address: str) -> tuple[Client, str]:
    """A browser of nobody, and the link to its application."""
    browser = signed_out()
    answer = browser.post(f"/portal/apply/{room.issuer.code}/organisation", {"email": address})
    assert answer.status_code == 302, text_of(answer)
    return browser, link_of(address)


def link_of(address: str) -> str:
    """The path in the last mail to an applicant."""
    body = mails_to(address)[-1].body
    (link,) = (word for word in body.split() if "/portal/apply/" in word)
    return str(link.removeprefix("http://localhost"))


__all__ = ["form_of", "mails_to", "photo", "text_of", "words_of"]
