"""The bank on pages: how accounts stand, what each line is, and files that people bring."""

import pytest
from tests.databases import connected
from tests.gateway.bank_days import (
    FUNDED,
    RAIL,
    TODAY,
    days,
    given_batch,
    line,
    notified,
    stated,
)
from tests.given import SYSTEM, given_group
from tests.portal.banking.given import given_banked_house, line_id, one, took, work, xml
from tests.portal.conftest import Portal
from tests.portal.money.working import House, form_of, text_of, words_of

from counterfoil.engine.database import connect_as_owner
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.portal.language import day_text

VALUED = "2026-09-30"  # of every line, as the builders write them
HOSTILE = b"""<?xml version="1.0"?>
<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<Document>&b;&c;</Document>"""


def bring(house: House, content: bytes, **given: str) -> str:
    """The page that follows it."""
    answer = house.send("books/bank/bring", {"file": xml(content), **given})
    assert answer.status_code == 302, words_of(answer)
    return answer.headers["Location"].removeprefix(f"{house.root}/")


def test_without_a_statement_nothing_is_compared(portal: Portal) -> None:
    house = given_banked_house(portal)
    page = house.page("books/bank")
    assert "No statement yet" in page
    assert "so nothing can be compared" in page
    assert "No file yet" in page


def test_at_a_glance_an_account_agrees_with_its_bank(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, stated(house.issuer, 0, 100_000, line(FUNDED, 100_000)))
    page = house.page("books/bank")
    assert "Agrees" in page
    assert f"The bank says end of {day_text(TODAY)} 1,000.00 KES" in page
    assert "So the bank should have 1,000.00 KES" in page
    assert "Differences open none" in page
    assert "Statement" in page
    account = house.page("books/bank/1")
    assert "In the ledger" in account
    assert "Deposited" in account


def test_what_the_bank_has_and_nobody_recorded_is_told(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, stated(house.issuer, 0, 7_500, line("IN-1", 7_500)))
    page = house.page("books/bank")
    assert "1 credit that nobody has recorded" in page
    assert "At the bank, and not recorded yet 75.00 KES" in page
    assert "Not recorded yet Say whose it is : IN-1" in house.page("books/bank/1")


def test_lines_are_filtered_by_state_day_and_reference(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, stated(house.issuer, 0, 7_500, line("IN-1", 7_500)))
    took(house, stated(house.issuer, 7_500, 7_300, line("OUT-1", -200, day=days(1)), day=days(1)))
    for query, shown, hidden in (
        ("status=proposed", "IN-1", "OUT-1"),
        ("status=unexplained", "OUT-1", "IN-1"),
        (f"since={days(1)}", "OUT-1", "IN-1"),
        (f"until={TODAY}", "IN-1", "OUT-1"),
        ("reference=in", "IN-1", "OUT-1"),
    ):
        page = house.page(f"books/bank/1?{query}")
        assert shown in page, query
        assert hidden not in page, query
    assert "No line is like that" in house.page("books/bank/1?reference=zz")


def test_lines_leave_as_a_file(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, notified(house.issuer, line("IN-1", 7_500), line("OUT-1", -200)))
    answer = house.finance.post(f"{house.root}/books/bank/1/export", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert f"{TODAY},{VALUED},75.00,KES,IN-1," in text
    assert f"{TODAY},{VALUED},-2.00,KES,OUT-1," in text


def test_a_file_that_is_brought_is_taken_in_by_the_worker(portal: Portal) -> None:
    house = given_banked_house(portal)
    followed = bring(house, stated(house.issuer, 0, 7_500, line("IN-1", 7_500)))
    assert "It is being read" in house.page(followed)
    assert "october.xml is being read" in house.page("books/bank")
    assert work(house) == 1
    page = house.page(followed)
    assert "It is taken in, all of it." in page
    assert "Statement" in page
    assert "Lines 1" in page
    assert line_id(house, "IN-1")
    assert one(house, "SELECT taken_by FROM bank_file WHERE issuer_id = %s") == (
        f"person:{house.amina.pk}"
    )
    assert "Amina Diallo" in house.page("books/bank")


def test_the_same_file_once_more_says_so(portal: Portal) -> None:
    house = given_banked_house(portal)
    content = stated(house.issuer, 0, 7_500, line("IN-1", 7_500))
    bring(house, content)
    again = house.send("books/bank/bring", {"file": xml(content, "other name.xml")})
    assert "brought already and is being read" in words_of(again)
    work(house)
    again = house.send("books/bank/bring", {"file": xml(content)})
    assert "This very file was taken in already" in words_of(again)
    count = "SELECT count(*) FROM bank_file_brought WHERE issuer_id = %s"
    assert one(house, count) == 1


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"PK\x03\x04sheet", b"\x89PNG\r\n"])
def test_a_file_for_people_is_told_at_once(portal: Portal, content: bytes) -> None:
    house = given_banked_house(portal)
    answer = house.send("books/bank/bring", {"file": xml(content, "statement.pdf")})
    assert "Take the same from the bank as a file for accounting programs" in text_of(answer)
    assert work(house) == 0, "nothing was brought"


