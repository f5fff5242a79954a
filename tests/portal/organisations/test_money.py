"""Money of an organisation's balance: what it pays in, what is paid back, and its statement."""

from uuid import UUID

import pytest
from tests.databases import connected
from tests.engine.sales.given_sales import given_promise, given_sold_group, line, pay
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, proved
from tests.portal.given import given_person, signed_in
from tests.portal.merchants.working import words_of
from tests.portal.money.working import confirmed, receipt
from tests.portal.organisations.working import Room, bare, given_buyer, given_room

from counterfoil.engine.bulk import begin_bulk, finish_bulk
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.models import Evidence, Notification, OrganisationRoleName, Paper, Role
from counterfoil.portal.notifications.following import tell_ends
from counterfoil.portal.orchestrator.organisations.listed import ORGANISATIONS
from counterfoil.portal.organisations.reading import balances
from counterfoil.portal.organisations.statement import latest, statement_of
from counterfoil.voucher import Action

PAYMENT = {
    "amount": "1,500.00",
    "reference": "FT 26-0017",
    "value_date": "2026-03-02",
    "reason": "First payment",
}
REFUND = {
    "amount": "400.00",
    "reference": "OUT 26-0003",
    "value_date": "2026-03-09",
    "reason": "They asked for it back by letter",
}


@pytest.fixture
def room(portal: Portal) -> Room:
    return given_room(portal)


def receive_url(room: Room, organisation_id: int) -> str:
    return f"{room.root}/{organisation_id}/receive/1"


def refund_url(room: Room, organisation_id: int) -> str:
    return f"{room.root}/{organisation_id}/refund/1"


def paid_in(
    room: Room, organisation_id: int, amount: str = "1500.00", reference: str = "A1"
) -> UUID:
    given = {**PAYMENT, "amount": amount, "reference": reference}
    command_id = room.moves(receive_url(room, organisation_id), given)
    assert room.approve(command_id) == "done"
    return command_id


def bought(room: Room, organisation_id: int, quantity: int) -> None:
    """So many vouchers of 10.00, paid from what is on the balance."""
    with connected(room.portal.url) as engine:
        room.issuer.catch_up(engine)
        given_sold_group(engine, room.issuer)
        provision = begin_provision(
            engine,
            room.issuer,
            SYSTEM,
            group_code="FOOD-AID",
            money=Money(1000, "KES"),
            count=quantity,
        )
        for _step in finish_provision(engine, room.issuer, provision.provision_id):
            pass
        sale_id = given_promise(engine, room.issuer, organisation_id, [line(quantity)])
        pay(engine, room.issuer, sale_id, paid_minor=0)
        finish_sale(engine, room.issuer, sale_id)


def cancelled(room: Room, *chunks: int) -> list[int]:
    """So many of those that were bought, a chunk at a time; the serials of the first ones."""
    with connected(room.portal.url) as engine:
        room.issuer.catch_up(engine)
        row = engine.execute(
            "SELECT max(serial_first) FROM allocation_range WHERE issuer_id = %s",
            (room.issuer.issuer_id,),
        ).fetchone()
        assert row is not None
        serial, firsts = row[0], []
        for vouchers in chunks:
            serials = range(serial, serial + vouchers)
            asked = Selection(serials=serials)
            begun = begin_bulk(
                engine, room.issuer, SYSTEM, asked, action=Action.CANCEL, reason="Flooded"
            )
            for _step in finish_bulk(engine, room.issuer, begun.bulk_id):
                pass
            firsts.append(serial)
            serial = serials.stop
        return firsts


def office_of(room: Room) -> Office:
    return Office(
        room.issuer.issuer_id, room.issuer.code, "", room.operator, frozenset({Role.OPERATOR})
    )


