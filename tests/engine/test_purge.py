"""Retention: what may identify goes when its time has come, what proves stays."""

import threading

import pytest
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.purge import purge_retained
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

BEFORE_PURGES = "SELECT max(operation_id) FROM operation"


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    given_group(connection, issuer, "NOW", settlement="instant", denominations=())
    given_stock(connection, issuer, 20)
    return issuer


def given_age(database: str, days: int, *, up_to: int | None = None) -> None:
    """Everything recorded so far happened that long ago. Only the owner may touch the journal."""
    with connect_as_owner(database) as owner:
        owner.execute(
            "UPDATE operation SET at = at - make_interval(days => %s)"
            " WHERE operation_id <= coalesce(%s::bigint, operation_id)",
            (days, up_to),
        )


def secrets_of(connection: Connection, *serials: int) -> tuple[int, int]:
    """How many sealed numbers and comments are left of these vouchers."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM voucher_secret WHERE serial = ANY(%(serials)s)),"
        " (SELECT count(*) FROM voucher_comment WHERE serial = ANY(%(serials)s))",
        {"serials": list(serials)},
    ).fetchone()
    connection.rollback()
    assert row is not None
    return row[0], row[1]


def given_each_end(connection: Connection, issuer: Issuer) -> dict[int, State]:
    """A voucher ended in every way, and how."""
    ends: dict[int, State] = {}
    draw = Preactivate(
        caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID", comment="for Amina"
    )
    (drawn,) = ask(connection, issuer, draw)
    ask(connection, issuer, change(Action.CANCEL, drawn.serial or 0))
    ends[drawn.serial or 0] = State.CANCELLED
    spent = given_active(connection, issuer)
    ask(connection, issuer, redemption(spent.number or ""))
    ends[spent.serial or 0] = State.REDEEMED
    paid = given_active(connection, issuer, group="NOW")
    (reserved,) = ask(connection, issuer, redemption(paid.number or ""))
    ask(connection, issuer, finish(reserved, completed=True))
    ends[paid.serial or 0] = State.REDEEMED
    replaced = given_active(connection, issuer)
    ask(connection, issuer, change(Action.REPLACE, replaced.serial or 0))
    ends[replaced.serial or 0] = State.CANCELLED
    for column in ("expires_at", "hold_until"):
        over = preactivate(connection, issuer).serial or 0
        connection.execute(
            f"UPDATE voucher SET {column} = now() - interval '1 second' WHERE serial = %s", (over,)
        )
        connection.commit()
        ask(connection, issuer, change(Action.EXPIRE, over))
        ends[over] = State.EXPIRED if column == "expires_at" else State.CANCELLED
    return ends


def purge_all(connection: Connection, issuer: Issuer, limit: int = 7) -> int:
    done = 0
    while rows := purge_retained(connection, issuer, limit=limit):
        done += rows
    return done


def test_every_end_is_purged_when_its_time_has_come(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    ends = given_each_end(connection, issuer)
    alive = given_active(connection, issuer).serial or 0
    before = balances(connection, issuer)
    assert secrets_of(connection, *ends) == (len(ends), 1)
    assert purge_all(connection, issuer) == 0, "too young"
    given_age(database, 366)
    assert purge_all(connection, issuer) > 0
    rows = connection.execute(
        "SELECT serial, state, prior_state, amount_minor FROM voucher WHERE serial = ANY(%s)",
        (list(ends),),
    ).fetchall()
    assert {row[0]: row[1:] for row in rows} == {
        serial: (State.PURGED, state, 1000) for serial, state in ends.items()
    }
    assert secrets_of(connection, *ends) == (0, 0)
    assert secrets_of(connection, alive) == (1, 0)
    assert state_of(connection, issuer, alive) is State.ACTIVE
    assert balances(connection, issuer) == before
    assert check(connection, issuer.issuer_id) == []
    assert purge_all(connection, issuer) == 0


def test_purged_voucher_still_says_that_it_was_redeemed(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    voucher = given_active(connection, issuer)
    ask(connection, issuer, redemption(voucher.number or ""))
    given_age(database, 366)
    purge_all(connection, issuer)
    assert state_of(connection, issuer, voucher.serial or 0) is State.PURGED
    (again,) = ask(connection, issuer, redemption(voucher.number or ""))
    assert again.outcome is Outcome.ALREADY_REDEEMED


def test_only_what_is_old_enough_goes(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    old = given_active(connection, issuer)
    ask(connection, issuer, redemption(old.number or ""))
    row = connection.execute(BEFORE_PURGES).fetchone()
    connection.rollback()
    assert row is not None
    young = given_active(connection, issuer)
    ask(connection, issuer, redemption(young.number or ""))
    given_age(database, 366, up_to=row[0])
    assert purge_all(connection, issuer) == row[0]
    assert state_of(connection, issuer, old.serial or 0) is State.PURGED
    assert state_of(connection, issuer, young.serial or 0) is State.REDEEMED
    given_age(database, 366)
    purge_all(connection, issuer)
    assert state_of(connection, issuer, young.serial or 0) is State.PURGED


def test_retention_counts_from_the_payment_not_from_the_reservation(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    paid = given_active(connection, issuer, group="NOW")
    (reserved,) = ask(connection, issuer, redemption(paid.number or ""))
    given_age(database, 366)
    ask(connection, issuer, finish(reserved, completed=True))
    purge_all(connection, issuer)
    assert state_of(connection, issuer, paid.serial or 0) is State.REDEEMED
    given_age(database, 366)
    purge_all(connection, issuer)
    assert state_of(connection, issuer, paid.serial or 0) is State.PURGED


def test_voucher_purged_by_hand_is_passed_over(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    serial = given_active(connection, issuer).serial or 0
    ask(connection, issuer, change(Action.CANCEL, serial), change(Action.PURGE, serial))
    given_age(database, 366)
    purge_all(connection, issuer)
    rows = connection.execute(
        "SELECT count(*) FROM operation WHERE action = %s", (Action.PURGE,)
    ).fetchone()
    assert rows == (1,)


def test_two_at_once_purge_each_voucher_once(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    for _ in range(15):
        voucher = given_active(connection, issuer)
        ask(connection, issuer, redemption(voucher.number or ""))
    given_age(database, 366)

    def work() -> None:
        with connected(database) as own:
            purge_all(own, open_issuer(own, issuer.code, provider), limit=5)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = connection.execute(
        "SELECT count(*), count(DISTINCT serial) FROM operation WHERE action = %s", (Action.PURGE,)
    ).fetchone()
    assert rows == (15, 15)
    assert check(connection, issuer.issuer_id) == []
