"""The same form once more: a second click, gone back to and changed, or in two windows."""

import re

from tests.portal.conftest import Portal
from tests.portal.given import Page
from tests.portal.vouchers.designing import (
    AMOUNTS,
    BASICS,
    House,
    command_of,
    fill_in,
    given_draft,
    given_house,
    given_published,
    hidden,
    hiddens,
)

from counterfoil.portal.models import VoucherDraft

NEW = "vouchers/new"


def test_the_first_form_gone_back_to_and_changed_changes_the_draft_it_began(portal: Portal) -> None:
    house = given_house(portal)
    sent = hiddens(house.get(NEW)) | BASICS
    first = house.browser.post(f"{house.root}/{NEW}", sent)
    again = house.browser.post(f"{house.root}/{NEW}", sent)
    assert again.headers["Location"] == first.headers["Location"]
    assert draft_of(house).version == 1  # a second click changed nothing
    other = house.browser.post(f"{house.root}/{NEW}", sent | {"name": "Term meals"})
    assert other.headers["Location"] == first.headers["Location"]
    assert draft_of(house).design["name"] == "Term meals"


def test_gone_back_past_another_step_the_first_form_shows_what_differs(portal: Portal) -> None:
    house = given_house(portal)
    sent = hiddens(house.get(NEW)) | BASICS
    onwards = house.browser.post(f"{house.root}/{NEW}", sent).headers["Location"]
    assert fill_in(house, onwards, **AMOUNTS).status_code == 302
    shown = house.browser.post(f"{house.root}/{NEW}", sent | {"name": "Term meals"})
    assert shown.status_code == 200
    assert both_names(shown) == ["School meals", "Term meals"]
    assert draft_of(house).design["name"] == "School meals"
    saved = house.browser.post(
        f"{house.root}/{NEW}", hiddens(text_of(shown)) | BASICS | {"name": "Term meals"}
    )
    assert saved.headers["Location"] == onwards
    assert draft_of(house).design["name"] == "Term meals"
    assert draft_of(house).design["denominations"] == [5000, 125000]


def test_the_same_code_from_a_page_loaded_anew_shows_the_draft_there_is(portal: Portal) -> None:
    house = given_house(portal)
    given_draft(house)
    shown = fill_in(house, f"{house.root}/{NEW}", **(BASICS | {"name": "Term meals"}))
    assert both_names(shown) == ["School meals", "Term meals"]
    assert VoucherDraft.objects.filter(issuer_id=house.issuer.issuer_id).count() == 1


def test_what_is_saved_without_a_change_is_no_new_version_of_the_draft(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_draft(house)
    assert fill_in(house, f"{house.root}/{draft}/step/basics", **BASICS).status_code == 302
    assert draft_of(house).version == 1


def test_the_programme_is_chosen_where_one_comes_from_it(portal: Portal) -> None:
    page = given_house(portal).get(f"{NEW}?programme=PROGRAMME-1")
    assert re.search(r'<option value="PROGRAMME-1" selected>', page)


def test_a_second_click_on_pausing_leads_to_what_was_asked(portal: Portal) -> None:
    house = given_house(portal)
    given_published(house)
    url = f"{house.root}/vouchers/group/SCHOOL-MEALS/turn/paused"
    sent = hiddens(house.browser.get(url).content.decode()) | {"reason": "Fraud at two shops"}
    first = command_of(house.browser.post(url, sent))
    assert house.carry_out(first) == "done"
    assert command_of(house.browser.post(url, sent)) == first


def draft_of(house: House) -> VoucherDraft:
    return VoucherDraft.objects.get(issuer_id=house.issuer.issuer_id)


def text_of(answer: Page) -> str:
    return answer.content.decode()


def both_names(answer: Page) -> list[str]:
    """As the page shows them side by side, what is saved and what was typed."""
    page = text_of(answer)
    table = page.partition('class="table versions"')[2].partition("</table>")[0]
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", table)]
    assert hidden(page, "version")
    return [cell for cell in cells if "meals" in cell]
