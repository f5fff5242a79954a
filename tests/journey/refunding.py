"""What was not used comes back: cancelled by the issuer, paid back, and told to everybody."""

import re
from pathlib import Path
from typing import Final

from tests.journey.organisations import BUYER
from tests.journey.people import Worker, approves
from tests.journey.purchases import NUMBER, Bought
from tests.journey.standing import ISSUER, SHOP, Drawn, Office, paper

_LEFT: Final = "9,500.00"
_REASON: Final = "The schools are closed until further notice."
_REFUND: Final = "OUT26322KK1"


def story_names_the_buyer(office: Office, drawn: Drawn) -> None:
    omar = office.omar
    omar.goes(f"/portal/{ISSUER}/voucher/{drawn.serial}")
    for told in ("Redeemed", SHOP, BUYER, NUMBER):
        omar.sees(told)
    omar.looks("voucher-story")


def others_find_nothing(lucy: Worker, other: str, home: str, bought: Bought, drawn: Drawn) -> None:
    """Neither at its address nor at one's own."""
    purchase = bought.of_buyer.removeprefix(home)
    paper_path = bought.paper.removeprefix(home)
    for place in (home, other):
        for path in (
            purchase,
            f"{purchase}/proof",
            paper_path,
            "/vouchers/bought/1",
            f"/voucher/{drawn.serial}",
        ):
            lucy.misses(f"{place}{path}")
    lucy.looks("not-found")
    for path in ("/", "/purchases", "/vouchers", "/statement"):
        lucy.misses(f"{home}{path}")


def rest_is_cancelled(office: Office, halima: Worker, home: str) -> None:
    omar = office.omar
    omar.goes(f"/portal/{ISSUER}/stock")
    omar.looks("stock")
    omar.goes(f"/portal/{ISSUER}/stock/allocations")
    omar.looks("allocations")
    omar.goes(f"/portal/{ISSUER}/stock/allocations/1")
    omar.looks("allocation")
    omar.clicks("button[name=act][value=cancel]")
    omar.sees(f"To the balance of {BUYER}")
    omar.sees(_LEFT)
    omar.fills({"reason": _REASON})
    omar.looks("vouchers-cancel")
    omar.sends("Send for approval")
    approves(office.paz, ISSUER, "decide-cancel")
    omar.comes_to(f"/portal/{ISSUER}/stock/allocations/1", "Cancelled")
    omar.looks("allocation-cancelled")
    halima.comes_to("/portal/notifications", "The issuer has cancelled vouchers of yours")
    halima.looks("buyer-notifications")
    halima.goes(f"{home}/statement")
    halima.sees(_LEFT)
    halima.goes(f"{home}/")
    halima.sees(_LEFT)
    halima.looks("buyer-overview-cancelled")


def balance_is_refunded(office: Office, halima: Worker, home: str, folder: Path) -> None:
    femi, number = office.femi, re.sub(r".*/", "", home)
    femi.goes(f"/portal/{ISSUER}/organisations/{number}")
    femi.looks("organisation")
    femi.presses("Refund")
    femi.fills({"amount": _LEFT, "reference": _REFUND, "reason": "They asked for it by letter."})
    femi.fills({"value_date": femi.page.evaluate("() => new Date().toISOString().slice(0, 10)")})
    femi.fills({"evidence_file": paper(folder, "refund", 90)})
    femi.looks("refund")
    femi.sends("Look at what will change")
    femi.looks("refund-check")
    femi.sends("Send it for approval")
    approves(office.paz, ISSUER, "decide-refund")
    femi.page.reload()
    femi.ends("Done")
    halima.comes_to(f"{home}/purchases", "Credit note")
    halima.looks("buyer-purchases-credit-note")
    halima.comes_to("/portal/notifications", "Money was paid back to you")
    femi.goes(f"/portal/{ISSUER}/organisations/{number}/statement")
    femi.sees(_REFUND)
    femi.looks("organisation-statement")


def dashboard_tells_it(office: Office) -> None:
    omar = office.omar
    omar.comes_to(f"/portal/{ISSUER}/dashboard", "20 vouchers")
    figures = omar.page.locator("main dl.figures").first.inner_text().replace("\xa0", " ")
    for told in ("10,000.00 KES\n20 vouchers", "500.00 KES\n1 voucher"):
        assert told in re.sub(r"\n+", "\n", figures), figures
    omar.looks("dashboard")
