"""Many vouchers changed at once: by list, provision and group, in chunks that count once."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
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

from counterfoil.engine import bulk_chunks
from counterfoil.engine.bulk import (
    begin_bulk,
    bulk_by_id,
    bulk_refusals,
    finish_bulk,
    running_bulks,
)
from counterfoil.engine.bulk_chunks import Bulk
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.importing_vouchers import import_vouchers
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_group(connection, issuer)
    return issuer


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_chunks, "CHUNK_VOUCHERS", 3)
    monkeypatch.setattr(bulk_chunks, "_STRETCH_VOUCHERS", 4)


def done(connection: Connection, issuer: Issuer, bulk: Bulk) -> Bulk:
    *_chunks, last = finish_bulk(connection, issuer, bulk.bulk_id)
    assert last.status == "finished"
    assert running_bulks(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []
    return last


def actives(connection: Connection, issuer: Issuer, count: int) -> list[int]:
    return [given_active(connection, issuer).serial or 0 for _ in range(count)]


def count_of(connection: Connection, what: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])


@pytest.mark.usefixtures("small_chunks")
def test_listed_vouchers_are_changed_and_each_refusal_is_kept(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 8)
    serials = actives(connection, issuer, 7)
    ask(connection, issuer, change(Action.SUSPEND, serials[1]))
    leaves = count_of(connection, "leaf")
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(serials=[*serials, serials[0], serials[-1] + 1, 42]),
        action=Action.SUSPEND,
        reason="lost in the flood",
    )
    assert (bulk.asked, bulk.status, bulk.done) == (9, "running", 0)
    assert running_bulks(connection, issuer) == [bulk.bulk_id]
    last = done(connection, issuer, bulk)
    assert (last.done, last.refused) == (6, 3)
    assert bulk_refusals(connection, issuer, bulk.bulk_id) == [
        (42, "serial_unknown"),
        (serials[1], "suspended"),
        (serials[-1] + 1, "not_preactivated"),
    ]
    assert {state_of(connection, issuer, serial) for serial in serials} == {State.SUSPENDED}
    assert count_of(connection, "leaf") == leaves + 4, "what was asked, and one a chunk"
    row = connection.execute(
        "SELECT actor, reason, client_id, reference FROM operation WHERE serial = %s"
        " ORDER BY operation_id DESC LIMIT 1",
        (serials[0],),
    ).fetchone()
    assert row == ("test", "lost in the flood", 0, f"~bulk:{bulk.bulk_id}:{serials[0]}")


@pytest.mark.usefixtures("small_chunks")
def test_group_means_the_vouchers_its_action_is_for(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 10)
    serials = actives(connection, issuer, 5)
    given_group(connection, issuer, "OTHER")
    given_stock(connection, issuer, 4, group="OTHER")
    other = given_active(connection, issuer, group="OTHER").serial or 0
    given_stock(connection, issuer, 3)
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(group_code="FOOD-AID"),
        action=Action.BLOCK,
        reason="fraud",
    )
    last = done(connection, issuer, bulk)
    assert (last.asked, last.done, last.refused) == (None, 5, 0), "stock is not told of"
    assert {state_of(connection, issuer, serial) for serial in serials} == {State.BLOCKED}
    assert state_of(connection, issuer, other) is State.ACTIVE


@pytest.mark.usefixtures("small_chunks")
def test_group_does_not_mean_imported_vouchers_of_others_in_between(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    given_group(connection, issuer, "OTHER")
    lines = [
        f"{700 + at},1234567{at},{'OTHER' if at % 2 else 'FOOD-AID'},10.00,KES,active,"
        for at in range(8)
    ]
    path = tmp_path / "old.csv"
    path.write_text("\n".join(["serial,number,group,amount,currency,state,expires_at", *lines]))
    import_vouchers(connection, issuer, SYSTEM, path)
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(group_code="FOOD-AID"),
        action=Action.SUSPEND,
        reason="r",
    )
    assert done(connection, issuer, bulk).done == 4
    states = [state_of(connection, issuer, 700 + at) for at in range(8)]
    assert states == [State.SUSPENDED, State.ACTIVE] * 4


@pytest.mark.usefixtures("small_chunks")
def test_provision_is_cancelled_and_its_money_freed(connection: Connection, issuer: Issuer) -> None:
    provision_id = given_stock(connection, issuer, 10)
    first, second, third = actives(connection, issuer, 3)
    ask(connection, issuer, change(Action.SUSPEND, second))
    given_stock(connection, issuer, 2)
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(provision_id=provision_id),
        action=Action.CANCEL,
        reason="ended",
    )
    last = done(connection, issuer, bulk)
    assert (last.done, last.refused) == (9, 1)
    assert bulk_refusals(connection, issuer, bulk.bulk_id) == [(second, "suspended")]
    assert state_of(connection, issuer, first) is State.CANCELLED
    assert state_of(connection, issuer, third) is State.CANCELLED
    assert balances(connection, issuer) == {
        "funding:0": -10_000_000,
        "available:0": 9_997_000,
        "reserved:2": 3000,
    }


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (None, Action.SUSPEND, State.SUSPENDED),
        (Action.SUSPEND, Action.UNSUSPEND, State.ACTIVE),
        (None, Action.BLOCK, State.BLOCKED),
        (Action.BLOCK, Action.UNBLOCK, State.ACTIVE),
        (None, Action.CANCEL, State.CANCELLED),
        (Action.CANCEL, Action.PURGE, State.PURGED),
    ],
)
def test_every_action_works_in_bulk(
    connection: Connection, issuer: Issuer, before: Action | None, action: Action, after: State
) -> None:
    given_stock(connection, issuer, 2)
    serials = actives(connection, issuer, 2)
    if before is not None:
        ask(connection, issuer, *(change(before, serial) for serial in serials))
    bulk = begin_bulk(
        connection, issuer, SYSTEM, Selection(group_code="FOOD-AID"), action=action, reason="r"
    )
    assert done(connection, issuer, bulk).done == 2
    assert {state_of(connection, issuer, serial) for serial in serials} == {after}


def test_group_is_extended(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 2)
    serials = actives(connection, issuer, 2)
    until = datetime.now(UTC) + timedelta(days=700)
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(group_code="FOOD-AID"),
        action=Action.EXTEND,
        reason="the rains came late",
        extend_until=until,
    )
    assert done(connection, issuer, bulk).done == 2
    rows = connection.execute(
        "SELECT DISTINCT expires_at FROM voucher WHERE serial = ANY(%s)", (serials,)
    ).fetchall()
    assert rows == [(until,)]


@pytest.mark.usefixtures("small_chunks")
def test_replacing_a_group_does_not_come_upon_its_own_replacements(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 7)
    serials = actives(connection, issuer, 7)
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(group_code="FOOD-AID"),
        action=Action.REPLACE,
        reason="r",
    )
    assert done(connection, issuer, bulk).done == 7
    assert {state_of(connection, issuer, serial) for serial in serials} == {State.CANCELLED}
    rows = connection.execute(
        "SELECT n.state, count(*) FROM voucher AS v"
        " INNER JOIN voucher AS n ON n.serial = v.replaced_by GROUP BY n.state"
    ).fetchall()
    assert rows == [(State.ACTIVE, 7)]


@pytest.mark.usefixtures("small_chunks")
def test_killed_run_goes_on_where_it_stood(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_stock(connection, issuer, 8)
    serials = actives(connection, issuer, 8)
    bulk = begin_bulk(
        connection, issuer, SYSTEM, Selection(serials=serials), action=Action.SUSPEND, reason="r"
    )
    with connected(database) as doomed:
        run = finish_bulk(doomed, open_issuer(doomed, issuer.code, provider), bulk.bulk_id)
        assert next(run).done == 3
    assert running_bulks(connection, issuer) == [bulk.bulk_id]
    last = done(connection, issuer, bulk_by_id(connection, issuer, bulk.bulk_id))
    assert (last.done, last.refused) == (8, 0)
    assert list(finish_bulk(connection, issuer, bulk.bulk_id)) == [last], "nothing more to do"


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("action", [Action.SUSPEND, Action.EXTEND])
def test_two_processes_on_one_bulk_do_each_chunk_once(
    connection: Connection,
    database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    action: Action,
) -> None:
    given_stock(connection, issuer, 30)
    actives(connection, issuer, 30)
    until = datetime.now(UTC) + timedelta(days=700) if action is Action.EXTEND else None
    bulk = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(group_code="FOOD-AID"),
        action=action,
        reason="r",
        extend_until=until,
    )
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with connected(database) as own:
                for _step in finish_bulk(
                    own, open_issuer(own, issuer.code, provider), bulk.bulk_id
                ):
                    pass
        except BaseException as error:  # noqa: BLE001 shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    last = bulk_by_id(connection, issuer, bulk.bulk_id)
    assert (last.status, last.done, last.refused) == ("finished", 30, 0)
    assert count_of(connection, f"operation WHERE action = {action.value}") == 30
    assert check(connection, issuer.issuer_id) == []


def test_same_reference_is_the_same_bulk(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 1)
    serials = actives(connection, issuer, 1)

    def begin(reason: str) -> Bulk:
        return begin_bulk(
            connection,
            issuer,
            SYSTEM,
            Selection(serials=serials),
            action=Action.SUSPEND,
            reason=reason,
            reference="once",
        )

    assert begin("r") == begin("r")
    with pytest.raises(ConflictError, match="another bulk"):
        begin("another reason")
    assert count_of(connection, "bulk") == 1


def test_what_cannot_be_asked_is_refused_and_changes_nothing(
    connection: Connection, issuer: Issuer
) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    late = datetime.now(UTC) - timedelta(days=1)

    def refused(match: str, selected: Selection | None = None, **asked: object) -> None:
        arguments = {"action": Action.SUSPEND, "reason": "r"} | asked
        selection = Selection(serials=[1]) if selected is None else selected
        with pytest.raises((ConflictError, NotFoundError), match=match):
            begin_bulk(connection, issuer, SYSTEM, selection, **arguments)  # type: ignore[arg-type]

    refused("one of these", Selection())
    refused("one of these", Selection(serials=[1], provision_id=1))
    refused("between 1 and", Selection(serials=[]))
    refused("by expire", action=Action.EXPIRE)
    refused("reason", reason=" ")
    refused("until when", action=Action.EXTEND)
    refused("until when", extend_until=soon)
    refused("a time to come", action=Action.EXTEND, extend_until=late)
    refused("no group", Selection(group_code="NONE"))
    refused("no provision", Selection(provision_id=99))
    assert count_of(connection, "bulk") == 0
    with pytest.raises(NotFoundError, match="no bulk"):
        bulk_by_id(connection, issuer, 1)


def test_redeeming_vouchers_are_told_of(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, "NOW", settlement="instant", denominations=())
    voucher = given_active(connection, issuer, group="NOW")
    ask(connection, issuer, redemption(voucher.number or ""))
    bulk = begin_bulk(
        connection, issuer, SYSTEM, Selection(group_code="NOW"), action=Action.SUSPEND, reason="r"
    )
    assert done(connection, issuer, bulk).refused == 1
    assert bulk_refusals(connection, issuer, bulk.bulk_id) == [
        (voucher.serial, "payment_in_progress")
    ]
