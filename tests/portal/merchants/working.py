"""What tests of merchants are given: an issuer with its people, forms filled in as a person would,
approvals by a second one, and the worker's part.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import Page, given_office, given_person, hidden, signed_in, signed_out

from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.issuer import Issuer
from counterfoil.portal.actions import seals
from counterfoil.portal.models import Mail, MerchantProfile, Person, Role

REASON: Final = "We have seen the shop and its papers"
PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c"
    "63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
BUSINESS: Final = {
    "kind": "merchant",
    "name": "Mama Njeri Shop",
    "registered_name": "Njeri General Stores Ltd",
    "country": "KE",
    "tax_id": "P051365947M",
}
PERSON: Final = {
    "name": "Njeri Kamau",
    "role": "Owner",
    "telephone": "0712 345678",
    "email": "njeri@example.org",
}
PLACE: Final = {
    "name": "Mama Njeri Shop",
    "address": "Market Street 4",
    "town": "Nakuru",
    "position": "-0.3031, 36.0800",
    "day_0": "08:00-18:00",
    "same": "5",
}
WALLET: Final = {"provider": "M-PESA", "number": "0712 345678", "holder": "Njeri Kamau"}


@dataclass(frozen=True, slots=True)
class Room:
    """An issuer with an operator, an approver and their browsers."""

    portal: Portal
    issuer: Issuer
    operator: Person
    approver: Person
    browser: Client
    approving: Client

    @property
    def root(self) -> str:
        return f"/portal/{self.issuer.code}/merchants"

    def page(self, url: str) -> str:
        answer = self.browser.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.headers)
        return text_of(answer)

    def sends(self, url: str, given: Mapping[str, object], **files: object) -> Page:
        """Opens the form, fills it in, and sends it."""
        return sent(self.browser, url, given, **files)

    def asks(self, url: str, given: Mapping[str, object], **files: object) -> UUID:
        """Sends a form whose answer leads to the page of a command."""
        answer = self.sends(url, given, **files)
        assert answer.status_code == 302, text_of(answer)
        found = resolve(answer.headers["Location"])
        assert found.url_name == "command", answer.headers["Location"]
        return UUID(str(found.kwargs["command_id"]))

    def carry_out(self, command_id: UUID) -> str | None:
        """As the worker does."""
        with connected(self.portal.url) as connection:
            return carry_out(connection, self.issuer, seals(), command_id)

    def approve(self, command_id: UUID) -> str | None:
        url = f"/portal/{self.issuer.code}/commands/{command_id}/decide"
        page = self.approving.get(url)
        answer = self.approving.post(
            url, {"seen": hidden(page, "seen"), "verdict": "approve", "reason": ""}
        )
        assert answer.status_code == 302, text_of(answer)
        return self.carry_out(command_id)

    def reject(self, command_id: UUID, reason: str) -> str | None:
        url = f"/portal/{self.issuer.code}/commands/{command_id}/decide"
        page = self.approving.get(url)
        answer = self.approving.post(
            url, {"seen": hidden(page, "seen"), "verdict": "reject", "reason": reason}
        )
        assert answer.status_code == 302, text_of(answer)
        return self.carry_out(command_id)

    def profile(self, name: str = BUSINESS["name"]) -> MerchantProfile:
        return MerchantProfile.objects.get(issuer_id=self.issuer.issuer_id, name=name)


def given_room(portal: Portal) -> Room:
    issuer = given_office(portal)
    operator = given_person(Role.OPERATOR, issuer=issuer, name="Otieno Odhiambo")
    approver = given_person(Role.APPROVER, issuer=issuer, name="Wanjiru Maina")
    return Room(portal, issuer, operator, approver, signed_in(operator), signed_in(approver))


def sent(browser: Client, url: str, given: Mapping[str, object], **files: object) -> Page:
    """Opens the form, keeps what it has hidden and filled in, and sends it with what is given."""
    page = browser.get(url)
    assert page.status_code == 200, (url, page.status_code, page.headers)
    return browser.post(url, {**form_of(page), **given, **files})


def form_of(page: Page) -> dict[str, str]:
    """The hidden fields of the page's forms, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', text_of(page))
    return {
        name: html.unescape(value)
        for name, value in found
        if name not in {"csrfmiddlewaretoken", "next"}
    }


def text_of(answer: Page) -> str:
    return answer.content.decode()


def words_of(answer: "Page | str") -> str:
    """Of a page, without its tags."""
    text = answer if isinstance(answer, str) else text_of(answer)
    bare = re.sub(r"<[^>]+>", " ", text)
    return " ".join(html.unescape(bare).split())


def photo(name: str = "paper.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def begun(room: Room, **business: str) -> MerchantProfile:
    """A draft that the operator began."""
    answer = room.sends(f"{room.root}/new", {"origin": "paper", **BUSINESS, **business})
    assert answer.status_code == 302, text_of(answer)
    found = resolve(answer.headers["Location"])
    return MerchantProfile.objects.get(pk=found.kwargs["profile_id"])


def filled_in(room: Room, *, email: str = PERSON["email"], **business: str) -> MerchantProfile:
    """A draft with all that is needed; `email` is its contact's."""
    profile = begun(room, **business)
    base = f"{room.root}/applications/{profile.pk}"
    for path, given in (
        ("people/add", {**PERSON, "email": email}),
        ("places/add", PLACE),
        ("payment?scheme=wallet", WALLET),
    ):
        answer = room.sends(f"{base}/{path}", given)
        assert answer.status_code == 302, text_of(answer)
    answer = room.sends(
        f"{base}/documents/add",
        {"kind": "registration", "number": "C-17", "expires_on": "2031-05-01"},
        upload=photo(),
    )
    assert answer.status_code == 302, text_of(answer)
    return profile


def in_review(room: Room, *, email: str = PERSON["email"], **business: str) -> MerchantProfile:
    profile = filled_in(room, email=email, **business)
    answer = room.sends(f"{room.root}/applications/{profile.pk}/review", {})
    assert answer.status_code == 302, text_of(answer)
    profile.refresh_from_db()
    assert profile.status == "in_review"
    return profile


def registered(room: Room, *, email: str = PERSON["email"], **business: str) -> int:
    """The acceptor's id of one that was approved."""
    profile = in_review(room, email=email, **business)
    url = f"{room.root}/applications/{profile.pk}/propose"
    command_id = room.asks(url, {"reason": REASON, "owner_email": ""})
    assert room.approve(command_id) == "done"
    room.page(room.root)
    profile.refresh_from_db()
    assert profile.acceptor_id is not None
    return profile.acceptor_id


def mails_to(address: str) -> list[Mail]:
    return list(Mail.objects.filter(recipient=address).order_by("id"))


def apply_link(address: str) -> str:
    """The path in the last mail to an applicant."""
    body = mails_to(address)[-1].body
    found = re.search(r"https?://localhost(/portal/apply/\S+)", body)
    assert found is not None, body
    return found[1]


def applicant(room: Room, address: str) -> tuple[Client, str]:
    """A browser of nobody, and the link to its application."""
    browser = signed_out()
    answer = browser.post(f"/portal/apply/{room.issuer.code}", {"email": address})
    assert answer.status_code == 302, text_of(answer)
    return browser, apply_link(address)
