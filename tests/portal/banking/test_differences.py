"""Differences with the bank on pages: told with their evidence, ended by two people."""

import pytest
from tests.databases import connected
from tests.gateway.bank_days import FUNDED, answered, days, given_batch, line, notified, stated
from tests.gateway.iso20022 import messages
from tests.given import SYSTEM, given_group
from tests.portal.banking.given import given_banked_house, open_one, took
from tests.portal.conftest import Portal
from tests.portal.money.working import House

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.resolving import WAYS, How, resolve_exception
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.portal.orchestrator.banking.words import (
    advice,
    difference_text,
    difference_word,
    way_word,
)

WHY = "The bank told us on the phone."


def charged(house: House) -> int:
    """The difference about what the bank took."""
    took(house, stated(house.issuer, 0, 99_750, line(FUNDED, 100_000), line("CHARGES", -250)))
    return open_one(house, "unexplained_debit")


@pytest.mark.parametrize("kind", list(ExceptionKind))
def test_every_kind_and_every_way_has_its_words(kind: ExceptionKind) -> None:
    texts = {str(difference_word(kind)), str(difference_text(kind)), str(advice(kind))}
    assert len(texts) == 3
    assert all(str(way_word(how)) for how in WAYS[kind])


def test_what_the_bank_took_is_told_and_recorded_by_two_people(portal: Portal) -> None:
    house = given_banked_house(portal)
    number = charged(house)
    listed = house.page("books/differences")
    assert "Money left the account, and nothing here says why" in listed
    assert "since today" in listed
    page = house.page(f"books/differences/{number}")
    assert "Often it is the bank's charges." in page
    assert "CHARGES" in page
    assert "2.50 KES" in page
    before = house.balances()
    command = house.ask(f"books/differences/{number}/end", {"how": "withdrawn", "reason": WHY})
    assert house.balances() == before
    assert "Amina Diallo wants to end it" in house.page(f"books/differences/{number}")
    assert "its end waits for approval" in house.page("books/differences")
    decided = house.page(f"commands/{command}/decide", house.approver)
    for said in (
        f"End difference {number}: Money left the account",
        "The bank took it: it is recorded as a withdrawal",
        "CHARGES",
        "997.50 KES",
        WHY,
    ):
        assert said in decided, said
    assert house.approve(command) == "done"
    after = house.balances()
    assert after["available:0"] == before["available:0"] - 250
    ended = house.page(f"books/differences/{number}")
    assert "How it ended" in ended
    assert WHY in ended
    assert "Nothing differs" in house.page("books/differences")
    assert WHY in house.page("books/differences?state=ended&sort=newest")


def test_only_a_way_that_its_kind_has_ends_it_and_only_with_a_reason(portal: Portal) -> None:
    house = given_banked_house(portal)
    number = charged(house)
    before = house.commands(), house.balances()
    for given in (
        {"how": "explained", "reason": WHY},
        {"how": "nonsense", "reason": WHY},
        {"how": "withdrawn", "reason": ""},
        {"how": "withdrawn", "reason": "x"},
    ):
        assert house.send(f"books/differences/{number}/end", given).status_code == 200, given
    assert (house.commands(), house.balances()) == before


def test_what_ended_meanwhile_is_told_to_who_approves(portal: Portal) -> None:
    house = given_banked_house(portal)
    number = charged(house)
    command = house.ask(f"books/differences/{number}/end", {"how": "withdrawn", "reason": WHY})
    with connected(portal.url) as engine:
        resolve_exception(engine, house.issuer, SYSTEM, number, How.WITHDRAWN, reason="quicker")
    before = house.balances()
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "It has ended already: if you approve it, it will be refused." in decided
    assert house.approve(command) == "refused"
    assert house.balances() == before
    assert "It has ended already." in house.page(f"commands/{command}")
    answer = house.finance.get(f"{house.root}/books/differences/{number}/end")
    assert answer.status_code == 302


def test_a_missing_statement_says_which_days(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, stated(house.issuer, 0, 100_000, line(FUNDED, 100_000)))
    took(house, stated(house.issuer, 90_000, 90_000, day=days(2)))
    number = open_one(house, "statement_gap")
    page = house.page(f"books/differences/{number}")
    assert "Between the statements of" in page
    assert "Expected 1,000.00 KES Found 900.00 KES" in page
    command = house.ask(f"books/differences/{number}/end", {"how": "explained", "reason": WHY})
    assert "It is as it should be" in house.page(f"commands/{command}/decide", house.approver)
    assert house.approve(command) == "done"


def test_a_line_leads_to_the_difference_about_its_payment(portal: Portal) -> None:
    house = given_banked_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, denominations=())
        set_routes(engine, house.issuer, SYSTEM, (Route(rail="bank"),))
        sent = given_batch(engine, house.issuer, 1_000)
    said = messages.payment_status(sent.payments[0], "RJCT", reason="<Cd>AC04</Cd>")
    took(house, answered(sent, said))
    took(house, notified(house.issuer, line("OUT-1", -1_000, of=sent.payments[0])))
    number = open_one(house, "contradicted")
    listed = house.html("books/bank/1?status=unexplained")
    assert f"{house.root}/books/differences/{number}" in listed
    page = house.page(f"books/differences/{number}")
    assert "What the bank says of a payment cannot be" in page
    command = house.ask(f"books/differences/{number}/end", {"how": "arrived", "reason": WHY})
    assert "The payment arrived" in house.page(f"commands/{command}/decide", house.approver)
    assert house.approve(command) == "done"
    assert "Nothing differs" in house.page("books/differences")


def test_a_payment_booked_with_another_amount_leads_to_its_merchant(portal: Portal) -> None:
    house = given_banked_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, denominations=())
        set_routes(engine, house.issuer, SYSTEM, (Route(rail="bank"),))
        sent = given_batch(engine, house.issuer, 1_000, 2_000)
    took(house, notified(house.issuer, line("OUT-1", -1_010, of=sent.payments[0])))
    number = open_one(house, "amount_differs")
    page = house.page(f"books/differences/{number}")
    assert "Expected 10.00 KES Found 10.10 KES Difference 0.10 KES" in page
    assert "Shop-" in page
    html = house.html(f"books/differences/{number}")
    assert "/payouts/" in html
    command = house.ask(f"books/differences/{number}/end", {"how": "settled", "reason": WHY})
    assert house.approve(command) == "done"
    assert "In the ledger" in house.page("books/bank/1?reference=OUT-1")


def test_differences_are_filtered_by_kind_and_leave_as_a_file(portal: Portal) -> None:
    house = given_banked_house(portal)
    charged(house)
    assert "No difference is like that" in house.page("books/differences?kind=statement_gap")
    assert "CHARGES" in house.page("books/differences?kind=unexplained_debit")
    answer = house.finance.post(f"{house.root}/books/differences/export", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert ",CHARGES," in text


def test_a_difference_that_there_is_not_is_no_page(portal: Portal) -> None:
    house = given_banked_house(portal)
    for path in ("books/differences/1", "books/differences/1/end", "books/bank/lines/1"):
        answer = house.finance.get(f"{house.root}/{path}")
        assert answer.status_code == 404, path
