"""Runs on pages: what the engine counted is shown, approved as it was shown, sent and followed."""

from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.money.working import House
from tests.portal.payouts.working import (
    ASHA,
    given_office,
    preview,
    redeemed,
    send_all,
    sent,
    shops,
    told,
)

from counterfoil.engine.payouts.counting import count_run
from counterfoil.engine.payouts.outcomes import Told


def _count(house: House, run_id: int) -> None:
    with connected(house.portal.url) as engine:
        assert count_run(engine, house.issuer, run_id)


def test_a_run_is_begun_looked_at_approved_and_followed(portal: Portal) -> None:
    house = given_office(portal)
    (baraka,) = shops(house, "Baraka")
    redeemed(house, ASHA, 1000, 250)
    redeemed(house, baraka, 4000)
    command = house.ask("payouts/begin", {"terms": "1"})
    assert house.carry_out(command) == "done"
    assert "Payout run 1" in house.page(f"commands/{command}")
    assert "It is being counted." in house.page("payouts/1")
    _count(house, 1)

    shown = house.page("payouts/1")
    assert "3 redemptions 52.50 KES To be paid out 52.50 KES" in shown
    assert shown.index("Baraka") < shown.index("Asha"), "the largest comes first"
    assert "Asha" not in house.page("payouts/1?status=left_out")
    assert "Run 1 · 52.50 KES To be approved" in house.page("payouts")

    asked = house.ask("payouts/1/send", {"reason": ""})
    assert "waiting for approval" in house.page("payouts/1")
    decided = house.page(f"commands/{asked}/decide", house.approver)
    assert "Pay 2 merchants: 52.50 KES" in decided
    assert "Owed to merchants and agents was 52.50 KES becomes 0.00 KES" in decided
    assert "On its way was 0.00 KES becomes 52.50 KES" in decided
    assert house.approve(asked) == "done"
    assert "It is being sent." in house.page("payouts/1")
    assert send_all(house, 1).status == "sent"

    told(house, 1, baraka, Told.COMPLETED)
    told(house, 1, ASHA, Told.REJECTED, "account_unknown")
    page = house.page("payouts/1")
    assert "1 payout failed or came back" in page
    assert "Failed · 1 12.50 KES Paid · 1 40.00 KES" in page
    assert "There is no such account." in house.page("payouts/1?status=failed")
    front = house.page("payouts")
    assert "12.50 KES 0.00 KES 0.00 KES" in front, "owed, on its way, kept"
    assert "12.50 KES Failed There is no such account." in front


def test_a_run_is_dropped_with_a_reason_and_what_it_would_have_paid_stays_owed(
    portal: Portal,
) -> None:
    house = given_office(portal)
    redeemed(house, ASHA, 1000)
    run = preview(house)
    command = house.ask(f"payouts/{run.run_id}/drop", {"reason": "counted too early"})
    assert house.carry_out(command) == "done"
    assert "nothing of it was paid, and what is owed stays owed" in house.page("payouts/1")
    answer = house.finance.get(f"{house.root}/payouts/1/send")
    assert answer.headers["Location"] == f"{house.root}/payouts/1", "nothing is to be sent"
    assert "10.00 KES 0.00 KES 0.00 KES" in house.page("payouts"), "owed, on its way, kept"


def test_a_run_is_not_asked_to_be_paid_twice(portal: Portal) -> None:
    house = given_office(portal)
    redeemed(house, ASHA, 1000)
    preview(house)
    command = house.ask("payouts/1/send", {"reason": ""})
    after = house.page("payouts/1/send")
    assert "It was sent for approval already; once is enough." in after
    assert "Send for approval" not in after, "there is nothing to press"
    assert house.approve(command) == "done"


def test_who_begins_a_run_is_told_what_waits_already(portal: Portal) -> None:
    house = given_office(portal)
    (baraka,) = shops(house, "Baraka")
    redeemed(house, baraka, 4000)
    sent(house)
    told(house, 1, baraka, Told.REJECTED, "account_unknown")
    page = house.page("payouts/begin")
    assert "40.00 KES 40.00 KES" in page, "owed, and of it to be sent again"
    assert "No run counts what failed or came back" in page

    redeemed(house, ASHA, 1000)
    preview(house)
    page = house.page("payouts/begin")
    assert "Run 2 To be approved" in page
    assert "50.00 KES 40.00 KES" in page
    before = house.commands()
    answer = house.send("payouts/begin", {"terms": "1"})
    assert "A run of these terms waits to be approved or dropped." in answer.content.decode()
    assert house.commands() == before, "it is told at once, and nothing is asked"


def test_a_run_of_another_issuer_is_nowhere(portal: Portal) -> None:
    theirs, ours = given_office(portal), given_office(portal)
    redeemed(theirs, ASHA, 1000)
    preview(theirs)
    for path in ("payouts/1", "payouts/1/send", f"payouts/1/{ASHA}", f"payouts/1/{ASHA}/statement"):
        assert theirs.finance.get(f"{theirs.root}/{path}").status_code == 200, path
        assert ours.finance.get(f"{ours.root}/{path}").status_code == 404, path
        assert ours.finance.get(f"{theirs.root}/{path}").status_code == 404, path