def test_a_payment_counts_once_a_second_person_has_approved_it(room: Room) -> None:
    number = bare(room)
    before = room.balances()
    command_id = room.moves(receive_url(room, number), PAYMENT, evidence_file=receipt())
    assert room.balances() == before
    shown = room.shown_to_approver(command_id)
    for text in (
        "Record 1,500.00",
        "from Relief Trust",
        "FT 26-0017",
        "advice.png",
        "First payment",
    ):
        assert text in shown, text
    assert "No paper came with it" not in shown
    assert room.approve(command_id) == "done"
    after = room.balances()
    moved = {name: after[name] - before.get(name, 0) for name in after}
    assert {name: moved[name] for name in moved if moved[name]} == {
        "funding:0": -150_000,
        f"customer:{number}": 150_000,
    }
    (balance,) = balances(room.issuer.issuer_id, [number])
    assert (balance.balance_minor, balance.set_aside_minor, balance.currency) == (150_000, 0, "KES")
    assert Evidence.objects.get(command_id=command_id).upload.attached
    assert room.check() == []
    assert "1,500.00" in room.page(f"{room.root}/{number}")


def test_finance_alone_moves_money_and_is_asked_again(room: Room) -> None:
    number = bare(room)
    for url in (receive_url(room, number), refund_url(room, number)):
        assert room.browser.get(url).status_code == 403
        assert room.approving.get(url).status_code == 403
        old = signed_in(given_person(Role.FINANCE, issuer=room.issuer), seconds_ago=900)
        answer = old.get(url)
        assert answer.status_code == 302
        assert "/portal/" in answer.headers["Location"]
        assert answer.headers["Location"] != url


def test_a_reference_that_counts_already_is_refused_in_the_form(room: Room) -> None:
    number = bare(room)
    paid_in(room, number, reference="FT 26-0017")
    answer = room.sends(
        receive_url(room, number), {**PAYMENT, "reference": "ft26-0017"}, room.finance
    )
    assert answer.status_code == 200
    deposit = room.sends(
        f"/portal/{room.issuer.code}/money/1/deposit",
        {"amount": "1500.00", "reference": "ft26-0017"},
        room.finance,
    )
    for form in (answer, deposit):
        assert "Paid in by an organisation: 1,500.00" in words_of(form)
        assert "It counts once." in words_of(form)


def test_a_reference_of_a_deposit_does_not_count_again_as_a_payment(room: Room) -> None:
    number = bare(room)
    answer = room.sends(receive_url(room, number), {**PAYMENT, "reference": "slip 1"}, room.finance)
    recorded = "It counts once." in words_of(answer)
    with connected(room.portal.url) as engine:
        found = engine.execute(
            "SELECT reference FROM operation WHERE issuer_id = %(issuer_id)s AND action = 102",
            {"issuer_id": room.issuer.issuer_id},
        ).fetchone()
    assert found is not None
    answer = room.sends(receive_url(room, number), {**PAYMENT, "reference": found[0]}, room.finance)
    assert "Deposited: " in words_of(answer)
    assert recorded == (found[0] == "slip 1")


def test_the_same_reference_and_the_same_file_are_noticed_before_it_is_sent(room: Room) -> None:
    number, other = bare(room), bare(room, "Other Trust")
    first = room.moves(receive_url(room, number), PAYMENT, evidence_file=receipt())
    looked = room.sends(
        receive_url(room, other),
        {**PAYMENT, "amount": "7.00"},
        room.finance,
        evidence_file=receipt("again.png"),
    )
    words = words_of(looked)
    assert "The reference FT 26-0017 waits for approval already: Payment for a balance" in words
    assert "The same file came with this before: Payment for a balance" in words
    assert str(first) in looked.content.decode()
    deposit = room.sends(
        f"/portal/{room.issuer.code}/money/1/deposit",
        {"amount": "7.00", "reference": "ft 26-0017"},
        room.finance,
    )
    assert "ft 26-0017 waits for approval already: Payment for a balance" in words_of(deposit)
    answer = room.finance.post(receive_url(room, other), confirmed(looked))
    assert answer.status_code == 302
    for page in ("money", "money/1"):
        waits = room.page(f"/portal/{room.issuer.code}/{page}", room.finance)
        assert "Waiting, and not counted yet 2" in waits
        assert "Payment for a balance, Other Trust: 7.00 KES" in waits


