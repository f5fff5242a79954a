"""From the catalogue to vouchers that are the buyer's: states, money and papers, to the cent."""

from tests.portal.conftest import Portal
from tests.portal.purchases.working import (
    given_market,
    status,
    steps,
)

from counterfoil.portal.models import Notification, Paper, Purchase


def test_a_purchase_is_asked_for_quoted_paid_approved_and_allocated(portal: Portal) -> None:
    market = given_market(portal, commission_points=250)
    purchase_id = market.ask(note="Before the rains")
    assert status(purchase_id) == "requested"
    assert Purchase.objects.get(pk=purchase_id).reference == "P-0001"

    market.quote(purchase_id)
    purchase = Purchase.objects.get(pk=purchase_id)
    assert (purchase.status, purchase.total_minor, purchase.commission_minor) == (
        "quoted",
        30_750,
        750,
    )
    page = market.page(market.of_buyer(purchase_id), market.buyer)
    assert "Pay it, then send the proof of payment." in page
    assert "307.50 KES" in page

    answer = market.prove(purchase_id, amount="307.50")
    assert answer.status_code == 302
    assert status(purchase_id) == "proof"
    assert "Compare the proof with the bank" in market.page(
        market.of_issuer(purchase_id), market.finance
    )
    money = market.page(f"{market.root}/money", market.finance)
    assert "Proof of payment of Relief Trust for P-0001: 307.50 KES" in money

    command_id = market.record(purchase_id, amount="307.50")
    assert status(purchase_id) == "recorded"
    money = market.page(f"{market.root}/money/1", market.finance)
    assert "Purchase of vouchers, Relief Trust: 307.50 KES" in money
    assert "Proof of payment of" not in money
    for url in (market.of_buyer(purchase_id), f"{market.home}/purchases"):
        page = market.page(url, market.buyer)
        assert "Your payment is being checked" in page
        assert "approval" not in page
    market.approve(command_id)

    assert status(purchase_id) == "allocated"
    assert steps(purchase_id) == [
        "request",
        "quote",
        "held",
        "prove",
        "record",
        "approve",
        "allocate",
    ]
    assert market.balances() == {
        "funding:0": -(10_000_000 + 30_750),
        "available:0": 10_000_000 - 100_000 + 30_000,
        "reserved:2": 100_000,
        "fees:0": 750,
    }
    assert market.differences() == []
    kinds = Paper.objects.filter(issuer_id=market.issuer.issuer_id).order_by("issued_at")
    assert [(paper.kind, paper.number) for paper in kinds] == [
        ("pro_forma", 1),
        ("receipt", 1),
        ("commission", 1),
    ]
    told = Notification.objects.filter(person=market.manager).order_by("id")
    assert [each.kind for each in told] == [
        "purchase_quoted",
        "purchase_approved",
        "purchase_allocated",
    ]


def test_the_pages_of_both_sides_are_read_with_few_queries_in_every_state(portal: Portal) -> None:
    market = given_market(portal)
    market.page(f"{market.home}/catalogue", market.buyer)
    purchase_id = market.ask()

    def look() -> None:
        for url in (market.of_buyer(purchase_id), f"{market.home}/purchases"):
            market.page(url, market.buyer)
            market.page(url, market.distributor)
        for url in (market.of_issuer(purchase_id), f"{market.root}/purchases"):
            market.page(url, market.finance)

    look()
    market.page(f"{market.of_issuer(purchase_id)}/quote", market.operator)
    market.quote(purchase_id)
    look()
    market.page(f"{market.of_buyer(purchase_id)}/proof", market.buyer)
    market.prove(purchase_id)
    look()
    market.page(f"{market.of_issuer(purchase_id)}/pay", market.finance)
    market.page(f"{market.of_issuer(purchase_id)}/return", market.operator)
    command_id = market.record(purchase_id)
    look()
    market.page(f"{market.root}/commands/{command_id}", market.approver)
    market.approve(command_id)
    look()


def test_a_wrong_proof_comes_back_and_the_right_one_is_approved(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = market.ask()
    market.quote(purchase_id)
    market.prove(purchase_id, reference="FT wrong")
    market.answer(purchase_id, "return", "This is the advice of another payment")
    assert status(purchase_id) == "returned"
    page = market.page(market.of_buyer(purchase_id), market.buyer)
    assert "This is the advice of another payment" in page

    market.prove(purchase_id, reference="FT 1001")
    assert status(purchase_id) == "proof"
    office = market.page(market.of_issuer(purchase_id), market.finance)
    assert "Earlier proofs" in office
    assert "FT wrong" in office
    market.approve(market.record(purchase_id))
    assert status(purchase_id) == "allocated"
    assert market.differences() == []


def test_a_request_that_comes_back_is_mended_and_sent_again_under_its_number(
    portal: Portal,
) -> None:
    market = given_market(portal)
    purchase_id = market.ask({1000: 30})
    market.answer(purchase_id, "return", "Ask for no more than twenty")
    form = market.form(market.of_buyer(purchase_id), market.buyer)
    market.buyer.post(f"{market.of_buyer(purchase_id)}/lines", {**form, "line_1": 20})
    form = market.form(market.of_buyer(purchase_id), market.buyer)
    market.buyer.post(f"{market.of_buyer(purchase_id)}/ask", {**form, "note": ""})
    purchase = Purchase.objects.get(pk=purchase_id)
    assert (purchase.status, purchase.number, purchase.total_minor) == ("requested", 1, 20_000)


def test_it_is_paid_from_the_balance_alone_when_that_suffices(portal: Portal) -> None:
    market = given_market(portal)
    first = market.ask({1000: 10})
    market.quote(first)
    market.approve(market.record(first, amount="400.00"))  # 300.00 stay on the balance
    assert market.balances()["customer:1"] == 30_000

    second = market.ask({1000: 30})
    market.quote(second)
    nothing = {"amount": "", "bank_reference": "", "value_date": ""}
    market.approve(market.record(second, source="balance", **nothing))
    assert status(second) == "allocated"
    assert "customer:1" not in market.balances()
    assert market.differences() == []


def test_what_is_written_beside_the_button_is_what_is_asked_for(portal: Portal) -> None:
    market = given_market(portal)
    market.choose({1000: 30})
    purchase_id = market.draft().pk
    form = market.form(market.of_buyer(purchase_id), market.buyer)
    market.buyer.post(f"{market.of_buyer(purchase_id)}/ask", {**form, "line_1": 12, "note": ""})
    purchase = Purchase.objects.get(pk=purchase_id)
    assert (purchase.status, purchase.total_minor) == ("requested", 12_000)
