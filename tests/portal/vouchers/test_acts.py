"""Changing one or many vouchers: what is meant and whose the money is, before it is asked for."""

import io
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as portal_connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.given import SYSTEM, ask, balances, state_of
from tests.portal.access.visiting import body_of
from tests.portal.conftest import Portal
from tests.portal.given import Page, given_person, signed_in
from tests.portal.stock.selling import Market, given_market, table
from tests.portal.vouchers.designing import command_of, given_house, hiddens

from counterfoil.engine.handing_out import finish_handover, running_handovers
from counterfoil.engine.operation import Change
from counterfoil.portal.models import Role, TrailEntry, VoucherSelection
from counterfoil.voucher import Action, State

REASON = "They were stolen on the way"


@pytest.fixture
def market(portal: Portal) -> Iterator[Market]:
    with given_market(portal) as market:
        yield market


def shown(market: Market, query: str) -> str:
    return market.house.get(f"vouchers/change?{query}")


def asked(market: Market, query: str, **more: object) -> UUID:
    """The command; what was looked at is sent on as the page has it."""
    return command_of(sent(market, query, **more))


def sent(market: Market, query: str, **more: object) -> Page:
    page = shown(market, query)
    form = page.partition('id="ask"')[2]
    fields: dict[str, object] = dict(hiddens(form))
    serials = re.findall(r'name="serial" value="(\d+)"', form)
    if serials:
        fields["serial"] = serials
    return market.house.browser.post(
        f"{market.house.root}/vouchers/change", fields | {"reason": REASON} | more
    )


def means(page: str) -> list[list[str]]:
    return table(page, "What it means")


def freed(page: str) -> list[list[str]]:
    return table(page, "Whose the money is then")


def state(market: Market, serial: int) -> State:
    return state_of(market.connection, market.house.issuer, serial)


