"""Guessing numbers: who misses waits, who does not is served, and a guessed secret is locked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.guessing import CLIENT_BUDGETS, Guard, Guesser, is_guess, record_misses
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome, Redeem
from counterfoil.keys.numbers import number_hash
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

ASHA = Guesser(client_id=1, acceptor_id=1)
BABA = Guesser(client_id=1, acceptor_id=2)


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_settings(connection, issuer, miss_budget=3, secret_tries=3)
    return issuer


def given_settings(connection: Connection, issuer: Issuer, **settings: int) -> None:
    for name, value in settings.items():
        connection.execute(f"UPDATE issuer_setting SET {name} = %s", (value,))
    issuer.refresh(connection, issuer.catalogue.version)
    connection.commit()


def given_secret(connection: Connection, issuer: Issuer, secret: str) -> int:
    """An active voucher whose short secret counts only with its serial: that serial."""
    given_stock(connection, issuer, 1)
    serial = given_active(connection, issuer).serial or 0
    connection.execute(
        "UPDATE voucher SET number_hash = %s, with_serial = TRUE WHERE serial = %s",
        (number_hash(issuer.keys, secret, serial), serial),
    )
    connection.commit()
    return serial


def secret_redemption(secret: str, serial: int) -> Redeem:
    return Redeem(
        caller=SYSTEM,
        number=secret,
        serial=serial,
        acceptor_name="Asha Stores",
        acceptor_account="ACC-1",
    )


def later(seconds: int) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def test_who_misses_waits_and_who_does_not_is_served(
    connection: Connection, issuer: Issuer
) -> None:
    guard = Guard(issuer)
    for _ in range(2):
        guard.missed(ASHA)
    assert guard.refuses(ASHA) is None
    guard.missed(ASHA)
    assert guard.refuses(ASHA) == 900
    assert guard.refuses(BABA) is None, "the same client, another acceptor"
    guard.keep(connection)
    assert 890 < (guard.refuses(ASHA) or 0) <= 900
    assert guard.refuses(BABA) is None


def test_counts_survive_and_reach_other_processes(connection: Connection, issuer: Issuer) -> None:
    here, there = Guard(issuer), Guard(issuer)
    for _ in range(2):
        here.missed(ASHA)
    here.keep(connection)
    there.missed(ASHA)
    there.keep(connection)
    assert there.refuses(ASHA) is not None
    assert here.refuses(ASHA) is None, "not read yet"
    here.keep(connection)
    assert here.refuses(ASHA) is not None
    fresh = Guard(issuer)
    fresh.keep(connection)
    assert fresh.refuses(ASHA) is not None
    rows = connection.execute(
        "SELECT subject_kind, subject, misses FROM miss ORDER BY 1, 2"
    ).fetchall()
    assert rows == [("acceptor", "1", 3), ("client", "1", 3), ("issuer", "", 3)]


def test_window_ends_and_a_new_one_begins(connection: Connection, issuer: Issuer) -> None:
    guard = Guard(issuer)
    for _ in range(3):
        guard.missed(ASHA)
    guard.keep(connection)
    assert guard.refuses(ASHA) is not None
    assert Guard(issuer, clock=later(901)).refuses(ASHA) is None
    connection.execute("UPDATE miss SET window_start = now() - interval '901 seconds'")
    connection.commit()
    guard.keep(connection)
    assert guard.refuses(ASHA) is None
    guard.missed(ASHA)
    guard.keep(connection)
    rows = connection.execute("SELECT DISTINCT misses FROM miss").fetchall()
    assert rows == [(1,)]


def test_terminal_has_a_budget_of_its_own(issuer: Issuer) -> None:
    guard = Guard(issuer)
    given = [Guesser(client_id=1, acceptor_id=1, terminal=name) for name in ("T1", "T2")]
    guard.missed(given[0])
    guard.missed(given[1])
    assert guard.refuses(given[0]) is None
    guard.missed(given[0])
    assert guard.refuses(Guesser(client_id=1, acceptor_id=1)) is not None
    other = Guesser(client_id=1, acceptor_id=2, terminal="T1")
    assert guard.refuses(other) is None, "a terminal belongs to its acceptor"


def test_made_up_acceptors_share_one_budget_of_their_client(issuer: Issuer) -> None:
    guard = Guard(issuer)
    for _ in range(3):
        guard.missed(Guesser(client_id=7, acceptor_id=None))
    assert guard.refuses(Guesser(client_id=7, acceptor_id=None)) is not None
    assert guard.refuses(Guesser(client_id=8, acceptor_id=None)) is None
    assert guard.refuses(Guesser(client_id=7, acceptor_id=1)) is None


def test_client_has_a_wider_budget_for_all_its_acceptors(issuer: Issuer) -> None:
    guard = Guard(issuer)
    for number in range(3 * CLIENT_BUDGETS):
        assert guard.refuses(Guesser(client_id=1, acceptor_id=1000)) is None
        guard.missed(Guesser(client_id=1, acceptor_id=number + 1))
    assert guard.refuses(Guesser(client_id=1, acceptor_id=1000)) is not None
    assert guard.refuses(Guesser(client_id=2, acceptor_id=1000)) is None


def test_issuer_total_raises_an_alert_once_and_halves_only_the_budgets_of_who_misses(
    connection: Connection, issuer: Issuer
) -> None:
    given_settings(connection, issuer, issuer_miss_budget=5, miss_budget=4)
    told: list[int] = []
    guard = Guard(issuer, alert=told.append)
    guard.missed(ASHA)
    guard.missed(ASHA)
    assert guard.refuses(ASHA) is None
    for number in range(4):
        guard.missed(Guesser(client_id=number + 10, acceptor_id=number + 10))
    with capture_logs() as logs:
        guard.keep(connection)
        guard.keep(connection)
    assert told == [6]
    assert [entry["event"] for entry in logs] == ["guessing.issuer_budget_exceeded"]
    assert guard.refuses(ASHA) is not None, "two of four misses are two of two now"
    assert guard.refuses(BABA) is None
    assert guard.refuses(Guesser(client_id=10, acceptor_id=10)) is None, "one miss is below half"


def test_only_unknown_numbers_are_guesses(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 1)
    number = given_active(connection, issuer).number or ""
    done, used, unknown = ask(
        connection, issuer, redemption(number), redemption(number), redemption("1" * 18)
    )
    assert [is_guess(a.outcome) for a in (done, used, unknown)] == [False, False, True]
    assert {outcome for outcome in Outcome if is_guess(outcome)} == {
        Outcome.NUMBER_UNKNOWN,
        Outcome.SECRET_WRONG,
    }


def test_wrong_secret_is_told_from_an_unknown_number(
    connection: Connection, issuer: Issuer
) -> None:
    serial = given_secret(connection, issuer, "4711")
    bearer = given_secret(connection, issuer, "4711") + 1
    given_stock(connection, issuer, 1)
    given_active(connection, issuer)
    before = balances(connection, issuer)
    wrong, elsewhere, of_a_bearer, without = ask(
        connection,
        issuer,
        secret_redemption("4712", serial),
        secret_redemption("4711", 99),
        secret_redemption("4711", bearer),
        redemption("4711"),
    )
    assert (wrong.outcome, wrong.serial) == (Outcome.SECRET_WRONG, serial)
    assert wrong.state is None, "nothing is told of a voucher to who does not know its secret"
    assert elsewhere.outcome is Outcome.NUMBER_UNKNOWN
    assert of_a_bearer.outcome is Outcome.NUMBER_UNKNOWN
    assert without.outcome is Outcome.NUMBER_UNKNOWN
    assert balances(connection, issuer) == before
    (right,) = ask(connection, issuer, secret_redemption("4711", serial))
    assert right.outcome is Outcome.DONE


def test_guessed_secret_blocks_its_voucher_and_unblocking_gives_as_many_tries(
    connection: Connection, issuer: Issuer
) -> None:
    serial = given_secret(connection, issuer, "4711")
    guard = Guard(issuer)
    guessers = [Guesser(client_id=1, acceptor_id=n, serial=serial) for n in range(1, 7)]
    for guesser in guessers[:2]:
        guard.missed_secret(guesser)
        assert guard.keep(connection) == []
    guard.missed_secret(guessers[2])
    assert guard.keep(connection) == [serial]
    assert state_of(connection, issuer, serial) is State.BLOCKED
    (right,) = ask(connection, issuer, secret_redemption("4711", serial))
    assert right.outcome is Outcome.BLOCKED
    ask(connection, issuer, change(Action.UNBLOCK, serial))
    for guesser in guessers[3:5]:
        guard.missed_secret(guesser)
        assert guard.keep(connection) == []
    guard.missed_secret(guessers[5])
    assert guard.keep(connection) == [serial]
    assert check(connection, issuer.issuer_id) == []


def test_secret_cannot_be_tried_faster_than_misses_are_kept(
    connection: Connection, issuer: Issuer
) -> None:
    serial = given_secret(connection, issuer, "4711")
    guard = Guard(issuer)
    for number in range(1, 4):
        guard.missed_secret(Guesser(client_id=number, acceptor_id=number, serial=serial))
    assert guard.refuses(Guesser(client_id=9, acceptor_id=9, serial=serial)) == 1
    assert guard.refuses(Guesser(client_id=9, acceptor_id=9, serial=serial + 1)) is None
    assert guard.keep(connection) == [serial]
    assert guard.refuses(Guesser(client_id=9, acceptor_id=9, serial=serial)) is None


def test_secret_cannot_be_tried_many_times_at_once(connection: Connection, issuer: Issuer) -> None:
    serial = given_secret(connection, issuer, "4711")
    guard, guesser = Guard(issuer), Guesser(client_id=1, acceptor_id=1, serial=serial)
    assert not guard.has_seen_misses
    with guard.trying(serial), guard.trying(serial):
        assert guard.refuses(guesser) is None
        with guard.trying(serial):
            assert guard.refuses(guesser) == 1
            assert guard.refuses(Guesser(client_id=1, acceptor_id=1, serial=serial + 1)) is None
        guard.missed_secret(guesser)
        assert guard.refuses(guesser) == 1
    assert guard.refuses(guesser) is None
    guard.keep(connection)


def test_old_misses_are_forgotten_those_of_secrets_last(
    connection: Connection, issuer: Issuer
) -> None:
    record_misses(connection, issuer, [("acceptor", "1"), ("voucher", "5"), ("voucher", "6")])
    connection.execute("UPDATE miss SET window_start = now() - interval '1 hour'")
    connection.execute(
        "UPDATE miss SET window_start = now() - interval '91 days' WHERE subject = '6'"
    )
    connection.commit()
    Guard(issuer).forget(connection)
    rows = connection.execute("SELECT subject_kind, subject FROM miss").fetchall()
    assert rows == [("voucher", "5")]


def test_no_number_reaches_the_log(connection: Connection, issuer: Issuer) -> None:
    serial = given_secret(connection, issuer, "471147114711")
    guard = Guard(issuer)
    with capture_logs() as logs:
        for _ in range(3):
            guard.missed_secret(Guesser(client_id=1, acceptor_id=1, serial=serial))
        guard.keep(connection)
    assert logs
    assert "471147114711" not in str(logs)
