"""What ends a purchase, or stands in its way: rejection, cancellation, expiry, a refused payment, a
reference that was used, too little money, too little stock.
"""

from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.databases import connected
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.given import signed_out
from tests.portal.money.working import posted, text_of, words_of
from tests.portal.purchases.working import (
    given_market,
    given_other_buyer,
    payment_given,
    picture,
    status,
    steps,
)

from counterfoil.engine.organisations import (
    OrganisationChange,
    change_organisation,
    organisation_of,
)
from counterfoil.errors import ConflictError
from counterfoil.portal.models import (
    Notification,
    Paper,
    PaperKind,
    Purchase,
    PurchasePayment,
    PurchaseProof,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.purchases import papers


def test_a_rejected_quote_gives_its_stock_back_and_tells_why(portal: Portal) -> None:
    market = given_market(portal, stock=30)
    purchase_id = market.ask({1000: 30})
    market.quote(purchase_id)
    market.answer(purchase_id, "reject", "You have not paid the last one")
    market.work()
    assert status(purchase_id) == "rejected"
    page = market.page(market.of_buyer(purchase_id), market.buyer)
    assert "You have not paid the last one" in page
    again = market.ask({1000: 30})
    market.quote(again)
    assert "short" not in market.page(market.of_issuer(again), market.finance)
    assert market.differences() == []


def test_the_buyer_cancels_and_both_sides_know(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    url = f"{market.of_buyer(purchase_id)}/cancel"
    answer = market.send(url, {"reason": "We have no money this month"}, market.buyer)
    assert answer.status_code == 302
    market.work()
    assert status(purchase_id) == "cancelled"
    told = Notification.objects.filter(person=market.finance_person)
    assert "purchase_cancelled" in {each.kind for each in told}
    assert not Notification.objects.filter(
        person=market.manager, kind="purchase_cancelled"
    ).exists()
    office = market.page(market.of_issuer(purchase_id), market.finance)
    assert "We have no money this month" in office
    assert market.differences() == []


def test_a_quote_whose_day_has_passed_expires_and_can_be_quoted_anew(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    market.prove(purchase_id)
    market.lapse(purchase_id)
    market.work()
    assert status(purchase_id) == "expired"
    assert Purchase.objects.get(pk=purchase_id).waits_since is not None  # a proof is there
    for person in (market.finance, market.operator):
        assert "Free stock" in market.page(market.of_issuer(purchase_id), person)
    market.quote(purchase_id)
    assert status(purchase_id) == "proof"
    market.approve(market.record(purchase_id))
    assert status(purchase_id) == "allocated"
    assert market.differences() == []


def test_a_payment_that_is_not_approved_can_be_recorded_again(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    market.prove(purchase_id)
    market.decide(market.record(purchase_id), "reject", "The bank says 200")
    market.work()
    assert status(purchase_id) == "proof"
    assert "The bank says 200" in market.page(market.of_issuer(purchase_id), market.finance)
    assert "The bank says 200" not in market.page(market.of_buyer(purchase_id), market.buyer)
    market.approve(market.record(purchase_id))
    assert status(purchase_id) == "allocated"
    ended = PurchasePayment.objects.filter(purchase_id=purchase_id).order_by("made_at")
    assert [each.ended for each in ended] == ["refused", "approved"]
    assert market.differences() == []


def test_approval_after_the_day_is_refused_by_the_engine_and_nothing_is_sold(
    portal: Portal,
) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    command_id = market.record(purchase_id)
    market.lapse(purchase_id)
    before = market.balances()
    market.approve(command_id)
    assert status(purchase_id) == "expired"
    assert steps(purchase_id)[-2:] == ["not_paid", "expire"]
    assert market.balances() == before
    assert market.differences() == []


def test_a_bank_reference_counts_once_and_it_is_said_where_it_was_used(portal: Portal) -> None:
    market = given_market(portal)
    other = given_other_buyer(market)
    first, second = market.ask({1000: 30}), other.ask({1000: 30})
    for each in (first, second):
        market.quote(each)
    market.approve(market.record(first))
    answer = market.send(
        f"{market.of_issuer(second)}/pay",
        {**payment_given(), "bank_reference": "ft  1001"},
        market.finance,
    )
    assert answer.status_code == 200
    told = "This payment is used already: it cannot be counted again. Purchase P-0001: a payment"
    assert f"{told} is recorded under this bank reference." in words_of(answer)
    assert market.of_issuer(first) in text_of(answer)
    assert status(second) == "quoted"


def test_a_reference_of_a_deposit_is_refused_with_the_account_it_came_to(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    answer = market.send(
        f"{market.of_issuer(purchase_id)}/pay",
        {**payment_given(), "bank_reference": "OPENING BALANCE"},
        market.finance,
    )
    assert answer.status_code == 200
    assert "a payment is recorded under this bank reference" in words_of(answer)
    assert f"{market.root}/money/1" in text_of(answer)


def test_the_same_receipt_of_two_organisations_is_seen_by_the_issuer_alone(
    portal: Portal,
) -> None:
    market = given_market(portal)
    other = given_other_buyer(market)
    first, second = market.ask(), other.ask()
    for each in (first, second):
        market.quote(each)
    market.prove(first, file=picture("one advice"), reference="FT 1")
    answer = other.prove(second, file=picture("one advice"), reference="FT 2")
    assert answer.status_code == 302
    office = market.page(market.of_issuer(second), market.finance)
    assert "Purchase P-0001: the same file." in office
    other.prove(second, file=picture("one advice"), reference="FT 1")
    market.approve(market.record(first, bank_reference="FT 1"))
    page = text_of(market.finance.get(market.of_issuer(second)))
    assert (page.count('class="notice bad"'), page.count("Compare them")) == (1, 1)
    same = "the same file, the same bank reference, a payment is recorded under this bank reference"
    assert f"Purchase P-0001: {same}." in page
    assert "P-0001" not in other.page(other.of_buyer(second), other.buyer)


def test_a_file_that_is_none_is_refused_by_its_content(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    fake = SimpleUploadedFile("advice.pdf", b"<script>alert(1)</script>")
    answer = market.prove(purchase_id, file=fake)
    assert answer.status_code == 200
    assert "This is not a file we can read." in words_of(answer)
    assert not PurchaseProof.objects.filter(purchase_id=purchase_id).exists()


def test_too_little_money_needs_a_word_and_then_a_part_is_delivered(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask({1000: 30})
    market.quote(purchase_id)
    url = f"{market.of_issuer(purchase_id)}/pay"
    answer = market.send(url, {**payment_given(), "amount": "200.00"}, market.finance)
    assert answer.status_code == 200
    assert "100.00 KES less than it costs" in words_of(answer)

    command_id = market.record(purchase_id, amount="205.00", takes_part="on")
    shown = market.page(f"{market.root}/commands/{command_id}", market.approver)
    assert "a part is delivered" in shown
    market.approve(command_id)
    assert status(purchase_id) == "allocated"
    assert market.balances()["customer:1"] == 500
    assert market.differences() == []
    missing = "Delivered in part: 10 of 30 vouchers are missing, 100.00 KES"
    unpaid = "This was not paid, so it was not delivered: 95.00 KES ."
    page = market.page(market.of_buyer(purchase_id), market.buyer)
    assert (missing in page, unpaid in page) == (True, True), page
    assert "What was not spent is on your balance again: 5.00 KES" in page
    office = market.page(market.of_issuer(purchase_id), market.finance)
    assert (missing in office, unpaid in office) == (True, True), office
    assert "Charged, with commission 200.00 KES Back on the balance 5.00 KES" in office
    assert "Its vouchers are the buyer's." not in office
    paper = Paper.objects.get(kind=PaperKind.RECEIPT, issuer_id=market.issuer.issuer_id)
    assert papers.content_of(paper).from_balance_minor == 0


def test_what_is_short_of_stock_is_made_from_this_payment(portal: Portal) -> None:
    market = given_market(portal, stock=10)
    purchase_id = market.ask({1000: 30})
    market.quote(purchase_id)
    assert "20 short" in market.page(market.of_issuer(purchase_id), market.finance)
    command_id = market.record(purchase_id, when_short="provision")
    shown = market.page(f"{market.root}/commands/{command_id}", market.approver)
    assert "20 vouchers are not in stock: they are made, paid from this payment." in shown
    market.approve(command_id)
    assert status(purchase_id) == "allocated"
    assert "customer:1" not in market.balances()
    assert market.balances()["reserved:2"] == 30_000
    assert market.differences() == []


def test_what_is_short_of_stock_stays_on_the_balance_when_a_part_is_delivered(
    portal: Portal,
) -> None:
    market = given_market(portal, stock=10)
    purchase_id = market.ask({1000: 30})
    market.quote(purchase_id)
    market.approve(market.record(purchase_id, when_short="part"))
    assert status(purchase_id) == "allocated"
    assert market.balances()["customer:1"] == 20_000
    office = market.page(market.of_issuer(purchase_id), market.finance)
    assert "Delivered in part: 20 of 30 vouchers are missing, 200.00 KES" in office
    assert "What was not spent is on the buyer's balance again: 200.00 KES ." in office
    assert "10 20 missing" in office
    assert "not paid" not in office
    assert market.differences() == []


def test_what_was_paid_too_much_stays_on_the_balance(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask({1000: 30})
    market.quote(purchase_id)
    market.prove(purchase_id, amount="350.00")
    office = market.page(market.of_issuer(purchase_id), market.finance)
    assert "The proof is of more than it costs: 50.00 KES" in office
    market.approve(market.record(purchase_id, amount="350.00"))
    assert market.balances()["customer:1"] == 5_000
    assert market.differences() == []


def test_a_new_quote_gives_back_what_the_one_before_held(portal: Portal) -> None:
    market = given_market(portal, stock=40)
    purchase_id = market.ask({1000: 30})
    market.quote(purchase_id)
    before = Purchase.objects.get(pk=purchase_id).sale_id
    market.quote(purchase_id, days=20)
    market.work()
    purchase = Purchase.objects.get(pk=purchase_id)
    assert (purchase.status, purchase.sale_id == before) == ("quoted", False)
    market.approve(market.record(purchase_id))
    assert status(purchase_id) == "allocated"
    assert market.differences() == []


def test_a_quote_the_engine_refuses_comes_back_to_the_issuer(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    with connected(portal.url) as engine:
        change_organisation(
            engine,
            market.issuer,
            SYSTEM,
            market.organisation_id,
            OrganisationChange(status="suspended"),
        )
    market.quote(purchase_id)
    assert status(purchase_id) == "requested"
    assert steps(purchase_id) == ["request", "quote", "not_held"]
    assert "The last attempt came to nothing" in market.page(
        market.of_issuer(purchase_id), market.operator
    )


def test_an_organisation_is_not_closed_while_a_purchase_of_it_is_open(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    url = f"{market.root}/organisations/{market.organisation_id}/close"
    assert "It cannot be closed yet: a purchase is open." in market.page(url, market.operator)
    refused = posted(market.operator, url, {"command_id": str(uuid4()), "reason": "They are gone"})
    assert refused.status_code == 200
    market.quote(purchase_id)
    closing = OrganisationChange(status="closed")
    with connected(portal.url) as engine, pytest.raises(ConflictError) as told:
        change_organisation(engine, market.issuer, SYSTEM, market.organisation_id, closing)
    assert str(told.value) == "Relief Trust has open purchases; end them first."
    assert refusal_text(str(told.value)) == str(told.value)
    market.answer(purchase_id, "cancel")
    market.work()
    answer = market.send(url, {"reason": "They are gone"}, market.operator)
    market.approve(UUID(answer.headers["Location"].rsplit("/", 1)[1]))
    with connected(portal.url) as engine:
        found = organisation_of(engine, market.issuer, market.organisation_id)
    assert found is not None
    assert found.status == "closed"


def test_others_do_not_find_it(portal: Portal) -> None:
    market, foreign = given_market(portal), given_market(portal)
    other = given_other_buyer(market)
    purchase_id = market.ask()
    for browser, url in (
        (other.buyer, other.of_buyer(purchase_id)),
        (other.buyer, market.of_buyer(purchase_id)),
        (other.buyer, f"{other.of_buyer(purchase_id)}/cancel"),
        (foreign.buyer, foreign.of_buyer(purchase_id)),
        (foreign.finance, foreign.of_issuer(purchase_id)),
        (foreign.finance, f"{foreign.of_issuer(purchase_id)}/pay"),
        (foreign.operator, f"{foreign.of_issuer(purchase_id)}/quote"),
    ):
        assert browser.get(url).status_code == 404, url
    assert signed_out().get(market.of_buyer(purchase_id)).status_code == 302
    assert market.distributor.get(market.of_buyer(purchase_id)).status_code == 200
    distributes = posted(market.distributor, f"{market.of_buyer(purchase_id)}/cancel", {})
    assert distributes.status_code == 403