def test_a_click_too_many_brings_it_once(portal: Portal) -> None:
    house = given_banked_house(portal)
    url = f"{house.root}/books/bank/bring"
    page = house.finance.get(url)
    content = stated(house.issuer, 0, 7_500, line("IN-1", 7_500))
    first = house.finance.post(url, {**form_of(page), "file": xml(content)})
    assert first.status_code == 302
    house.finance.post(url, {**form_of(page), "file": xml(content)})
    assert one(house, "SELECT count(*) FROM bank_file_brought WHERE issuer_id = %s") == 1


def test_hostile_xml_is_refused_and_the_page_says_why(portal: Portal) -> None:
    house = given_banked_house(portal)
    followed = bring(house, HOSTILE)
    work(house)
    page = house.page(followed)
    assert "It was refused, and nothing of it counts." in page
    assert "It declares a document type; a bank's file has none." in page
    assert "root:" not in page
    assert one(house, "SELECT count(*) FROM bank_file WHERE issuer_id = %s") == 0
    assert "Files refused" in house.page("books/bank")


def test_where_no_rail_reads_files_nothing_can_be_brought(portal: Portal) -> None:
    house = given_banked_house(portal, {"online": True})
    assert "No rail reads files" in house.page("books/bank/bring")


def test_of_several_rails_one_is_chosen(portal: Portal) -> None:
    house = given_banked_house(portal, {RAIL: False, "other": False})
    content = stated(house.issuer, 0, 7_500, line("IN-1", 7_500))
    wrong = house.send("books/bank/bring", {"file": xml(content), "rail": "nobody's"})
    assert wrong.status_code == 200
    bring(house, content, rail=RAIL)
    assert one(house, "SELECT rail FROM bank_file_brought WHERE issuer_id = %s") == RAIL


def test_an_empty_or_too_large_file_is_not_brought(portal: Portal) -> None:
    house = given_banked_house(portal)
    for content, said in ((b"", "empty"), (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB")):
        answer = house.send("books/bank/bring", {"file": xml(content)})
        assert said in text_of(answer)
    assert one(house, "SELECT count(*) FROM bank_file_brought WHERE issuer_id = %s") == 0


def test_a_missing_statement_is_something_to_look_at(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, stated(house.issuer, 0, 100_000, line(FUNDED, 100_000)))
    took(house, stated(house.issuer, 90_000, 90_000, day=days(2)))
    page = house.page("books/bank")
    assert "1 difference with the bank" in page
    assert "Differences open 1" in page


def test_balances_that_differ_are_told_with_how_much(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(house, stated(house.issuer, 0, 100_000, line(FUNDED, 100_000)))
    with connect_as_owner(portal.url) as owner:
        owner.execute(
            "UPDATE bank_report SET closing_minor = closing_minor + 2500 WHERE issuer_id = %s",
            [house.issuer.issuer_id],
        )
        owner.commit()
    page = house.page("books/bank")
    assert "Differs" in page
    assert "They differ by" in page
    assert "25.00" in page


def test_who_operates_does_not_see_the_bank(portal: Portal) -> None:
    house = given_banked_house(portal)
    house.operator.get(f"{house.root}/")
    assert house.operator.get(f"{house.root}/books/bank").status_code == 403
    assert "Proposed deposits" not in house.page("books", house.operator)
    assert "Proposed deposits" in house.page("books")


def test_a_line_that_the_statement_names_otherwise_says_so(portal: Portal) -> None:
    house = given_banked_house(portal)
    with connected(portal.url) as engine:
        given_group(engine, house.issuer, denominations=())
        set_routes(engine, house.issuer, SYSTEM, (Route(rail=RAIL),))
        sent = given_batch(engine, house.issuer, 1_000)
    notice, booking = (line(name, -1_000, of=sent.payments[0]) for name in ("N-1", "S-1"))
    took(house, notified(house.issuer, notice))
    took(house, stated(house.issuer, 0, 99_000, line(FUNDED, 100_000), booking))
    assert "Same as a line of the statement" in house.page("books/bank/1?status=repeated")
    page = house.page(f"books/bank/lines/{line_id(house, 'N-1')}")
    assert "The statement has the same booking under another reference" in page
    assert "Differences open none" in house.page("books/bank")
    assert "Agrees" in house.page("books/bank")