def file_of(text: str, name: str = "lost.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), "text/csv")


def test_cancelling_a_provision_says_whose_the_money_is(market: Market) -> None:
    page = shown(market, f"act=cancel&provision={market.provision}")
    assert means(page) == [
        ["In stock", "24", "240.00 KES", "Cancelled"],
        ["Pre-activated", "2", "20.00 KES", "Cancelled"],
        ["Active", "4", "40.00 KES", "Cancelled"],
        ["Changed", "30", "300.00 KES", ""],
    ]
    assert freed(page) == [
        ["To the available funds", "18", "180.00 KES"],
        ["To the balance of Relief Trust", "12", "120.00 KES"],
    ]
    assert "6 of them are held for purchases that were quoted" in page
    before = balances(market.connection, market.house.issuer)
    command = asked(market, f"act=cancel&provision={market.provision}")
    url = f"{market.house.root}/commands/{command}/decide"
    decide = market.house.approving.get(url).content.decode()
    assert "120.00\N{NO-BREAK SPACE}KES, to the balance of Relief Trust" in decide
    assert "Relief Trust bought 12 · 120.00\N{NO-BREAK SPACE}KES of them." in decide
    assert "6 are held for purchases that were quoted" in decide
    assert market.house.approve(command) == "done"
    market.settle()
    after = balances(market.connection, market.house.issuer)
    assert after["available:0"] - before["available:0"] == 18_000
    customer = f"customer:{market.trust}"
    assert after.get(customer, 0) - before.get(customer, 0) == 12_000


@pytest.mark.parametrize(
    ("unused_value", "line"),
    [
        ("breakage", "Kept as breakage, from Relief Trust"),
        ("issuer", "To the available funds, from Relief Trust"),
    ],
)
def test_what_buyers_do_not_get_back_is_said_too(
    portal: Portal, unused_value: str, line: str
) -> None:
    with given_market(portal, unused_value=unused_value) as market:
        page = shown(market, f"act=cancel&allocation={market.allocation}")
        assert freed(page) == [[line, "12", "120.00 KES"]]


def test_a_voucher_group_is_previewed_from_counts(market: Market) -> None:
    page = shown(market, "act=cancel&group=FOOD-AID")
    assert freed(page) == [
        ["To the available funds", "18", "180.00 KES"],
        ["To the balance of Relief Trust", "12", "120.00 KES"],
    ]
    page = shown(market, "act=suspend&group=FOOD-AID")
    assert means(page) == [
        ["In stock", "24", "240.00 KES", "Stays as it is it is not handed out yet"],
        ["Pre-activated", "2", "20.00 KES", "Suspended"],
        ["Active", "4", "40.00 KES", "Suspended"],
        ["Changed", "6", "60.00 KES", ""],
    ]
    assert "Whose the money is then" not in page
    assert table(page, "Of organisations</h2>") == [["Relief Trust", "4", "40.00 KES"]]


def test_an_allocation_is_suspended_and_let_go_on(market: Market) -> None:
    query = f"act=suspend&allocation={market.allocation}"
    assert market.house.approve(asked(market, query)) == "done"
    market.settle()
    assert {state(market, serial) for serial in market.handed} == {State.SUSPENDED}
    assert state(market, market.drawn) is State.PREACTIVATED
    page = market.house.get("stock/bulk/1")
    assert f"Allocation {market.allocation} of Relief Trust" in page
    assert "What was asked, and who approved it" in page
    page = shown(market, f"act=cancel&allocation={market.allocation}")
    assert means(page)[1] == [
        "Suspended",
        "4",
        "40.00 KES",
        "Stays as it is it is suspended: lift that first",
    ]
    query = f"act=unsuspend&allocation={market.allocation}"
    assert market.house.approve(asked(market, query)) == "done"
    market.settle()
    assert {state(market, serial) for serial in market.handed} == {State.ACTIVE}


def test_ticked_vouchers_are_changed_and_no_others(market: Market) -> None:
    first, second, *others = market.handed
    listed = market.house.get(f"stock/serials?allocation={market.allocation}")
    assert listed.count('type="checkbox" name="serial"') == 12
    query = f"act=block&serial={first}&serial={second}&serial=7"
    page = shown(market, query)
    assert means(page)[-1] == ["Changed", "2", "20.00 KES", ""]
    assert market.house.approve(asked(market, query)) == "done"
    market.settle()
    assert state(market, first) is State.BLOCKED
    assert state(market, second) is State.BLOCKED
    assert {state(market, serial) for serial in others} == {State.ACTIVE}
    assert "No voucher was ticked" in shown(market, "act=block")


def test_one_ticked_voucher_is_stopped_at_once(market: Market) -> None:
    page = shown(market, f"act=suspend&serial={market.handed[0]}")
    assert "It is done at once." in page
    command = asked(market, f"act=suspend&serial={market.handed[0]}")
    assert market.house.carry_out(command) == "done"
    assert state(market, market.handed[0]) is State.SUSPENDED


def test_vouchers_are_extended_to_the_end_of_a_day(market: Market) -> None:
    query = f"act=extend&serial={market.handed[0]}&serial={market.handed[1]}"
    page = sent(market, query, until="2020-01-01").content.decode()
    assert "Choose a day to come." in page
    page = sent(market, query, until="2999-01-01").content.decode()
    assert "Choose an earlier day." in page
    assert market.house.approve(asked(market, query, until="2040-05-31")) == "done"
    market.settle()
    (ends,) = market.connection.execute(
        "SELECT expires_at AT TIME ZONE 'UTC' FROM voucher WHERE issuer_id = %s AND serial = %s",
        (market.house.issuer.issuer_id, market.handed[0]),
    ).fetchone() or (None,)
    market.connection.rollback()
    assert ends.isoformat() == "2040-06-01T00:00:00"


def test_a_file_is_looked_at_row_by_row(market: Market) -> None:
    house = market.house
    first, second, *_others = market.handed
    text = f"serial,who\n{first},x\nabc,x\n{first},x\n123456789012345678,x\n77,x\n{second},x\n"
    url = f"{house.root}/vouchers/change"
    answer = house.browser.post(url, {"act": "cancel", "file": file_of(text)})
    assert answer.status_code == 302, answer.content.decode()
    page = house.browser.get(answer.headers["Location"]).content.decode()
    assert table(page, "Rows that name no voucher") == [
        ["3", "This is no serial: it has 16 digits."],
        ["4", "This stands in the file before; it counts once."],
        ["5", "This may be a secret number. Name the voucher by its serial."],
        ["6", "There is no voucher of that serial."],
    ]
    assert "123456789012345678" not in page
    assert means(page)[-1] == ["Changed", "2", "20.00 KES", ""]
    assert freed(page) == [["To the balance of Relief Trust", "2", "20.00 KES"]]
    fields = hiddens(page.partition('id="ask"')[2]) | {"reason": REASON}
    refused = house.browser.post(url, fields).content.decode()
    assert "Tick this to go on." in refused
    command = command_of(house.browser.post(url, fields | {"leaves_out": "on"}))
    again = command_of(house.browser.post(url, fields | {"leaves_out": "on"}))
    assert again == command
    assert house.approve(command) == "done"
    market.settle()
    assert [state(market, serial) for serial in (first, second)] == [State.CANCELLED] * 2
    kept = VoucherSelection.objects.get(command_id=command)
    assert bytes(kept.serials) == b""
    same = house.browser.post(url, {"act": "cancel", "file": file_of(text)})
    page = house.browser.get(same.headers["Location"]).content.decode()
    assert "asked for the same with this very file before:" in page
    assert f"/commands/{command}" in page


def test_a_file_without_vouchers_is_refused(market: Market) -> None:
    url = f"{market.house.root}/vouchers/change"
    for text in ("", "abc\ndef\n", "9999999999999999\n"):
        page = market.house.browser.post(url, {"act": "block", "file": file_of(text)})
        assert page.status_code == 200
    unchosen = market.house.browser.post(url, {"act": "", "file": file_of("1")})
    assert "Choose one of these." in unchosen.content.decode()
    assert not VoucherSelection.objects.filter(issuer_id=market.house.issuer.issuer_id).exists()


def test_a_file_is_its_senders_alone(portal: Portal, market: Market) -> None:
    url = f"{market.house.root}/vouchers/change"
    text = f"{market.handed[0]}\n"
    answer = market.house.browser.post(url, {"act": "block", "file": file_of(text)})
    other = signed_in(given_person(Role.OPERATOR, issuer=market.house.issuer))
    assert other.get(answer.headers["Location"]).status_code == 404
    elsewhere = given_house(portal)
    there = answer.headers["Location"].replace(market.house.root, elsewhere.root)
    assert elsewhere.browser.get(there).status_code == 404


def test_many_at_once_are_few_words_in_the_trail(market: Market) -> None:
    listed = "".join(f"{serial}\n" for serial in market.serials_of(market.allocation))
    url = f"{market.house.root}/vouchers/change"
    answer = market.house.browser.post(url, {"act": "cancel", "file": file_of(listed)})
    page = market.house.browser.get(answer.headers["Location"]).content.decode()
    fields = hiddens(page.partition('id="ask"')[2]) | {"reason": REASON}
    command_of(market.house.browser.post(url, fields))
    told = TrailEntry.objects.filter(issuer_id=market.house.issuer.issuer_id).latest("id")
    assert told.event == "command.prepared.change_vouchers"


def test_another_issuers_vouchers_are_not_there(portal: Portal, market: Market) -> None:
    other = given_house(portal)
    for query in (
        f"act=cancel&provision={market.provision}",
        f"act=cancel&allocation={market.allocation}",
        f"act=cancel&serial={market.handed[0]}",
        "act=cancel&group=FOOD-AID",
        "act=cancel&file_of=nonsense",
    ):
        assert other.browser.get(f"{other.root}/vouchers/change?{query}").status_code == 404, query


def test_who_does_not_operate_changes_none(market: Market) -> None:
    for role in (Role.AUDITOR, Role.FINANCE, Role.APPROVER):
        browser = signed_in(given_person(role, issuer=market.house.issuer))
        url = f"{market.house.root}/vouchers/change?act=cancel&serial={market.handed[0]}"
        assert browser.get(url).status_code == 403
        assert browser.post(url, {}).status_code == 403
        listed = browser.get(f"{market.house.root}/stock/serials").content.decode()
        assert 'type="checkbox"' not in listed


def test_nothing_is_asked_for_where_nothing_can_be_changed(market: Market) -> None:
    stocked = market.serials_of(market.allocation)[-1]
    answer = sent(market, f"act=suspend&serial={stocked}")
    assert answer.status_code == 200
    assert "None of these vouchers can be changed so." in answer.content.decode()


def replaced_by_pages(market: Market, query: str) -> str:
    """As far as the password, sent for approval: the address of the replacement."""
    house = market.house
    answer = sent(market, query)
    url = answer.headers["Location"]
    review = house.browser.get(url, follow=True).content.decode()
    assert "Send for approval: replace" in review
    fields = hiddens(review) | {"file_kind": "cards", "choose": "own"}
    fields |= {"own": "seven green umbrellas", "own_again": "seven green umbrellas"}
    sent_on = house.browser.post(f"{url}/review", fields)
    assert sent_on.status_code == 302, sent_on.content.decode()
    return str(sent_on.headers["Location"])


def test_lost_vouchers_are_replaced_and_their_numbers_fetched_once(market: Market) -> None:
    house = market.house
    first, second, third, _last = market.handed
    stop = Change(caller=SYSTEM, action=Action.SUSPEND, serial=third, reason="lost")
    ask(market.connection, house.issuer, stop)
    url = replaced_by_pages(market, f"act=replace&serial={first}&serial={second}&serial={third}")
    page = house.browser.get(url).content.decode()
    assert "Another person must approve it." in page
    command = command_of(
        house.browser.post(f"{house.root}/vouchers/change", {"command_id": url.rpartition("/")[2]})
    )
    decide = house.approving.get(f"{house.root}/commands/{command}/decide").content.decode()
    assert "Replace 3 vouchers" in decide
    assert "Vouchers of Relief Trust" in decide
    assert house.approve(command) == "done"
    for handover_id in running_handovers(market.connection, house.issuer):
        for _step in finish_handover(market.connection, house.issuer, handover_id):
            pass
    assert {state(market, serial) for serial in (first, second, third)} == {State.CANCELLED}
    page = house.browser.get(url).content.decode()
    assert "3 vouchers are ready." in page
    wrong = house.browser.post(f"{url}/fetch", {"password": "wrong one, sorry"})
    assert "That is not the password." in wrong.content.decode()
    answer = house.browser.post(f"{url}/fetch", {"password": "seven green umbrellas"})
    content = body_of(answer)
    assert len(PdfReader(io.BytesIO(content), password="seven green umbrellas").pages) >= 1
    page = house.browser.get(url).content.decode()
    assert "Olga Operator fetched the numbers" in page
    gone = house.browser.post(f"{url}/fetch", {"password": "seven green umbrellas"})
    assert gone.status_code == 302
    story = house.get(f"voucher/{first}")
    assert "Replaced by voucher" in story


def test_a_replacement_is_asked_for_once_and_can_be_thrown_away(market: Market) -> None:
    house = market.house
    page = shown(market, f"act=replace&serial={market.handed[0]}")
    fields = hiddens(page.partition('id="ask"')[2]) | {"reason": REASON}
    url = f"{house.root}/vouchers/change"
    first = house.browser.post(url, fields).headers["Location"]
    assert house.browser.post(url, fields).headers["Location"] == first
    gone = house.browser.post(f"{first}/discard")
    assert gone.status_code == 302
    assert house.browser.get(first).status_code == 404
    assert state(market, market.handed[0]) is State.ACTIVE


def test_pages_take_few_queries(market: Market) -> None:
    for query in (
        "",
        f"act=cancel&provision={market.provision}",
        f"act=cancel&allocation={market.allocation}",
        "act=suspend&group=FOOD-AID",
        f"act=extend&serial={market.handed[0]}",
        f"act=replace&serial={market.handed[0]}",
    ):
        with CaptureQueriesContext(portal_connection) as queries:
            shown(market, query)
        assert len(queries) <= 15, (query, len(queries))
