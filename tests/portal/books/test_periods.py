"""Periods on pages: closed by two people, shown as they stood, and with what came late."""

from datetime import UTC, date, datetime, timedelta

from tests.databases import connected
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.money.working import House, given_house

from counterfoil.engine.database import connect_as_owner
from counterfoil.engine.funds import deposit
from counterfoil.engine.periods.closing import close_period
from counterfoil.engine.periods.reading import closed_periods
from counterfoil.money import Money
from counterfoil.portal.language import day_text
from counterfoil.portal.orchestrator.books.periods import closable

DAY = timedelta(days=1)
DASH = "\N{EN DASH}"


def today() -> date:
    return datetime.now(UTC).date()


def given_days_passed(house: House, days: int) -> None:
    """All that is recorded was recorded so many days earlier: nobody but the owner could do it."""
    with connect_as_owner(house.portal.url) as owner:
        owner.execute(
            "UPDATE operation SET at = at - %s * interval '1 day' WHERE issuer_id = %s",
            [days, house.issuer.issuer_id],
        )
        owner.commit()


def paid_in(house: House, amount_minor: int, reference: str, value_on: date | None = None) -> None:
    with connected(house.portal.url) as engine:
        money = Money(amount_minor, "KES")
        deposit(engine, house.issuer, SYSTEM, money, reference=reference, value_on=value_on)


def closed(house: House) -> list[date]:
    with connected(house.portal.url) as engine:
        return [each.through for each in closed_periods(engine, house.issuer.issuer_id)]


def test_what_can_be_closed_next_is_last_month_and_then_yesterday() -> None:
    now = date(2026, 11, 23)
    assert closable(None, now) == date(2026, 10, 31)
    assert closable(date(2026, 9, 30), now) == date(2026, 10, 31)
    assert closable(date(2026, 10, 31), now) == date(2026, 11, 22)
    assert closable(date(2026, 11, 22), now) is None


def test_a_period_is_closed_by_two_people_and_shown_as_it_stood(portal: Portal) -> None:
    house = given_house(portal)
    given_days_passed(house, 3)
    assert "No period is closed yet" in house.page("books/periods")
    through = today() - 2 * DAY
    asked = {"through": through.isoformat(), "reason": "end of the month"}
    command = house.ask("books/periods/close", asked)
    assert "Amina Diallo wants to close a period" in house.page("books/periods")
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert f"Close the period up to {day_text(through)}" in decided
    assert f"becomes the first day to {day_text(through)}" in decided
    assert closed(house) == []
    assert house.approve(command) == "done"
    assert closed(house) == [through]
    done = house.page(f"commands/{command}")
    assert f"becomes the first day to {day_text(through)}" in done, "what it closed stays said"

    paid_in(house, 5_000, "later")
    page = house.page(f"books/periods/{through}")
    assert "Closed by Amina Diallo" in page
    assert "end of the month" in page
    assert "adds up" in page
    assert "Together 100,000.00 KES 100,000.00 KES" in page
    assert "50.00 KES" not in page, "it was recorded later"
    listed = house.page("books/periods")
    assert f"up to {day_text(through)}" in listed
    assert "end of the month" in listed


def test_a_second_period_begins_where_the_first_ended(portal: Portal) -> None:
    house = given_house(portal, funds="1000.00")
    given_days_passed(house, 9)
    first, second = today() - 6 * DAY, today() - 2 * DAY
    with connected(portal.url) as engine:
        close_period(engine, house.issuer, SYSTEM, first, reason="week")
    paid_in(house, 5_000, "between")
    given_days_passed(house, 3)
    with connected(portal.url) as engine:
        close_period(engine, house.issuer, SYSTEM, second, reason="week")
    page = house.page(f"books/periods/{second}")
    assert f"{day_text(first + DAY)} {DASH} {day_text(second)}" in page
    assert "At the beginning" in page
    assert f"1,000.00 KES 50.00 KES {DASH} 1,050.00 KES" in page, "what came in and stood there"
    answer = house.finance.post(f"{house.root}/books/periods/{second}/export", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert ",1000.00,KES,50.00,KES,0.00,KES,1050.00,KES" in text


def test_what_came_late_is_told_with_its_day(portal: Portal) -> None:
    house = given_house(portal)
    given_days_passed(house, 5)
    through = today() - 3 * DAY
    with connected(portal.url) as engine:
        close_period(engine, house.issuer, SYSTEM, through, reason="week")
    assert "Nothing. The bank made nothing" in house.page(f"books/periods/{through}")
    paid_in(house, 7_700, "late", through - DAY)
    paid_in(house, 8_800, "not late", through + DAY)
    page = house.page(f"books/periods/{through}")
    assert "recorded after it was closed" in page
    assert f"{day_text(through - DAY)} Deposited" in page
    assert "77.00 KES" in page
    assert "88.00 KES" not in page
    url = f"{house.root}/books/periods/{through}/late/export"
    answer = house.finance.post(url, {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert f"{through - DAY},Deposited," in text
    assert text.rstrip().endswith("77.00,KES")


def test_a_day_that_cannot_be_closed_is_refused(portal: Portal) -> None:
    house = given_house(portal)
    through = today() - 40 * DAY
    with connected(portal.url) as engine:
        close_period(engine, house.issuer, SYSTEM, through, reason="long ago")
    before = house.commands()
    for day, said in (
        (today(), "That day is not over yet."),
        (through, "It is closed already, up to"),
        (through - DAY, "It is closed already, up to"),
    ):
        asked = {"through": day.isoformat(), "reason": "end of the month"}
        assert said in house.send("books/periods/close", asked).content.decode(), day
    assert house.commands() == before
    assert closed(house) == [through]


def test_what_was_closed_meanwhile_is_told_to_who_approves(portal: Portal) -> None:
    house = given_house(portal)
    asked = {"through": (today() - 3 * DAY).isoformat(), "reason": "end of the month"}
    command = house.ask("books/periods/close", asked)
    with connected(portal.url) as engine:
        close_period(engine, house.issuer, SYSTEM, today() - 2 * DAY, reason="quicker")
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "if you approve it, it will be refused" in decided
    assert house.approve(command) == "refused"
    page = house.page(f"commands/{command}")
    assert "It is closed already, up to" in page


def test_where_everything_is_closed_nothing_is_asked(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as engine:
        close_period(engine, house.issuer, SYSTEM, today() - DAY, reason="all")
    answer = house.finance.get(f"{house.root}/books/periods/close")
    assert answer.headers["Location"] == f"{house.root}/books/periods"
    assert "everything that is over is closed" in house.page("books/periods")


def test_a_period_that_there_is_not_is_no_page(portal: Portal) -> None:
    house = given_house(portal)
    for day in ("2026-01-01", "2026-02-30", "0000-01-01"):
        assert house.finance.get(f"{house.root}/books/periods/{day}").status_code == 404
