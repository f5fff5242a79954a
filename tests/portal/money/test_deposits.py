"""Money that came in: prepared by one, approved by another, with its paper, and once."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import given_person, hidden, signed_in
from tests.portal.money.working import (
    House,
    command_of,
    confirmed,
    form_of,
    given_house,
    posted,
    receipt,
    text_of,
    words_of,
)

from counterfoil.engine.funds import deposit
from counterfoil.engine.operation import Caller
from counterfoil.money import parse_amount
from counterfoil.portal import uploads
from counterfoil.portal.models import Evidence, Role, Upload

BEFORE = {"funding:0": -10_000_000, "available:0": 10_000_000}
DEPOSIT = "money/1/deposit"
PAID_IN = {
    "amount": "600,000.05",
    "reference": "FT26324ZZ1",
    "value_date": "2026-01-20",
    "reason": "Second tranche",
}
POS = Caller(7, "client:POS")


def test_a_deposit_counts_to_the_cent_once_another_person_has_approved_it(portal: Portal) -> None:
    house = given_house(portal)
    looked = house.look(DEPOSIT, PAID_IN, evidence_file=receipt())
    words = words_of(looked)
    assert "Deposit: 600,000.05 KES" in words
    assert "was 100,000.00 KES becomes 700,000.05 KES" in words
    assert "It is done when 1 other person has approved it." in words
    assert house.commands() == 0
    command_id = command_of(posted(house.finance, f"{house.root}/{DEPOSIT}", confirmed(looked)))
    assert house.carry_out(command_id) is None
    assert house.balances() == BEFORE
    assert "FT26324ZZ1 · value date 20 Jan 2026 · 0 of 1 approvals" in house.page("money/1")
    shown = house.page(f"commands/{command_id}/decide", house.approver)
    assert "Available was 100,000.00 KES becomes 700,000.05 KES" in shown
    assert "Bank reference becomes FT26324ZZ1" in shown
    assert "advice.png" in shown
    assert house.approve(command_id) == "done"
    assert house.balances() == {"funding:0": -70_000_005, "available:0": 70_000_005}
    account = house.page("money/1")
    assert "Deposit Second tranche" in account
    told = "20 Jan 2026 FT26324ZZ1 advice.png Amina Diallo approved by Juma Otieno"
    assert f"{told} + 600,000.05 KES" in account
    upload = Evidence.objects.get(issuer_id=house.issuer.issuer_id, command_id=command_id).upload
    assert (upload.attached, upload.purpose, upload.uploaded_by) == (True, "deposit", house.amina)
    done = house.page(f"commands/{command_id}")
    assert "Available was" not in done  # what it was and would be is of the past
    assert "recorded for this account already" not in done


def test_nobody_approves_what_they_prepared_themselves(portal: Portal) -> None:
    house = given_house(portal)
    both = given_person(Role.FINANCE, Role.APPROVER, issuer=house.issuer)
    browser = signed_in(both)
    url = f"{house.root}/{DEPOSIT}"
    page = browser.get(url)
    looked = posted(browser, url, {**form_of(page), **PAID_IN})
    command_id = command_of(posted(browser, url, confirmed(looked)))
    decide = f"{house.root}/commands/{command_id}/decide"
    assert browser.get(decide).headers["Location"] == f"{house.root}/commands/{command_id}"
    seen = hidden(house.approver.get(decide), "seen")
    refused = posted(browser, decide, {"seen": seen, "verdict": "approve", "reason": ""})
    assert refused.headers["Location"] == f"{house.root}/commands/{command_id}"
    assert house.carry_out(command_id) is None
    assert house.balances() == BEFORE
    assert house.approve(command_id) == "done"
    assert house.balances()["available:0"] == 70_000_005


def test_a_double_click_sends_one_deposit(portal: Portal) -> None:
    house = given_house(portal)
    looked = house.look(DEPOSIT, PAID_IN, evidence_file=receipt())
    url, form = f"{house.root}/{DEPOSIT}", confirmed(looked)
    first, second = (command_of(posted(house.finance, url, form)) for _each in range(2))
    assert first == second
    assert house.commands() == 1
    assert Evidence.objects.filter(command_id=first).count() == 1
    assert house.approve(first) == "done"
    assert house.balances()["available:0"] == 70_000_005


def test_a_form_that_was_sent_cannot_be_sent_with_something_else(portal: Portal) -> None:
    house = given_house(portal)
    looked = house.look(DEPOSIT, PAID_IN)
    url, form = f"{house.root}/{DEPOSIT}", confirmed(looked)
    command_of(posted(house.finance, url, form))
    other = posted(house.finance, url, {**form, "amount": "1.00", "reference": "FT1"})
    told = words_of(other)
    assert "You sent this form before, with something else in it. That stands;" in told
    assert "Look at what you sent, or take it back" in told
    assert house.commands() == 1


def test_the_same_receipt_is_noticed_before_it_is_sent_and_before_it_is_approved(
    portal: Portal,
) -> None:
    house = given_house(portal)
    first = house.move(DEPOSIT, PAID_IN, evidence_file=receipt())
    looked = house.look(
        DEPOSIT, {**PAID_IN, "reference": "FT2", "amount": "5.00"}, evidence_file=receipt("b.png")
    )
    noticed = "The same file came with this before: Deposit of 600,000.05 KES on"
    assert noticed in words_of(looked)
    assert f"/commands/{first}" in text_of(looked)
    second = command_of(posted(house.finance, f"{house.root}/{DEPOSIT}", confirmed(looked)))
    assert noticed in house.page(f"commands/{second}/decide", house.approver)
    own = house.page(f"commands/{first}/decide", house.approver)
    assert noticed not in own
    assert "The same file came with this before: Deposit of 5.00 KES" in own
    fresh = house.look(DEPOSIT, {**PAID_IN, "reference": "FT3"}, evidence_file=_other_receipt())
    assert "The same file" not in words_of(fresh)


def test_a_receipt_of_another_issuer_is_not_told_and_not_found(portal: Portal) -> None:
    house, other = given_house(portal), given_house(portal)
    other.move(DEPOSIT, PAID_IN, evidence_file=receipt())
    looked = house.look(DEPOSIT, PAID_IN, evidence_file=receipt())
    assert "The same file" not in words_of(looked)
    theirs = Upload.objects.get(issuer_id=other.issuer.issuer_id)
    own = other.finance.get(f"{other.root}/uploads/{theirs.pk}")
    assert own.getvalue() == uploads.content_of(theirs)
    assert own.headers["Content-Disposition"] == 'attachment; filename="advice.png"'
    assert house.finance.get(f"{house.root}/uploads/{theirs.pk}").status_code == 404
    assert house.finance.get(f"{other.root}/uploads/{theirs.pk}").status_code == 404
    for path in ("money", "money/1", DEPOSIT, "programmes", ""):
        assert house.finance.get(f"{other.root}/{path}").status_code == 404
    assert house.finance.get(f"{house.root}/money/2").status_code == 404
    stolen = {**form_of(looked), "evidence_file_kept": _kept(other)}
    refused = posted(house.finance, f"{house.root}/{DEPOSIT}", {**stolen, **PAID_IN})
    assert "This file is not kept any more. Choose it again." in words_of(refused)


def test_a_recorded_reference_is_told_beside_the_field_however_it_is_spaced(portal: Portal) -> None:
    house = given_house(portal)
    assert house.approve(house.move(DEPOSIT, PAID_IN)) == "done"
    again = house.look(DEPOSIT, {**PAID_IN, "reference": " ft 26324 zz1 ", "amount": "1.00"})
    day = f"{timezone.localdate().day} {timezone.localdate():%b %Y}"
    told = f"Deposited: 600,000.05 KES on {day}, under this reference. It counts once."
    assert told in words_of(again)
    assert 'value=" ft 26324 zz1 "' in text_of(again)
    assert house.commands() == 1


def test_a_reference_that_waits_is_told_and_counts_once(portal: Portal) -> None:
    house = given_house(portal)
    first = house.move(DEPOSIT, PAID_IN)
    looked = house.look(DEPOSIT, PAID_IN)
    waits = "The reference FT26324ZZ1 waits for approval already: Deposit of 600,000.05 KES"
    assert waits in words_of(looked)
    second = command_of(posted(house.finance, f"{house.root}/{DEPOSIT}", confirmed(looked)))
    assert house.approve(first) == "done"
    warned = house.page(f"commands/{second}/decide", house.approver)
    assert "This reference is recorded for this account already. It counts once." in warned
    assert house.approve(second) == "refused"
    assert house.balances()["available:0"] == 70_000_005


def test_what_a_calling_system_recorded_meanwhile_is_not_counted_twice(portal: Portal) -> None:
    house = given_house(portal)
    command_id = house.move(DEPOSIT, PAID_IN)
    with connected(portal.url) as engine:
        money = parse_amount("600000.05", "KES")
        assert deposit(engine, house.issuer, POS, money, reference="FT 26324ZZ1")
    assert house.approve(command_id) == "refused"
    assert house.balances()["available:0"] == 70_000_005
    assert "POS (calling system) outside the portal" in house.page("money/1")


def test_what_changed_while_one_looked_is_shown_before_it_is_sent(portal: Portal) -> None:
    house = given_house(portal)
    looked = house.look(DEPOSIT, PAID_IN)
    house.move(DEPOSIT, PAID_IN)
    again = posted(house.finance, f"{house.root}/{DEPOSIT}", confirmed(looked))
    assert again.status_code == 200
    assert "Something about it changed while you looked" in words_of(again)
    assert house.commands() == 1
    command_of(posted(house.finance, f"{house.root}/{DEPOSIT}", confirmed(again)))
    assert house.commands() == 2


def test_a_file_survives_an_error_and_a_second_look(portal: Portal) -> None:
    house = given_house(portal)
    wrong = house.look(DEPOSIT, {**PAID_IN, "amount": "much"}, evidence_file=receipt())
    assert "Write an amount like 1,250.00." in words_of(wrong)
    url, kept = f"{house.root}/{DEPOSIT}", form_of(wrong)
    assert kept["evidence_file_kept"]
    looked = posted(house.finance, url, {**kept, **PAID_IN})
    assert "advice.png" in words_of(looked)
    edited = posted(house.finance, url, {**confirmed(looked), "edit": "1"})
    assert 'value="600,000.05"' in text_of(edited)
    assert form_of(edited)["evidence_file_kept"]
    assert house.commands() == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"amount": "0.00"}, "Write an amount of at least 0.01."),
        ({"amount": ""}, "Fill this in."),
        ({"reference": ""}, "Fill this in."),
        ({"reference": "~mine"}, "Write the reference as the bank's statement has it."),
        ({"reference": "command:7"}, "Write the reference as the bank's statement has it."),
        (
            {"value_date": (timezone.localdate() + timedelta(days=2)).isoformat()},
            "That day is still to come.",
        ),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    portal: Portal, given: dict[str, str], told: str
) -> None:
    house = given_house(portal)
    assert told in words_of(house.look(DEPOSIT, {**PAID_IN, **given}))
    assert house.commands() == 0


def test_only_who_handles_money_records_it_and_only_after_signing_in_again(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/{DEPOSIT}"
    for browser in (house.operator, house.approver):
        assert browser.get(url).status_code == 403
        assert browser.post(url, PAID_IN).status_code == 403
        assert browser.get(f"{house.root}/money/1").status_code == 200
    long_ago = signed_in(house.amina, seconds_ago=600)
    for answer in (long_ago.get(url), long_ago.post(url, PAID_IN)):
        assert answer.status_code == 302
        assert "/account/again" in answer.headers["Location"]
    assert house.commands() == 0


def test_movements_come_by_the_page_with_who_approved_each(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as engine:
        for number in range(1, 61):
            money = parse_amount(f"{number}.00", "KES")
            assert deposit(engine, house.issuer, POS, money, reference=f"R{number}")
    command_id = house.move(DEPOSIT, PAID_IN)
    assert house.approve(command_id) == "done"
    first = house.page("money/1?kind=deposits")
    assert "approved by Juma Otieno" in first
    assert "+ 60.00 KES" in first
    assert "+ 11.00 KES" not in first
    following = re.search(r'rel="next" href="([^"]+)"', house.html("money/1?kind=deposits"))
    assert following is not None
    second = house.page(f"money/1{following[1].replace('&amp;', '&')}")
    assert "+ 11.00 KES" in second
    assert "opening balance" in second
    assert "+ 12.00 KES" not in second
    assert "Nothing of that kind" in house.page("money/1?kind=withdrawals")


def _other_receipt() -> object:
    drawn = io.BytesIO()
    Image.new("RGB", (3, 5), (7, 7, 7)).save(drawn, "PNG")
    return receipt("other.png", drawn.getvalue())


def _kept(house: House) -> str:
    """The token of a file that somebody else sent and did not use yet."""
    looked = house.look(DEPOSIT, {**PAID_IN, "reference": "FT9"}, evidence_file=receipt())
    return form_of(looked)["evidence_file_kept"]
