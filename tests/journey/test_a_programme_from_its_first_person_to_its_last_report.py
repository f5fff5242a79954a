"""One programme, by the people who run it, in a real browser against the whole system.

The first administrator sets up the issuer and its people; a merchant applies on a telephone and
is approved; a voucher is designed, approved and published; money comes in; stock is provisioned;
one of its vouchers is redeemed at that merchant through the API; its story tells all of it; the
programme is closed; the books are clean. Every page on the way is looked at
(tests/journey/chromium.py).
"""

import re
from pathlib import Path
from typing import Final

import httpx
import pytest
from PIL import Image
from tests.cli.running import counterfoil, started, wait_until_live
from tests.journey.chromium import chromium
from tests.journey.people import Portal, Worker, approves, given_worker, mailed_link

from counterfoil.sandbox_fsp.process import free_port

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]  # other proofs run beside this one

ISSUER: Final = "AID"
ADMINISTRATOR: Final = "ruth@example.org"
OWNER: Final = "njeri@example.org"
SHOP: Final = "Mama Njeri Grocers"
ACCOUNT: Final = "0100-7781-22"
SHOPS: Final = "SHOPS"
GROUP: Final = "SCHOOL-MEALS"
CLIENT: Final = "TILL"
STEPS: Final = ("Close sales", "Close redemption", "Close claims", "Close")


