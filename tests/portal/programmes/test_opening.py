"""Opening a programme and changing it: approved by another person, never over what is there."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.databases import connected
from tests.given import given_group, given_stock
from tests.portal.conftest import Portal
from tests.portal.money.working import (
    House,
    command_of,
    form_of,
    given_house,
    posted,
    text_of,
    words_of,
)

from counterfoil.engine.programme_figures import programme_by_code
from counterfoil.errors import NotFoundError

NEW = "programmes/new"
EDIT = "programmes/PROGRAMME-1/edit"
MEALS = {
    "name": "School meals",
    "code": "meals-2027",
    "description": "One warm meal a day",
    "funding_account": "1",
    "budget": "2,500.50",
    "starts_on": "2027-01-05",
    "sales_close_on": "2027-06-30",
    "redemption_close_on": "2027-07-31",
    "claims_close_on": "2027-08-15",
    "reason": "As the board decided",
}
AS_IT_IS = {
    "name": "Programme 1",
    "description": "",
    "budget": "",
    "starts_on": "",
    "sales_close_on": "",
    "redemption_close_on": "",
    "claims_close_on": "",
}


def test_a_programme_is_open_once_another_person_has_approved_it(portal: Portal) -> None:
    house = given_house(portal)
    command_id = house.ask(NEW, MEALS, house.operator)
    shown = house.page(f"commands/{command_id}/decide", house.approver)
    assert "Open the programme School meals" in shown
    assert "Budget becomes 2,500.50 KES" in shown
    assert "Redemption closes becomes 31 Jul 2027" in shown
    with connected(portal.url) as engine, pytest.raises(NotFoundError):
        programme_by_code(engine, house.issuer.issuer_id, "MEALS-2027")
    assert house.approve(command_id) == "done"
    words = house.page("programmes/MEALS-2027", house.operator)
    assert "School meals Open MEALS-2027 · KES" in words
    assert "Committed 0.00 KES 0 % 0 % of 2,500.50 KES" in words
    assert "Sales closed planned for 30 Jun 2027" in words
    assert "Open As the board decided" in words
    listed = house.page("programmes", house.operator)
    assert "0.00 KES committed, 0 % left 2,500.50 KES 30 Jun 2027 0 0.00 KES" in listed
    assert "School meals" not in house.page("programmes?status=closed", house.operator)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"code": "PROGRAMME-1"}, "There is a programme of this code already."),
        ({"code": "Ä"}, "Up to 20 capitals, digits, hyphens and underscores"),
        ({"sales_close_on": "2026-12-31"}, "This is before the day of the step before it."),
        ({"budget": "0"}, "Write an amount of at least 0.01."),
        ({"name": ""}, "Fill this in."),
        ({"funding_account": "7"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    portal: Portal, given: dict[str, str], told: str
) -> None:
    house = given_house(portal)
    assert told in words_of(house.send(NEW, {**MEALS, **given}, house.operator))
    assert house.commands() == 0


def test_a_double_click_opens_one_programme(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/{NEW}"
    form = {**form_of(house.operator.get(url)), **MEALS}
    first, second = (command_of(posted(house.operator, url, form)) for _each in range(2))
    assert first == second
    assert house.commands() == 1
    other = posted(house.operator, url, {**form, "name": "Something else"})
    assert "That form was sent before, with something else in it." in words_of(other)


def test_a_change_is_shown_before_and_after_and_counts_once_approved(portal: Portal) -> None:
    house = given_house(portal)
    _given_stock(house)
    given = {**AS_IT_IS, "name": "Food", "budget": "150.00", "reason": "Agreed with the donor"}
    command_id = house.ask(EDIT, given, house.operator)
    shown = house.page(f"commands/{command_id}/decide", house.approver)
    assert "Name was Programme 1 becomes Food" in shown
    assert "Budget was without a limit becomes 150.00 KES" in shown
    assert "Description" not in shown
    assert house.approve(command_id) == "done"
    words = house.page("programmes/PROGRAMME-1")
    assert "Committed 100.00 KES 66 % 66 % of 150.00 KES" in words
    assert "Left of the budget 50.00 KES can become vouchers" in words
    nothing = house.send(EDIT, {**given, "budget": "150"}, house.operator)
    assert "Nothing is different from what is there now." in words_of(nothing)


def test_a_budget_below_what_is_committed_is_told_beside_the_field(portal: Portal) -> None:
    house = given_house(portal)
    _given_stock(house)
    less = {**AS_IT_IS, "budget": "99.99", "reason": "Less"}
    told = words_of(house.send(EDIT, less, house.operator))
    assert "100.00 KES is committed already; the budget cannot be less." in told
    assert house.commands() == 0


def test_a_budget_that_was_committed_meanwhile_is_refused(portal: Portal) -> None:
    house = given_house(portal)
    command_id = house.ask(EDIT, {**AS_IT_IS, "budget": "50.00", "reason": "Less"}, house.operator)
    _given_stock(house)
    shown = house.page(f"commands/{command_id}/decide", house.approver)
    assert "100.00 KES is committed already: a smaller budget will be refused." in shown
    assert house.approve(command_id) == "refused"
    assert "no limit" in house.page("programmes/PROGRAMME-1")


def test_a_stale_edit_shows_the_difference_and_loses_nothing(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/{EDIT}"
    opened = house.operator.get(url)
    theirs = {**AS_IT_IS, "name": "Food", "description": "For all", "reason": "Theirs"}
    assert house.approve(house.ask(EDIT, theirs)) == "done"
    mine = {**form_of(opened), **AS_IT_IS, "name": "Meals", "budget": "900.00", "reason": "Mine"}
    stale = posted(house.operator, url, mine)
    words = words_of(stale)
    assert "Amina Diallo changed this while you were writing" in words
    assert "Name Food Meals" in words
    assert "Description For all not changed by you; theirs is taken" in words
    assert 'value="900.00"' in text_of(stale)
    assert house.commands() == 1
    again = {**form_of(stale), **AS_IT_IS, "description": "For all", "name": "Meals"}
    again |= {"budget": "900.00", "reason": "Mine"}
    assert house.approve(command_of(posted(house.operator, url, again))) == "done"
    page = house.page("programmes/PROGRAMME-1")
    assert "Meals Open PROGRAMME-1" in page
    assert "For all" in page


def test_of_two_changes_that_wait_the_second_is_refused(portal: Portal) -> None:
    house = given_house(portal)
    first = house.ask(EDIT, {**AS_IT_IS, "name": "Food", "reason": "One"}, house.operator)
    assert "If it is approved first, yours will be refused." in house.page(EDIT)
    second = house.ask(EDIT, {**AS_IT_IS, "name": "Meals", "reason": "Two"})
    assert house.approve(first) == "done"
    stale = "It was changed meanwhile: this change will be refused."
    assert stale in house.page(f"commands/{second}/decide", house.approver)
    assert house.approve(second) == "refused"
    assert "Food Open PROGRAMME-1" in house.page("programmes/PROGRAMME-1")


def test_what_is_overdue_is_told(portal: Portal) -> None:
    house = given_house(portal)
    yesterday = timezone.localdate() - timedelta(days=1)
    given = {**AS_IT_IS, "sales_close_on": yesterday.isoformat(), "reason": "Late"}
    assert house.approve(house.ask(EDIT, given, house.operator)) == "done"
    told = "Nobody has taken the step “Close sales”, which was planned for"
    assert told in house.page("programmes/PROGRAMME-1")
    assert "overdue" in house.page("programmes")


def test_programmes_of_another_issuer_do_not_exist(portal: Portal) -> None:
    house, other = given_house(portal), given_house(portal)
    assert other.approve(other.ask(NEW, MEALS, other.operator)) == "done"
    for path in ("", "/edit", "/step", "/report", "/report.csv", "/closing"):
        there = f"programmes/MEALS-2027{path}"
        assert other.finance.get(f"{house.root}/{there}").status_code == 404
        assert house.finance.get(f"{house.root}/{there}").status_code == 404
    for path in ("new", "PROGRAMME-1/edit", "PROGRAMME-1/step"):
        assert house.approver.get(f"{house.root}/programmes/{path}").status_code == 403
        assert house.approver.post(f"{house.root}/programmes/{path}").status_code == 403


def _given_stock(house: House) -> None:
    """Ten vouchers of 10.00, in PROGRAMME-1."""
    with connected(house.portal.url) as engine:
        given_group(engine, house.issuer)
        given_stock(engine, house.issuer, 10)
