"""Organisations come in: one applies on a telephone, the office writes another down."""

import re
from pathlib import Path
from typing import Final

from tests.journey.people import Worker, approves, given_worker, mailed_link
from tests.journey.standing import ISSUER, Office, paper

BUYER: Final = "Northern Aid"
OTHER: Final = "Relief Trust"
MANAGER: Final = "halima@example.org"
DISTRIBUTOR: Final = "peter@example.org"
OTHER_MANAGER: Final = "lucy@example.org"
COMMISSION: Final = "2.5"

_CONTACT: Final = {
    "contact_telephone": "0712 345678",
    "invoice_address": "P.O. Box 12\nIsiolo",
}


def organisation_applies(office: Office, tmp_path: Path) -> None:
    """On a telephone, step by step, by the link that was mailed."""
    portal = office.portal
    halima = Worker(portal, MANAGER, portal.chromium.window(phone=True))
    halima.goes(f"/portal/apply/{ISSUER}/organisation")
    halima.looks("apply-start")
    halima.fills({"email": MANAGER})
    halima.sends("Send me the link")
    halima.looks("apply-sent")
    halima.goes(mailed_link(portal, MANAGER))
    halima.looks("apply-begin")
    halima.presses("Begin")
    halima.fills({"kind": "ngo", "registered_name": "Northern Aid Foundation", "name": BUYER})
    halima.fills({"country": "KE", "tax_id": "P051365947M"})
    halima.looks("apply-organisation")
    halima.sends("Save and go on")
    halima.fills({"contact_name": "Halima Yusuf", "contact_email": MANAGER, **_CONTACT})
    halima.looks("apply-contact")
    halima.sends("Save and go on")
    halima.presses("Add a document")
    halima.fills({"kind": "registration", "number": "NGO-17", "expires_on": "2031-05-01"})
    halima.fills({"upload": paper(tmp_path, "registration", 230)})
    halima.looks("apply-document")
    halima.sends("Add this document")
    halima.looks("apply-documents")
    halima.presses("Go on")
    halima.fills({"is_true": "on"})
    halima.looks("apply-review")
    halima.sends("Send the application")
    halima.sees("Your application is with River Aid")
    halima.looks("apply-status")


def organisation_is_approved(office: Office) -> Worker:
    """Proposed by one, approved by another; its manager follows the link of the mail."""
    omar = office.omar
    omar.goes(f"/portal/{ISSUER}/organisations")
    omar.looks("organisations")
    omar.presses(BUYER)
    omar.looks("application")
    omar.presses("Propose approval")
    omar.fills({"commission": COMMISSION, "notes": "Pays within ten days."})
    omar.fills({"reason": "Papers seen, the number called."})
    omar.looks("application-propose")
    omar.sends("Send for approval")
    omar.looks("command-waiting")
    approves(office.paz, ISSUER, "decide-organisation")
    omar.page.reload()
    omar.ends("Done")
    omar.goes(f"/portal/{ISSUER}/organisations")
    omar.presses(BUYER)
    omar.sees("Halima Yusuf")
    omar.looks("organisation-new")
    link = mailed_link(office.portal, MANAGER)
    halima = given_worker(office.portal, MANAGER, link, "Halima Yusuf", second_factor=False)
    halima.looks("buyer-empty")
    return halima


def distributor_is_invited(halima: Worker, home: str) -> Worker:
    halima.goes(f"{home}/people")
    halima.fills({"email": DISTRIBUTOR, "role": "distributor"})
    halima.looks("buyer-people-invite")
    halima.sends("Send the invitation")
    halima.sees(DISTRIBUTOR)
    link = mailed_link(halima.portal, DISTRIBUTOR)
    peter = given_worker(halima.portal, DISTRIBUTOR, link, "Peter Lokai", second_factor=False)
    peter.goes(f"{home}/")
    peter.looks("buyer-empty-distributor")
    return peter


def another_is_written_down(office: Office) -> Worker:
    """By the office, from a paper; its manager."""
    omar = office.omar
    omar.goes(f"/portal/{ISSUER}/organisations/new")
    omar.fills({"kind": "company", "registered_name": OTHER, "country": "KE", "origin": "paper"})
    omar.looks("organisation-write-down")
    omar.sends("Save and go on")
    omar.fills({"contact_name": "Lucy Galgalo", "contact_email": OTHER_MANAGER, **_CONTACT})
    omar.sends("Save and go on")
    omar.presses("Go on")
    omar.goes(f"/portal/{ISSUER}/organisations")
    omar.presses(OTHER)
    omar.presses("Propose approval")
    omar.fills({"reason": "They came with a letter of the county."})
    omar.sends("Send for approval")
    approves(office.paz, ISSUER)
    omar.comes_to(f"/portal/{ISSUER}/organisations", OTHER)
    omar.presses(OTHER)
    omar.sees(OTHER_MANAGER)
    link = mailed_link(office.portal, OTHER_MANAGER)
    return given_worker(office.portal, OTHER_MANAGER, link, "Lucy Galgalo", second_factor=False)


def home_of(buyer: Worker) -> str:
    """The address of the organisation that this person is signed in for."""
    found = re.match(rf"/portal/{ISSUER}/org/\d+", buyer.path)
    assert found is not None, buyer.path
    return found[0]
