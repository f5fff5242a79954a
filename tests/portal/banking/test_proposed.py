"""Credits that nobody recorded: guessed, recorded by the forms there are, then in the ledger."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from tests.databases import connected
from tests.gateway.bank_days import FUNDED, TODAY, line, stated
from tests.portal.banking.given import given_banked_house, line_id, one, took
from tests.portal.conftest import Portal
from tests.portal.money.working import House, text_of

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.operation import Caller
from counterfoil.engine.organisations import create_organisation
from counterfoil.portal.language import day_text
from counterfoil.portal.models import Purchase

PAYER = "<RltdPties><Dbtr><Pty><Nm>{}</Nm></Pty></Dbtr></RltdPties>"


def credited(house: House, reference: str, minor: int, payer: str, note: str = "") -> int:
    """The line."""
    more = PAYER.format(payer) + (f"<RmtInf><Ustrd>{note}</Ustrd></RmtInf>" if note else "")
    took(
        house,
        stated(
            house.issuer,
            0,
            100_000 + minor,
            line(FUNDED, 100_000),
            line(reference, minor, more=more),
        ),
    )
    return line_id(house, reference)


def organisation(house: House, name: str) -> int:
    with connected(house.portal.url) as engine:
        return create_organisation(engine, house.issuer, Caller(0, "cli:test"), name=name)


def purchase(house: House, organisation_id: int, total_minor: int) -> Purchase:
    """Quoted; what it holds is of no matter here."""
    return Purchase.objects.create(
        issuer_id=house.issuer.issuer_id,
        organisation_id=organisation_id,
        funding_account_id=1,
        currency="KES",
        number=12,
        status="quoted",
        total_minor=total_minor,
        sale_id=uuid4(),
        quote_until=timezone.now() + timedelta(days=5),
        made_by="person:1",
        changed_by="person:1",
    )


def test_a_credit_becomes_a_deposit_by_the_form_there_is(portal: Portal) -> None:
    house = given_banked_house(portal)
    entry_id = credited(house, "IN-1", 7_500, "Somebody")
    page = house.page("books/bank/proposed")
    assert "Somebody" in page
    assert "nothing tells" in page
    html = house.html("books/bank/proposed")
    assert f"/money/1/deposit?line={entry_id}" in html
    form = house.html(f"money/1/deposit?line={entry_id}")
    for value in ('value="75.00"', 'value="IN-1"', 'value="2026-09-30"'):
        assert value in form, value
    given = {"amount": "75.00", "reference": "IN-1", "value_date": "2026-09-30"}
    command = house.move("money/1/deposit", given)
    waiting = house.page("books/bank/proposed")
    assert "waits for approval" in waiting
    assert "Record as a deposit" not in waiting
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "Paid by becomes Somebody" in decided
    assert f"Line of the bank becomes 75.00 KES, {day_text(TODAY)}" in decided
    assert f"/books/bank/lines/{entry_id}" in house.html(f"commands/{command}", house.approver)
    assert "No paper came with it" not in decided, "the bank has said it itself"
    assert house.approve(command) == "done"
    with connected(portal.url) as engine:
        look_again(engine, house.issuer)
    assert "Every credit is recorded" in house.page("books/bank/proposed")
    assert "In the ledger Deposited" in house.page(f"books/bank/lines/{entry_id}")


def test_who_approves_is_told_where_the_bank_says_another_amount(portal: Portal) -> None:
    house = given_banked_house(portal)
    credited(house, "IN-1", 7_500, "Somebody")
    command = house.move("money/1/deposit", {"amount": "57.00", "reference": "IN-1"})
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "The bank says another amount under this reference: 75.00 KES." in decided
    command = house.move("money/1/deposit", {"amount": "57.00", "reference": "IN-2"})
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "No paper came with it" in decided, "of this the bank has said nothing"
    assert "Line of the bank" not in decided


def test_a_credit_with_a_number_pays_its_purchase(portal: Portal) -> None:
    house = given_banked_house(portal)
    of = organisation(house, "Relief Kenya")
    asked = purchase(house, of, 9_000)
    entry_id = credited(house, "IN-2", 7_500, "Relief Kenya", "our order P-0012")
    page = house.page("books/bank/proposed")
    assert "P-0012 · Relief Kenya" in page
    assert "its number stands in what the payer wrote" in page
    path = f"purchases/{asked.pk}/pay?line={entry_id}"
    assert path in house.html("books/bank/proposed")
    form = house.html(path)
    for value in ('value="75.00"', 'value="IN-2"', 'value="2026-09-30"'):
        assert value in form, value


def test_a_credit_of_an_organisation_is_for_its_balance(portal: Portal) -> None:
    house = given_banked_house(portal)
    of = organisation(house, "Relief Kenya")
    entry_id = credited(house, "IN-3", 7_500, "RELIEF KENYA LTD")
    page = house.page("books/bank/proposed")
    assert "For the balance of Relief Kenya" in page
    path = f"organisations/{of}/receive/1?line={entry_id}"
    assert path in house.html("books/bank/proposed")
    form = house.html(path)
    for value in ('value="75.00"', 'value="IN-3"', 'value="2026-09-30"'):
        assert value in form, value


def test_a_person_may_say_whose_it_is(portal: Portal) -> None:
    house = given_banked_house(portal)
    of = organisation(house, "Relief Kenya")
    entry_id = credited(house, "IN-4", 7_500, "J. Mwangi")
    answer = house.send(f"books/bank/lines/{entry_id}", {"whose": f"organisation:{of}"})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/organisations/{of}/receive/1?line={entry_id}")
    for whose in ("", "organisation:999999", "purchase:nobody", "x"):
        answer = house.send(f"books/bank/lines/{entry_id}", {"whose": whose})
        assert "Choose one of these." in text_of(answer), whose


def test_a_form_begins_empty_where_the_line_is_none_that_waits_there(portal: Portal) -> None:
    house, other = given_banked_house(portal), given_banked_house(portal)
    theirs = credited(other, "THEIRS-1", 7_500, "Somebody")
    credited(house, "IN-5", 7_500, "Somebody")
    recorded = line_id(house, FUNDED)
    for asked in (f"{theirs + 1000}", "x", "-1", "9" * 30, str(recorded), "٣"):
        form = house.html(f"money/1/deposit?line={asked}")
        assert 'name="reference" value' not in form, asked
        assert "THEIRS-1" not in form


def test_no_name_or_note_stands_in_an_address(portal: Portal) -> None:
    house = given_banked_house(portal)
    credited(house, "IN-6", 7_500, "Wambui Njeri", "school fees")
    html = house.html("books/bank/proposed") + house.html("books/bank/1")
    links = [part.partition('"')[0] for part in html.split('href="')[1:]]
    assert not [link for link in links if "Wambui" in link or "fees" in link]
    assert one(house, "SELECT count(*) FROM bank_entry WHERE issuer_id = %s") == 2


def test_proposed_deposits_leave_as_a_file(portal: Portal) -> None:
    house = given_banked_house(portal)
    credited(house, "IN-7", 7_500, "Somebody")
    url = f"{house.root}/books/bank/proposed/export"
    answer = house.finance.post(url, {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert ",75.00,KES,IN-7,Somebody," in text