def test_a_programme_from_its_first_person_to_its_last_report(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = counterfoil(
        "issuer", "create", ISSUER, "--name", "River Aid", "--currency", "KES", home=home
    )
    assert said.code == 0, said.err
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    said = counterfoil(
        "user", "create", ADMINISTRATOR, "--role", "administrator", "--at", base, home=home
    )
    link = re.findall(r"http://\S+", said.out)[0]
    with (
        started("serve", "--home", str(home), "--port", str(port)),
        chromium("journey") as browser,
    ):
        wait_until_live(port)
        _tell(Portal(base, browser), link, tmp_path)
    said = counterfoil("check", home=home)
    assert said.code == 0, said.out


def _tell(portal: Portal, link: str, tmp_path: Path) -> None:
    ruth = given_worker(portal, ADMINISTRATOR, link, "Ruth Adeyemi", second_factor=True)
    ruth.goes(f"/portal/{ISSUER}/")
    ruth.looks("overview-of-an-empty-issuer")
    omar = _invited(ruth, "operator", "Omar Hassan")
    paz = _invited(ruth, "approver", "Paz Quispe")
    femi = _invited(ruth, "finance", "Femi Okafor")
    ruth.goes(f"/portal/{ISSUER}/people")
    ruth.looks("people")
    _issuer_is_set_up(ruth, paz)
    _merchant_applies(portal, tmp_path)
    _merchant_is_approved(omar, paz)
    _voucher_is_published(omar, paz)
    _deposit_is_approved(femi, paz, tmp_path)
    _stock_is_provisioned(omar, paz)
    key = _calling_system_gets_a_key(ruth, paz)
    serial = _redeemed(portal, key)
    _story_is_told(omar, serial)
    _programme_is_closed(omar, paz)


def _invited(ruth: Worker, role: str, name: str) -> Worker:
    email = f"{role}@example.org"
    ruth.goes(f"/portal/{ISSUER}/people/invite")
    ruth.fills({"email": email, "roles": role})
    ruth.looks("people-invite")
    ruth.presses("Send the invitation")
    link = mailed_link(ruth.portal, email)
    return given_worker(ruth.portal, email, link, name, second_factor=role != "operator")


def _issuer_is_set_up(ruth: Worker, paz: Worker) -> None:
    """What concerns its pages at once, what concerns money with another's approval."""
    ruth.goes(f"/portal/{ISSUER}/settings/portal")
    ruth.fills({"time_zone": "Africa/Nairobi"})
    ruth.looks("settings-portal")
    ruth.presses("Save")
    ruth.goes(f"/portal/{ISSUER}/settings/change")
    ruth.fills({"cooling_off_days": "2", "reason": "Our bank takes two days."})
    ruth.looks("settings-change")
    ruth.presses("Send for approval")
    _approved(ruth, paz)
    ruth.goes(f"/portal/{ISSUER}/settings")
    ruth.sees("2 days")
    ruth.looks("settings")


def _merchant_applies(portal: Portal, tmp_path: Path) -> None:
    """On a telephone, step by step, by the link that was mailed."""
    njeri = Worker(portal, OWNER, portal.chromium.window(phone=True))
    njeri.goes(f"/portal/apply/{ISSUER}")
    njeri.looks("apply-start")
    njeri.fills({"email": njeri.email})
    njeri.presses("Send me the link")
    njeri.looks("apply-sent")
    njeri.goes(mailed_link(portal, njeri.email))
    njeri.looks("apply-begin")
    njeri.presses("Begin")
    njeri.fills({"kind": "merchant", "name": SHOP, "country": "KE"})
    njeri.fills({"registered_name": "Njeri Wambui Trading", "tax_id": "P051365947M"})
    njeri.looks("apply-business")
    njeri.presses("Save and go on")
    njeri.looks("apply-people")
    njeri.presses("Add a person")
    njeri.fills({"name": "Njeri Wambui", "role": "Owner", "telephone": "0712 345678"})
    njeri.fills({"email": OWNER})
    njeri.looks("apply-person")
    njeri.presses("Save")
    njeri.presses("Go on")
    njeri.presses("Add a place")
    njeri.fills({"name": SHOP, "address": "Market Road 4", "town": "Kibera"})
    njeri.fills({"position": "-1.3133, 36.7876", "day_0": "08:00-18:00"})
    njeri.looks("apply-place")
    njeri.presses("Save")
    njeri.looks("apply-places")
    njeri.presses("Go on")
    njeri.presses("Add a document")
    njeri.fills({"kind": "registration", "upload": _photo(tmp_path), "number": "BN-2214"})
    njeri.looks("apply-document")
    njeri.presses("Add this document")
    njeri.looks("apply-documents")
    njeri.presses("Go on")
    njeri.presses("account")
    njeri.fills({"provider": "sandbox", "account": ACCOUNT, "holder": "Njeri Wambui"})
    njeri.looks("apply-payment")
    njeri.presses("Save and go on")
    njeri.fills({"is_true": "on"})
    njeri.looks("apply-review")
    njeri.presses("Send the application")
    njeri.sees("Your application is with River Aid")
    njeri.looks("apply-status")


def _merchant_is_approved(omar: Worker, paz: Worker) -> None:
    omar.goes(f"/portal/{ISSUER}/merchants/groups")
    omar.fills({"code": SHOPS, "name": "Shops in the county"})
    omar.looks("merchant-groups")
    omar.presses("Create the group")
    omar.ends(SHOPS)
    omar.goes(f"/portal/{ISSUER}/merchants")
    omar.looks("merchants")
    omar.presses(SHOP)
    omar.looks("application")
    omar.presses("Take into review")
    omar.presses("Propose approval")
    omar.fills({"groups": SHOPS, "reason": "Papers seen, shop visited."})
    omar.looks("application-propose")
    omar.presses("Send for approval")
    omar.looks("command-waiting")
    _approved(omar, paz)


def _voucher_is_published(omar: Worker, paz: Worker) -> None:
    omar.goes(f"/portal/{ISSUER}/vouchers")
    omar.looks("vouchers")
    omar.presses("Design a voucher")
    omar.fills({"code": GROUP, "name": "School meals"})
    omar.fills({"description": "One week of meals for one child."})
    omar.looks("voucher-basics")
    omar.presses("Save and go on")
    omar.fills({"denominations": "500.00"})
    omar.looks("voucher-amounts")
    omar.presses("Save and go on")
    omar.fills({"days": "90"})
    omar.looks("voucher-validity")
    omar.presses("Save and go on")
    omar.fills({"accepts": "groups", "groups": SHOPS})
    omar.looks("voucher-acceptance")
    omar.presses("Save and go on")
    omar.fills({"restock_level": "100"})
    omar.looks("voucher-stock")
    omar.presses("Save and go on")
    omar.fills({"reason": "Agreed with the schools for this term."})
    omar.looks("voucher-draft")
    omar.presses("Send for approval")
    _approved(omar, paz)
    omar.goes(f"/portal/{ISSUER}/vouchers/group/{GROUP}")
    omar.looks("voucher-group")


def _deposit_is_approved(femi: Worker, paz: Worker, tmp_path: Path) -> None:
    femi.goes(f"/portal/{ISSUER}/money")
    femi.looks("money")
    femi.goes(f"/portal/{ISSUER}/money/1/deposit")
    femi.fills({"amount": "1,000,000.00", "reference": "FT26321XKQ9P"})
    femi.fills({"evidence_file": _photo(tmp_path)})
    femi.looks("deposit")
    femi.presses("Look at what will change")
    femi.looks("deposit-check")
    femi.presses("Send it for approval")
    _approved(femi, paz)
    femi.goes(f"/portal/{ISSUER}/money/1")
    femi.sees("1,000,000.00")
    femi.looks("money-account")


def _stock_is_provisioned(omar: Worker, paz: Worker) -> None:
    omar.goes(f"/portal/{ISSUER}/stock")
    omar.looks("stock-empty")
    omar.goes(f"/portal/{ISSUER}/stock/new?group={GROUP}")
    omar.fills({"count": "200"})
    omar.looks("stock-new")
    omar.presses("Show what it takes")
    omar.fills({"reason": "The first week."})
    omar.looks("stock-confirm")
    omar.presses("Ask for 200 vouchers")
    _approved(omar, paz)
    omar.goes(f"/portal/{ISSUER}/stock")
    omar.looks("stock")
    omar.goes(f"/portal/{ISSUER}/stock/1")
    omar.sees("200")
    omar.looks("provision")


def _calling_system_gets_a_key(ruth: Worker, paz: Worker) -> str:
    ruth.goes(f"/portal/{ISSUER}/clients/new")
    ruth.fills({"name": CLIENT, "reason": "The till of the shops."})
    for scope in ("preactivate", "activate", "redeem"):
        ruth.fills({"scopes": scope})
    ruth.looks("client-new")
    ruth.presses("Send for approval")
    _approved(ruth, paz)
    ruth.goes(f"/portal/{ISSUER}/clients")
    ruth.looks("clients")
    ruth.goes(f"/portal/{ISSUER}/clients/1")
    ruth.looks("client")
    ruth.goes(f"/portal/{ISSUER}/clients/1/key")
    ruth.presses("Make the key")
    key = re.search(r"cf_[a-z2-7]{52}", ruth.page.inner_text("main"))
    assert key is not None
    ruth.goes(f"/portal/{ISSUER}/clients/1")
    return key[0]


def _redeemed(portal: Portal, key: str) -> str:
    """Drawn, activated and redeemed at the merchant, as a till does it."""
    with httpx.Client(base_url=portal.base, headers={"X-API-Key": key}, trust_env=False) as till:
        drawn = till.post(
            "/vouchers/voucher_preactivation",
            json={
                "voucher_amount": "500.00",
                "voucher_currency": "KES",
                "voucher_group": GROUP,
                "Gov_Stack_BB": CLIENT,
            },
        )
        assert drawn.status_code == 200, drawn.text
        serial = drawn.json()["voucher_serial_number"]
        activated = till.patch(
            "/vouchers/voucher_activation",
            json={"voucher_serial_number": serial, "Gov_Stack_BB": CLIENT},
        )
        assert activated.status_code == 200, activated.text
        redeemed = till.post(
            "/vouchers/voucher_redemption",
            json={
                "voucher_number": drawn.json()["voucher_number"],
                "Gov_Stack_BB": CLIENT,
                "merchant_name": SHOP,
                "merchant_bank_details": ACCOUNT,
                "merchant_voucher_group": SHOPS,
                "override": False,
            },
        )
        assert redeemed.status_code == 200, redeemed.text
    return str(serial)


def _story_is_told(omar: Worker, serial: str) -> None:
    omar.goes(f"/portal/{ISSUER}/voucher/{serial}")
    for told in ("Redeemed", SHOP, "Activated", CLIENT, "Omar Hassan", "Paz Quispe"):
        omar.page.locator("main").get_by_text(told).first.wait_for()
    omar.looks("voucher-story")
    omar.goes(f"/portal/{ISSUER}/")
    omar.looks("overview")


def _programme_is_closed(omar: Worker, paz: Worker) -> None:
    for index, button in enumerate(STEPS):
        omar.goes(f"/portal/{ISSUER}/programmes/PROGRAMME-1")
        omar.looks(f"programme-{index}")
        omar.goes(f"/portal/{ISSUER}/programmes/PROGRAMME-1/step")
        omar.fills({"reason": "The term is over."})
        omar.looks(f"programme-step-{index}")
        omar.presses(button)
        _approved(omar, paz)
    omar.goes(f"/portal/{ISSUER}/programmes/PROGRAMME-1")
    omar.looks("programme-closed")
    omar.goes(f"/portal/{ISSUER}/programmes/PROGRAMME-1/report")
    omar.looks("programme-report")


def _approved(preparer: Worker, paz: Worker) -> None:
    """Who prepared it sees that it is done."""
    approves(paz, ISSUER)
    preparer.page.reload()
    preparer.ends("Done")


def _photo(tmp_path: Path) -> Path:
    path = tmp_path / "paper.jpg"
    if not path.exists():
        Image.new("RGB", (320, 240), (230, 226, 214)).save(path)
    return path
