"""Vouchers reach a person and a till; who looks on sees it happen."""

import io
import re
from typing import Final
from zipfile import ZipFile

import msoffcrypto
from tests.journey.people import Worker
from tests.journey.standing import ISSUER, SHOP, Drawn, Office, redeemed

PERSON: Final = "Asha Mwangi"
_REFERENCE: Final = "HH-0421"
_PASSWORD: Final = "four tall grey herons"  # of a file that is thrown away


def one_is_handed_out(peter: Worker, home: str) -> Drawn:
    """To one person; the file with the number opens with the password alone."""
    peter.goes(f"{home}/handovers")
    peter.looks("handovers-empty")
    peter.presses("Hand out")
    peter.fills({"who": "one"})
    peter.fills({"reference": _REFERENCE, "name": PERSON})
    peter.looks("handover-new-one")
    peter.sends("Look through")
    peter.fills({"file_kind": "sheet", "choose": "own"})
    peter.fills({"own": _PASSWORD, "own_again": _PASSWORD})
    peter.looks("handover-review-own-password")
    peter.sends("Hand out")
    peter.ends("Ready to be fetched")
    peter.looks("handover-ready")
    peter.fills({"password": _PASSWORD})
    drawn = _drawn(peter.saves("Fetch the list"))
    peter.ends("Peter Lokai fetched the numbers")
    peter.looks("handover-fetched")
    peter.goes(f"{home}/handovers")
    peter.looks("handovers")
    return drawn


def it_is_redeemed_before_their_eyes(
    office: Office, halima: Worker, home: str, drawn: Drawn
) -> None:
    """Nobody loads the page again."""
    omar = office.omar
    omar.goes(f"/portal/{ISSUER}/live/redemptions")
    omar.looks("live-empty")
    omar.ends("live")
    serial = _shown(drawn.serial)
    assert not omar.page.locator("main").get_by_text(serial).count()
    redeemed(office, drawn)
    omar.ends(serial)
    omar.sees(SHOP)
    omar.looks("live-arrived")
    halima.comes_to(f"{home}/redemptions", serial)
    halima.sees(SHOP)
    halima.looks("buyer-redemptions")
    halima.goes(f"{home}/voucher/{drawn.serial}")
    for told in ("Redeemed", SHOP, PERSON, "Handed out, and active"):
        halima.sees(told)
    halima.looks("buyer-voucher")
    halima.comes_to(f"{home}/", "Redeemed")
    halima.looks("buyer-overview")


def _shown(serial: str) -> str:
    return re.sub(r"(\d{4})(?=\d)", r"\1 ", serial)


def _drawn(sealed: bytes) -> Drawn:
    """From the encrypted workbook, in which one row stands."""
    assert sealed.startswith(b"\xd0\xcf\x11\xe0"), sealed[:8]
    assert b"sharedStrings" not in sealed
    plain = io.BytesIO()
    book = msoffcrypto.OfficeFile(io.BytesIO(sealed))
    book.load_key(password=_PASSWORD, verify_password=True)
    book.decrypt(plain)
    with ZipFile(plain) as opened:
        strings = opened.read("xl/sharedStrings.xml").decode()
    texts = re.findall(r"<t[^>]*>([^<]*)</t>", strings)
    assert PERSON in texts, len(texts)
    assert _REFERENCE in texts, len(texts)
    digits = [text.replace(" ", "") for text in texts if re.fullmatch(r"[\d ]{16,}", text)]
    (number,) = (each for each in digits if len(each) == 18)
    (serial,) = (each for each in digits if len(each) == 16)
    return Drawn(serial, number)
