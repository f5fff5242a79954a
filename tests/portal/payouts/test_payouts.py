"""One payout on its page: what is in it, what became of it, and a statement that adds up."""

import csv
import io
from decimal import Decimal

from django.test import Client
from pypdf import PdfReader
from tests.portal.conftest import Portal
from tests.portal.payouts.working import (
    ASHA,
    given_office,
    preview,
    redeemed,
    refunded,
    sent,
    set_terms,
    shops,
    told,
)

from counterfoil.engine.payouts.outcomes import Told


def _statement(browser: Client, path: str) -> list[dict[str, str]]:
    answer = browser.get(path)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it is sent in pieces
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_statement_adds_up_to_what_is_paid(portal: Portal) -> None:
    house = given_office(portal)
    set_terms(house, commission_points=250, fee_minor=30)
    first, *_others = redeemed(house, ASHA, 10_000, 2_000, 4_000)
    sent(house)
    refunded(house, first)
    redeemed(house, ASHA, 20_000)
    run = sent(house)
    # 200.00 redeemed, 100.00 taken back, 2.5 % of the rest and 0.30 kept
    assert run.net_minor == 10_000 - 250 - 30
    page = house.page(f"payouts/2/{ASHA}")
    minus = "\N{MINUS SIGN}"
    for line in (
        "1 redemption 200.00 KES",
        f"Taken back {minus} 100.00 KES",
        f"Commission {minus} 2.50 KES",
        f"Fee {minus} 0.30 KES Payout 97.20 KES",
    ):
        assert line in page
    lines = _statement(house.finance, f"{house.root}/payouts/2/{ASHA}/statement")
    amounts = [Decimal(line["Amount"]) for line in lines]
    assert [line["What"] for line in lines] == [
        "Redemption",
        "Redemption taken back",
        "Commission",
        "Fee",
        "Payout",
    ]
    assert amounts == [200, -100, Decimal("-2.5"), Decimal("-0.3"), Decimal("97.2")]
    assert lines[1]["Serial"] == str(first)
    paper = house.finance.get(f"{house.root}/payouts/2/{ASHA}/paper")
    assert paper.headers["Content-Type"] == "application/pdf"
    written = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    for word in ("Statement of payout 2-1", "Asha Stores", "200.00", "97.20", "0000 0000 0001"):
        assert word in written.replace("\xa0", " "), word


def test_every_redemption_of_a_payout_is_listed_once_page_by_page(portal: Portal) -> None:
    house = given_office(portal)
    serials = redeemed(house, ASHA, *([100] * 52))
    sent(house)
    later = redeemed(house, ASHA, 100)
    preview(house)
    page = house.html(f"payouts/1/{ASHA}")
    after = page.partition("?after=")[2].partition('"')[0]
    shown = page + house.html(f"payouts/1/{ASHA}?after={after}")
    assert [shown.count(f'/voucher/{serial}"') for serial in serials] == [1] * 52
    assert f"/voucher/{later[0]}" not in shown
    lines = _statement(house.finance, f"{house.root}/payouts/1/{ASHA}/statement")
    assert [int(line["Serial"]) for line in lines[:-1]] == serials
    assert Decimal(lines[-1]["Amount"]) == 52


def test_what_failed_is_sent_again_alone(portal: Portal) -> None:
    house = given_office(portal)
    (baraka,) = shops(house, "Baraka")
    redeemed(house, ASHA, 1000)
    redeemed(house, baraka, 2000)
    sent(house)
    told(house, 1, ASHA, Told.COMPLETED)
    told(house, 1, baraka, Told.REJECTED, "cannot_credit")
    assert "The bank cannot pay into that account." in house.page(f"payouts/1/{baraka}")
    answer = house.finance.get(f"{house.root}/payouts/1/{ASHA}/again")
    assert answer.status_code == 302, "what was paid is not paid twice"
    again = f"payouts/1/{baraka}/again"
    command = house.ask(again, {"reason": "they have called the bank"})
    waits = house.page(again)
    assert "It was sent for approval already; once is enough." in waits
    assert "Send for approval" not in waits, "there is nothing to press"
    assert "Send 20.00 KES to Baraka again" in house.page(
        f"commands/{command}/decide", house.approver
    )
    assert f'/payouts/1/{baraka}">Payout 1-{baraka}, Baraka</a>' in house.html("commands")
    assert house.approve(command) == "done"
    told(house, 1, baraka, Told.COMPLETED)
    page = house.page(f"payouts/1/{baraka}")
    assert "Baraka Paid" in page
    assert "Refused" in page, "the try before is still shown"


def test_a_wrong_redemption_is_taken_back_from_the_vouchers_page(portal: Portal) -> None:
    house = given_office(portal)
    serial, other = redeemed(house, ASHA, 1000, 500)
    assert "Refund this redemption" in house.page(f"voucher/{serial}")
    assert "Refund this redemption" not in house.page(f"voucher/{serial}", house.operator)
    command = house.ask(f"voucher/{serial}/refund", {"reason": "scanned twice by mistake"})
    for again in ("refund", "refund/replace"):
        waits = house.page(f"voucher/{serial}/{again}")
        assert "It was sent for approval already; once is enough." in waits
        assert "Send for approval" not in waits, "it is not asked for twice"
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "Owed to Asha Stores was 15.00 KES becomes 5.00 KES" in decided
    assert house.approve(command) == "done"
    assert house.balances()[f"payable:{ASHA}"] == 500
    story = house.page(f"voucher/{serial}")
    assert "Its redemption was taken back" in story
    assert "Redemption refunded · Asha Stores" in story, "it stands in the story too"
    assert "scanned twice by mistake" in story
    assert "Owed to merchants: Asha Stores → Available" in story, "and so does its money"
    assert "Refund this redemption" not in house.page(f"voucher/{serial}")
    assert house.finance.get(f"{house.root}/voucher/{serial}/refund").status_code == 302
    assert "Refund this redemption" in house.page(f"voucher/{other}")
