"""What the worker does for the portal: rounds that one another's trouble does not stop."""

from threading import Event, Thread

import pytest
from tests.portal.conftest import Portal

from counterfoil.portal.configuration import Serving
from counterfoil.portal.upkeep import Round, go_round, rounds


def test_people_are_told_whether_or_not_the_portal_has_a_name(portal: Portal) -> None:  # noqa: ARG001
    alone = {each.name for each in rounds(Serving())}
    assert alone == {
        "ends of commands",
        "requests of systems",
        "purchases",
        "handovers",
        "numbers not fetched",
        "redemptions of the day",
        "cancelled vouchers",
        "low stocks",
        "banks",
        "digests",
        "old mails",
        "old notifications",
    }
    named = rounds(Serving(hosts=("vouchers.example.org",)))
    assert {each.name for each in named} - alone == {"merchants and organisations"}
    for each in named:
        each.turn()


def test_a_round_that_fails_stops_no_other_and_is_tried_again(
    portal: Portal,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    stopping, done = Event(), []

    def fails() -> None:
        done.append("fails")
        raise ValueError("amina@example.org")

    def works() -> None:
        done.append("works")
        if len(done) >= 4:
            stopping.set()

    due = [Round("fails", fails, 0), Round("works", works, 0), Round("late", works, 3600)]
    thread = Thread(target=go_round, args=(due, stopping))
    thread.start()
    thread.join(20)
    assert done == ["fails", "works", "works", "fails", "works"]
    assert "amina" not in capsys.readouterr().out