def test_what_comes_up_while_one_looks_is_shown_before_it_is_sent(room: Room) -> None:
    number = bare(room)
    looked = room.sends(receive_url(room, number), PAYMENT, room.finance)
    room.moves(receive_url(room, number), PAYMENT)
    answer = room.finance.post(receive_url(room, number), confirmed(looked))
    assert answer.status_code == 200
    assert "changed while you looked" in words_of(answer)


def test_a_double_click_is_one_payment_and_a_changed_one_says_so(room: Room) -> None:
    number = bare(room)
    url = receive_url(room, number)
    form = confirmed(room.sends(url, PAYMENT, room.finance))
    first, second = (room.finance.post(url, form) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    changed = room.finance.post(url, {**form, "amount": "9.00"})
    assert "You sent this form before, with something else in it." in words_of(changed)
    command_id = UUID(first.headers["Location"].rpartition("/")[2])
    assert room.approve(command_id) == "done"
    again = room.finance.post(url, form)
    assert again.headers["Location"] == first.headers["Location"]
    (balance,) = balances(room.issuer.issuer_id, [number])
    assert balance.balance_minor == 150_000


def test_a_payment_of_tomorrow_or_of_nothing_is_none(room: Room) -> None:
    number = bare(room)
    for wrong in (
        {"value_date": "2999-01-01"},
        {"amount": "0"},
        {"amount": "-5"},
        {"reference": "~x"},
    ):
        answer = room.sends(receive_url(room, number), {**PAYMENT, **wrong}, room.finance)
        assert answer.status_code == 200
        assert "Not saved yet" in words_of(answer), wrong


def test_no_more_than_is_free_is_paid_back(room: Room) -> None:
    number = bare(room)
    paid_in(room, number, "500.00")
    url = refund_url(room, number)
    answer = room.sends(url, {**REFUND, "amount": "500.01"}, room.finance)
    assert "Only 500.00" in words_of(answer)
    first = room.moves(url, REFUND)
    looked = room.sends(url, {**REFUND, "reference": "OUT 2"}, room.finance)
    assert "Together with the refunds that wait already this is 800.00" in words_of(looked)
    second = UUID(room.finance.post(url, confirmed(looked)).headers["Location"].rpartition("/")[2])
    assert room.approve(first) == "done"
    assert "Only 100.00" in room.shown_to_approver(second)
    assert room.approve(second) == "refused"
    page = words_of(room.finance.get(f"/portal/{room.issuer.code}/commands/{second}"))
    assert "of the balance is free to be refunded." in page
    (balance,) = balances(room.issuer.issuer_id, [number])
    assert balance.balance_minor == 10_000
    assert room.check() == []


def test_managers_are_told_that_money_was_paid_back(room: Room) -> None:
    number = bare(room)
    manager, browser = given_buyer(room, number, OrganisationRoleName.MANAGER)
    paid_in(room, number)
    command_id = room.moves(refund_url(room, number), REFUND)
    assert room.approve(command_id) == "done"
    tell_ends()
    (told,) = Notification.objects.filter(person=manager)
    assert told.kind == "refund_paid"
    assert "400.00" in words_of(browser.get("/portal/notifications"))
    (note,) = Paper.objects.filter(issuer_id=room.issuer.issuer_id)
    assert (note.kind, note.number, note.organisation_id) == ("credit_note", 1, number)
    assert note.content["money_minor"] == 40_000
    assert note.content["bank_reference"] == REFUND["reference"]
    assert "Credit note CN-0001" in words_of(
        browser.get(f"/portal/{room.issuer.code}/org/{number}/purchases")
    )


def test_the_statement_says_what_came_in_and_went_with_the_balance_after_each(room: Room) -> None:
    number = bare(room, commission_points=250)
    paid_in(room, number)
    bought(room, number, 10)
    command_id = room.moves(refund_url(room, number), REFUND)
    assert room.approve(command_id) == "done"
    office = office_of(room)
    told = [
        (each.what, each.signed.amount_minor, each.after)
        for each in latest(office, number, rows_max=9)
    ]
    assert told == [
        ("Paid back", -40_000, Money(99_750, "KES")),
        ("Commission", -250, Money(139_750, "KES")),
        ("Vouchers bought", -10_000, Money(140_000, "KES")),
        ("Payment received", 150_000, Money(150_000, "KES")),
    ]
    _many, one = cancelled(room, 7, 1)
    given_back = "Given back: vouchers cancelled"
    assert [
        (each.what, each.signed.amount_minor, each.after, each.vouchers, each.serial, each.reason)
        for each in latest(office, number, rows_max=3)
    ] == [
        (given_back, 1_000, Money(107_750, "KES"), 1, one, "Flooded"),
        (given_back, 7_000, Money(106_750, "KES"), 7, None, "Flooded"),
        ("Paid back", -40_000, Money(99_750, "KES"), 0, None, "They asked for it back by letter"),
    ]
    (balance,) = balances(room.issuer.issuer_id, [number])
    assert balance.free == Money(107_750, "KES")
    assert room.check() == []
    page = room.page(f"{room.root}/{number}/statement")
    assert "OUT 26-0003" in page
    assert "7 vouchers" in page
    proved(statement_of(number), office, rows=6)


def test_a_statement_is_filtered_and_exported(room: Room) -> None:
    number = bare(room, commission_points=250)
    paid_in(room, number)
    bought(room, number, 10)
    url = f"{room.root}/{number}/statement"
    page = room.page(f"{url}?kind=commission")
    assert "-2.50" in page.replace("\N{MINUS SIGN}", "-")
    assert "Payment received" not in page.partition("Balance after it")[2]
    head, *lines = csv_of(room.browser.post(f"{url}/export", {"sort": "oldest"}))
    assert head[1] == "What"
    assert [each[1] for each in lines] == ["Payment received", "Vouchers bought", "Commission"]
    assert [each[4] for each in lines] == ["1500.00", "-100.00", "-2.50"]
    assert [each[6] for each in lines] == ["1500.00", "1400.00", "1397.50"]


def test_the_statement_of_one_has_nothing_of_another(room: Room) -> None:
    number, other = bare(room), bare(room, "Other Trust")
    paid_in(room, number, "10.00", "A1")
    paid_in(room, other, "20.00", "B1")
    office = office_of(room)
    assert [each.reference for each in latest(office, number, rows_max=9)] == ["A1"]
    assert [each.reference for each in latest(office, other, rows_max=9)] == ["B1"]


def test_the_list_is_sorted_by_balance_and_every_order_is_complete(room: Room) -> None:
    rich, poor = bare(room, "Zebra Trust"), bare(room, "Acacia Trust")
    paid_in(room, rich, "900.00", "A1")
    paid_in(room, poor, "100.00", "B1")
    bare(room, "Middle Trust")
    office = office_of(room)
    orders = proved(ORGANISATIONS, office, rows=3)
    assert [row.name for row in orders["balance"]] == [
        "Zebra Trust",
        "Acacia Trust",
        "Middle Trust",
    ]
    assert [row.name for row in orders["name"]] == ["Acacia Trust", "Middle Trust", "Zebra Trust"]
    assert orders["newest"][0].name == "Middle Trust"


def test_hostile_files_are_no_evidence(room: Room) -> None:
    number = bare(room)
    for content in (b"<html><script>alert(1)</script>", b"MZ\x90\x00", b"%PDF-1.7 <script>", b""):
        answer = room.sends(
            receive_url(room, number),
            PAYMENT,
            room.finance,
            evidence_file=receipt("bill.pdf", content),
        )
        assert answer.status_code == 200
        assert "Not saved yet" in words_of(answer)


def test_money_of_another_issuer_is_out_of_reach(room: Room, portal: Portal) -> None:
    other = given_room(portal)
    number = bare(other)
    bare(room)
    strange = f"/portal/{other.issuer.code}/organisations/{number}/receive/1"
    assert room.finance.get(strange).status_code == 404
    assert room.finance.get(f"{room.root}/999999/receive/1").status_code == 404
    assert room.finance.get(f"{room.root}/{number}/receive/77").status_code == 404


def test_the_choice_of_an_account_is_left_out_where_there_is_one(room: Room) -> None:
    number = bare(room)
    answer = room.finance.get(f"{room.root}/{number}/receive")
    assert answer.headers["Location"] == receive_url(room, number)
