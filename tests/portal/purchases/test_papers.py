"""Papers, read back: numbers, parties, lines, commission and totals; the same each time."""

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from pypdf import PdfReader
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.purchases.working import TODAY, Market, given_market

from counterfoil.money import Money
from counterfoil.portal.language import day_text
from counterfoil.portal.models import Letterhead, Paper, Purchase, Role, Series
from counterfoil.portal.purchases import papers
from counterfoil.portal.purchases.pdf import rendered
from counterfoil.portal.purchases.series import next_number


def text_of(paper: Paper) -> str:
    """Its words, as a reader of PDF finds them; no-break spaces are spaces."""
    pages = PdfReader(io.BytesIO(rendered(paper))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def paper_of(market: Market, kind: str) -> Paper:
    return Paper.objects.get(issuer_id=market.issuer.issuer_id, kind=kind)


def bought(market: Market, *, amount: str = "307.50") -> UUID:
    purchase_id = market.ask()
    market.quote(purchase_id)
    market.approve(market.record(purchase_id, amount=amount))
    return purchase_id


def test_the_pro_forma_says_what_it_costs_to_whom_and_how_to_pay(portal: Portal) -> None:
    market = given_market(portal, commission_points=250)
    Letterhead.objects.create(
        issuer_id=market.issuer.issuer_id,
        legal_name="Agencia Nacional de Ayuda Ñandú",
        address="12 Łódź Road\nNairobi",
        tax_id="P051365947M",
        how_to_pay="Branch code 004",
    )
    market.quote(market.ask())
    text = text_of(paper_of(market, "pro_forma"))
    for said in (
        "Pro-forma invoice PF-0001",
        "Agencia Nacional de Ayuda Ñandú",
        "12 Łódź Road",
        "Tax number P051365947M",
        "Relief Trust",
        "P-0001",
        "Food-Aid",
        "30",
        "10.00 KES",
        "300.00 KES",
        "Commission",
        "7.50 KES",
        "Total to pay",
        "307.50 KES",
        "Branch code 004",
        "Give the reference P-0001.",
        day_text(TODAY + timedelta(days=14)),
    ):
        assert said in text, (said, text)


def test_the_receipt_and_the_commission_invoice_say_what_was_received_and_charged(
    portal: Portal,
) -> None:
    market = given_market(portal, commission_points=250)
    bought(market, amount="310.00")
    receipt = text_of(paper_of(market, "receipt"))
    for said in ("Receipt R-0001", "FT 1001", "Received", "310.00 KES", "Stays on the balance"):
        assert said in receipt, (said, receipt)
    assert "2.50 KES" in receipt
    invoice = text_of(paper_of(market, "commission"))
    assert "Commission invoice CI-0001" in invoice
    assert "7.50 KES" in invoice


def test_a_paper_is_the_same_to_the_byte_whatever_changed_since(portal: Portal) -> None:
    market = given_market(portal)
    bought(market, amount="300.00")
    before = rendered(paper_of(market, "receipt"))
    Letterhead.objects.create(issuer_id=market.issuer.issuer_id, legal_name="Another Name")
    assert rendered(paper_of(market, "receipt")) == before


def test_papers_are_in_the_language_of_the_buyer(portal: Portal) -> None:
    market = given_market(portal)
    market.manager.language = "es"
    market.manager.save()
    purchase_id = market.ask()
    market.quote(purchase_id)
    paper = paper_of(market, "pro_forma")
    assert paper.language == "es"
    assert "300,00 KES" in text_of(paper)


@pytest.mark.parametrize("name", ["Łódź Ğüneş Ñandú", "Красный Крест", "Ελληνική Βοήθεια"])
def test_names_of_many_places_are_legible(portal: Portal, name: str) -> None:
    market = given_market(portal)
    Letterhead.objects.create(issuer_id=market.issuer.issuer_id, legal_name=name)
    market.quote(market.ask())
    assert name in text_of(paper_of(market, "pro_forma"))


def test_arabic_names_are_drawn_in_a_font_of_their_own_that_others_do_without(
    portal: Portal,
) -> None:
    for name, has_arabic in (("الإغاثة الإسلامية", True), ("Relief ٣", True), ("Relief", False)):
        market = given_market(portal)
        Letterhead.objects.create(issuer_id=market.issuer.issuer_id, legal_name=name)
        market.quote(market.ask())
        assert (b"NotoSansArabic" in rendered(paper_of(market, "pro_forma"))) is has_arabic


def test_a_credit_note_is_numbered_once_for_a_refund(portal: Portal) -> None:
    market = given_market(portal)
    command_id = uuid4()
    notes = [
        papers.credit_note(
            market.issuer.issuer_id,
            market.organisation_id,
            command_id,
            money=Money(12_500, "KES"),
            bank_reference="OUT 7",
            value_date=TODAY,
        )
        for _time in range(2)
    ]
    assert notes[0].pk == notes[1].pk
    text = text_of(notes[0])
    for said in ("Credit note CN-0001", "Relief Trust", "OUT 7", "Paid back", "125.00 KES"):
        assert said in text, (said, text)
    assert "Credit note" in market.page(f"{market.home}/purchases", market.buyer)


def test_numbers_have_no_gaps_where_a_transaction_came_to_nothing(portal: Portal) -> None:
    issuer_id = given_market(portal, stock=0).issuer.issuer_id
    assert next_number(issuer_id, "receipt") == 1
    with transaction.atomic():
        assert next_number(issuer_id, "receipt") == 2
        transaction.set_rollback(True)
    assert next_number(issuer_id, "receipt") == 2
    assert Series.objects.get(issuer_id=issuer_id, kind="receipt").last == 2


def test_both_sides_download_it_and_others_do_not_find_it(portal: Portal) -> None:
    market, other = given_market(portal), given_market(portal, stock=0)
    market.quote(market.ask())
    paper = paper_of(market, "pro_forma")
    for browser, url in (
        (market.buyer, f"{market.home}/papers/{paper.pk}.pdf"),
        (market.distributor, f"{market.home}/papers/{paper.pk}.pdf"),
        (market.finance, f"{market.root}/papers/{paper.pk}.pdf"),
    ):
        answer = browser.get(url)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="PF-0001.pdf"'
    assert other.buyer.get(f"{other.home}/papers/{paper.pk}.pdf").status_code == 404
    assert other.finance.get(f"{other.root}/papers/{paper.pk}.pdf").status_code == 404


def test_the_letterhead_is_the_administrators_and_counts_from_then_on(portal: Portal) -> None:
    market = given_market(portal)
    administrator = signed_in(given_person(Role.ADMINISTRATOR, issuer=market.issuer))
    url = f"{market.root}/settings/letterhead"
    given = {"legal_name": "Aid Agency Ltd", "address": "1 High Street", "tax_id": "T1"}
    answer = market.send(url, {**given, "contact": "", "how_to_pay": ""}, administrator)
    assert answer.status_code == 302
    assert market.finance.post(url, given).status_code == 403
    purchase_id = market.ask()
    market.quote(purchase_id)
    assert "Aid Agency Ltd" in text_of(paper_of(market, "pro_forma"))
    assert Purchase.objects.get(pk=purchase_id).status == "quoted"
