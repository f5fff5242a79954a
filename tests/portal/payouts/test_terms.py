"""Terms on pages: written down, approved line by line, ended; and the days on which banks rest."""

from datetime import date, time

from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.money.working import House
from tests.portal.payouts.working import ASHA, given_office

from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.terms import Terms, TermsDesign, terms_of, workdays_of

WEEKLY = {
    "cycle": "weekly",
    "week_day": "5",
    "month_day": "",
    "threshold": "",
    "cut_off": "16:30",
    "time_zone": "Africa/Nairobi",
    "hold_hours": "24",
    "minimum": "50",
    "commission": "2.5",
    "fee": "",
    "reason": "as agreed with them",
}


def _terms(house: House) -> list[Terms]:
    with connected(house.portal.url) as engine:
        return terms_of(engine, house.issuer.issuer_id)


def test_terms_of_a_merchant_are_written_approved_and_ended(portal: Portal) -> None:
    house = given_office(portal)
    begun = f"payouts/terms/new?merchant={ASHA}"
    assert f"{house.root}/{begun}" in house.html(f"merchants/{ASHA}"), "nobody looks a number up"
    form = house.html(begun)
    assert f'value="{ASHA}"' in form
    assert "Choose the account" not in form, "it is not asked before it is sent"
    chosen = f"{house.root}/payouts/terms/new?merchant={ASHA}&account=1&programme="
    path = house.finance.get(chosen).headers["Location"].removeprefix(f"{house.root}/")
    assert "Asha Stores, paid from" in house.page(path)
    command = house.ask(path, WEEKLY)
    for page in ("payouts/terms", path):
        assert f"/commands/{command}" in house.html(page), "who comes next sees that it waits"
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "becomes every Friday at 16:30 (Africa/Nairobi)" in decided
    assert house.approve(command) == "done"
    own = _terms(house)[-1]
    assert own.design == TermsDesign(
        funding_account_id=1,
        acceptor_id=ASHA,
        cycle=Cycle.WEEKLY,
        on_day=5,
        cut_off=time(16, 30),
        time_zone="Africa/Nairobi",
        hold_hours=24,
        minimum_minor=5000,
        commission_points=250,
    )
    shown = house.page("payouts/terms")
    assert "every Friday at 16:30 (Africa/Nairobi) what is 24 hours old" in shown
    again = house.finance.get(f"{house.root}/{path}")
    assert again.headers["Location"].endswith(f"/payouts/terms/{own.terms_id}")

    changed = house.ask(f"payouts/terms/{own.terms_id}", WEEKLY | {"commission": "3"})
    decided = house.page(f"commands/{changed}/decide", house.approver)
    assert "Commission that you keep was 2.5 % becomes 3 %" in decided
    assert "Fee of a payout" not in decided, "only what differs"
    assert house.approve(changed) == "done"

    ended = house.ask(f"payouts/terms/{own.terms_id}/end", {"reason": "like all others"})
    assert "Asha Stores" in house.page(f"commands/{ended}/decide", house.approver)
    assert house.approve(ended) == "done"
    assert [each.terms_id for each in _terms(house)] == [1]
    assert house.finance.get(f"{house.root}/payouts/terms/{own.terms_id}").status_code == 404
    assert house.finance.get(f"{house.root}/payouts/terms/1/end").status_code == 404


def test_terms_that_say_no_day_are_not_sent(portal: Portal) -> None:
    house = given_office(portal)
    for cycle, said in (
        ("weekly", "Choose the day of the week."),
        ("monthly", "Write the day of the month."),
        ("threshold", "Write how much is enough."),
    ):
        answer = house.send("payouts/terms/1", WEEKLY | {"cycle": cycle, "week_day": ""})
        assert said in answer.content.decode(), cycle


def test_days_on_which_banks_rest_are_set_all_at_once(portal: Portal) -> None:
    house = given_office(portal)
    asked = {"rest_days": ["5", "6"], "holidays": "2026-12-25 Christmas\n", "reason": "by law"}
    refused = house.send("payouts/bank-days", asked | {"holidays": "25/12 Christmas"})
    assert "does not begin with a day such as 2026-12-25" in refused.content.decode()
    command = house.ask("payouts/bank-days", asked)
    assert f"/commands/{command}" in house.html("payouts/bank-days")
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "was Saturday, Sunday becomes Friday, Saturday" in decided
    assert "25 Dec 2026 becomes Christmas" in decided
    assert house.approve(command) == "done"
    with connected(portal.url) as engine:
        days = workdays_of(engine, house.issuer)
    assert sorted(days.rest_days) == [5, 6]
    assert list(days.holidays) == [date(2026, 12, 25)]
    assert "Friday, Saturday 25 Dec 2026 Christmas" in house.page("payouts/terms")
