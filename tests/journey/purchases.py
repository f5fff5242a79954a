"""A purchase, from the catalogue to vouchers that are the organisation's."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pypdf import PdfReader
from tests.journey.people import Worker, approves
from tests.journey.standing import ISSUER, Office, paper

VOUCHERS: Final = 20
FACE: Final = "10,000.00"
COMMISSION: Final = "250.00"
TOTAL: Final = "10,250.00"
NUMBER: Final = "P-0001"
REFERENCE: Final = "FT26322MMQ4A"
WRONG: Final = "The paper is of another payment. Please send the one with P-0001 on it."


@dataclass(frozen=True, slots=True)
class Bought:
    """Its pages: of the buyer, of the issuer, and the paper that was asked for first."""

    of_buyer: str
    of_issuer: str
    paper: str


def vouchers_are_asked_for(halima: Worker, home: str) -> str:
    """The address of the purchase."""
    halima.goes(f"{home}/purchases")
    halima.looks("buyer-purchases-empty")
    halima.presses("Buy vouchers")
    halima.looks("buyer-catalogue")
    halima.fills({"amount_50000": str(VOUCHERS)})
    halima.sends("Put into the purchase")
    halima.sees("Your purchase comes to")
    halima.looks("buyer-catalogue-chosen")
    halima.presses("Look at it and send it")
    halima.fills({"note": "For the first week of term."})
    halima.looks("buyer-purchase-draft")
    halima.sends("Ask for a quote")
    halima.sees(NUMBER)
    halima.looks("buyer-purchase-requested")
    return halima.path


def purchase_is_quoted(office: Office, halima: Worker, path: str) -> Bought:
    omar = office.omar
    omar.goes(f"/portal/{ISSUER}/purchases")
    omar.looks("purchases")
    omar.presses(NUMBER)
    omar.looks("purchase-requested")
    of_issuer = omar.path
    omar.presses("Quote it")
    omar.looks("purchase-quote")
    omar.sends("Hold stock and send the quote")
    halima.comes_to(path, "Pay it, then send the proof of payment.")
    halima.sees(TOTAL)
    halima.looks("buyer-purchase-quoted")
    link = halima.page.locator("main a[href*='/papers/']").first.get_attribute("href")
    assert link is not None
    text = _text(halima.saves("Pro-forma invoice"))
    for said in ("River Aid", "Northern Aid", NUMBER, FACE, COMMISSION, TOTAL):
        assert said in text, (said, text)
    return Bought(path, of_issuer, link)


def wrong_proof_is_returned(office: Office, halima: Worker, bought: Bought, folder: Path) -> None:
    halima.goes(bought.of_buyer)
    _proof_is_sent(halima, paper(folder, "wrong", 120), "9,000.00", "FT26300AAA1B")
    halima.looks("buyer-purchase-proof-sent")
    femi = office.femi
    femi.goes(bought.of_issuer)
    femi.looks("purchase-proof")
    femi.presses("Return for correction")
    femi.fills({"reason": WRONG})
    femi.looks("purchase-return")
    femi.sends("Return it")
    femi.looks("purchase-returned")
    halima.goes(bought.of_buyer)
    halima.sees(WRONG)
    halima.looks("buyer-purchase-returned")


def right_proof_is_sent(halima: Worker, folder: Path) -> None:
    _proof_is_sent(halima, paper(folder, "advice", 60), TOTAL, REFERENCE)


def payment_is_recorded_and_approved(office: Office, bought: Bought) -> None:
    femi = office.femi
    femi.goes(bought.of_issuer)
    femi.presses("Record the payment")
    femi.fills({"amount": TOTAL, "bank_reference": REFERENCE, "value_date": _today(femi)})
    femi.looks("purchase-pay")
    femi.sends("Send it for approval")
    approves(office.paz, ISSUER, "decide-purchase")


def vouchers_are_theirs(office: Office, halima: Worker, bought: Bought, home: str) -> None:
    halima.comes_to(bought.of_buyer, "Commission invoice")
    halima.looks("buyer-purchase-allocated")
    text = _text(halima.saves("Receipt"))
    for said in (NUMBER, TOTAL, REFERENCE):
        assert said in text, (said, text)
    halima.goes(f"{home}/vouchers")
    halima.sees("School meals")
    halima.looks("buyer-vouchers")
    halima.goes(f"{home}/vouchers/bought/1")
    halima.looks("buyer-allocation")
    halima.goes(f"{home}/statement")
    halima.looks("buyer-statement")
    office.omar.goes(bought.of_issuer)
    office.omar.looks("purchase-allocated")


def _proof_is_sent(halima: Worker, file: Path, amount: str, reference: str) -> None:
    halima.presses("Send proof of payment")
    halima.fills({"paper": file, "amount": amount, "bank_reference": reference})
    halima.fills({"paid_on": _today(halima)})
    halima.looks("buyer-proof")
    halima.sends("Send it")
    halima.sees(reference)


def _today(worker: Worker) -> str:
    return str(worker.page.evaluate("() => new Date().toISOString().slice(0, 10)"))


def _text(pdf: bytes) -> str:
    """Of all its pages, with spaces as a keyboard has them."""
    assert pdf.startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).replace("\xa0", " ").split())
