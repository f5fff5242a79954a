"""A programme is closed: what is left of it ends, its money is free, acceptors keep what they
earned; worked off in chunks that count once, whoever does them and however often they are killed.
"""

import threading
from pathlib import Path

import pytest
from tests.busy_life import make_due
from tests.contention import Onlooker
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    preactivate,
    redemption,
    state_of,
)
from tests.programmes import given_one_of_each, report, work_off

from counterfoil.engine import bulk_chunks
from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.check import check
from counterfoil.engine.configuration import pause_provision, resume_provision
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.due import sweep_due
from counterfoil.engine.groups import turn_group
from counterfoil.engine.importing_vouchers import import_vouchers
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.programme_figures import Holding, Pile
from counterfoil.engine.programme_preview import StepWarning, Warned, step_preview
from counterfoil.engine.programme_steps import closing_bulks, step_programme
from counterfoil.engine.provision import begin_provision, finish_provision, provision_by_id
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action, State

CLOSED = ProgrammeStatus.CLOSED


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider)
    given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    return issuer


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_chunks, "CHUNK_VOUCHERS", 3)
    monkeypatch.setattr(bulk_chunks, "_STRETCH_VOUCHERS", 4)


def close(connection: Connection, issuer: Issuer) -> None:
    step_programme(
        connection,
        issuer,
        SYSTEM,
        "WINTER",
        CLOSED,
        expected_status="claims_closed",
        reason="the winter is over",
    )


def states(connection: Connection, group: str) -> dict[State, int]:
    rows = connection.execute(
        "SELECT v.state, count(*) FROM voucher v JOIN voucher_group g USING (issuer_id, group_id)"
        " WHERE g.code = %s GROUP BY v.state ORDER BY v.state",
        (group,),
    ).fetchall()
    connection.rollback()
    return {State(state): vouchers for state, vouchers in rows}


def test_closing_ends_what_is_open_and_leaves_the_rest(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 2)
    other = given_active(connection, issuer)
    given_one_of_each(connection, issuer)
    given_step(connection, issuer, ProgrammeStatus.CLAIMS_CLOSED)
    before = balances(connection, issuer)
    assert before["reserved:2"] == 6000
    close(connection, issuer)
    assert balances(connection, issuer) == before, "chunk by chunk, and not at once"
    assert issuer.catalogue.groups["COAT"].status == "closed"
    work_off(connection, issuer)
    assert states(connection, "COAT") == {
        State.REDEEMED: 1,
        State.CANCELLED: 3,
        State.EXPIRED: 5,
        State.PURGED: 1,
    }
    assert balances(connection, issuer) == {
        "funding:0": -10_000_000,
        "available:0": 9_996_000,
        "payable:1": 2000,
        "reserved:3": 2000,
    }
    assert states(connection, "FOOD-AID") == {State.STOCKED: 1, State.ACTIVE: 1}
    assert state_of(connection, issuer, other.serial or 0) is State.ACTIVE
    assert [(b.action, b.done, b.refused) for b in closing_bulks(connection, issuer, "WINTER")] == [
        (Action.CANCEL, 2, 0),
        (Action.EXPIRE, 4, 0),
    ]
    assert check(connection) == []


def test_a_closed_programme_takes_and_gives_nothing(connection: Connection, issuer: Issuer) -> None:
    given_stock(connection, issuer, 4, group="COAT")
    held = given_active(connection, issuer, group="COAT")
    given_step(connection, issuer, CLOSED)
    serial, number = held.serial or 0, held.number or ""
    draw = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="COAT")
    answers = ask(connection, issuer, draw, redemption(number), change(Action.REPLACE, serial))
    assert [each.outcome for each in answers] == [
        Outcome.GROUP_UNKNOWN,
        Outcome.REDEMPTION_CLOSED,
        Outcome.SALES_CLOSED,
    ]
    money = Money(1000, "KES")
    for refused in (
        lambda: begin_provision(
            connection, issuer, SYSTEM, group_code="COAT", money=money, count=1
        ),
        lambda: given_group(connection, issuer, "HAT", programme="WINTER"),
        lambda: turn_group(connection, issuer, SYSTEM, "COAT", "open", reason="r"),
    ):
        with pytest.raises(ConflictError, match="closed"):
            refused()
    for action in (Action.SUSPEND, Action.UNSUSPEND):  # until the closing comes to it
        assert ask(connection, issuer, change(action, serial))[0].outcome is Outcome.DONE
    work_off(connection, issuer)
    assert state_of(connection, issuer, serial) is State.EXPIRED
    answer = ask(connection, issuer, redemption(number))[0]
    assert answer.outcome is Outcome.EXPIRED
    assert check(connection) == []


def test_a_voucher_that_is_being_paid_stops_the_closing(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "NOW", settlement="instant", programme="WINTER")
    given_stock(connection, issuer, 2, group="NOW")
    paying = [given_active(connection, issuer, group="NOW") for _ in range(2)]
    reserved = ask(connection, issuer, *(redemption(each.number or "") for each in paying))
    given_step(connection, issuer, ProgrammeStatus.CLAIMS_CLOSED)
    before = balances(connection, issuer)
    preview = step_preview(connection, issuer.issuer_id, "WINTER", "closed")
    assert preview.warnings == (StepWarning(Warned.STILL_PAYING, Pile(2, 2000), stops=True),)
    assert not preview.is_possible
    with pytest.raises(ConflictError, match="2 vouchers of WINTER are still being paid"):
        close(connection, issuer)
    assert balances(connection, issuer) == before
    assert issuer.catalogue.programmes["WINTER"].status == "claims_closed"
    assert closing_bulks(connection, issuer, "WINTER") == []
    ask(connection, issuer, finish(reserved[0], completed=True))
    ask(connection, issuer, finish(reserved[1], completed=False, reason="no_funds"))
    close(connection, issuer)
    work_off(connection, issuer)
    assert states(connection, "NOW") == {State.REDEEMED: 1, State.EXPIRED: 1}
    assert balances(connection, issuer) == {"funding:0": -9_999_000, "available:0": 9_999_000}
    assert report(connection, issuer).is_finished
    assert check(connection) == []


@pytest.mark.usefixtures("small_chunks")
def test_a_closing_that_was_killed_goes_on_where_it_stood(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_stock(connection, issuer, 20, group="COAT")
    for _ in range(8):
        given_active(connection, issuer, group="COAT")
    given_step(connection, issuer, CLOSED)
    for bulk_id in running_bulks(connection, issuer):
        with connected(database) as doomed:
            run = finish_bulk(doomed, open_issuer(doomed, issuer.code, provider), bulk_id)
            next(run)
    closing = report(connection, issuer).closing
    assert [(work.action, work.done, work.status) for work in closing] == [
        (Action.CANCEL, 3, "running"),
        (Action.EXPIRE, 3, "running"),
    ]
    assert not report(connection, issuer).is_finished
    assert check(connection) == []
    work_off(connection, issuer)
    assert states(connection, "COAT") == {State.CANCELLED: 12, State.EXPIRED: 8}
    assert balances(connection, issuer) == {"funding:0": -10_000_000, "available:0": 10_000_000}
    assert report(connection, issuer).is_finished
    assert check(connection) == []


@pytest.mark.usefixtures("small_chunks")
def test_several_workers_close_each_voucher_once(
    connection: Connection, database: str, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    given_stock(connection, issuer, 40, group="COAT")
    for _ in range(20):
        given_active(connection, issuer, group="COAT")
    given_step(connection, issuer, CLOSED)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with connected(database) as own:
                work_off(own, open_issuer(own, issuer.code, provider))
        except BaseException as error:  # noqa: BLE001 shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert states(connection, "COAT") == {State.CANCELLED: 20, State.EXPIRED: 20}
    row = connection.execute("SELECT sum(done), sum(refused) FROM bulk").fetchone()
    assert row == (40, 0)
    assert check(connection) == []


def test_provisions_that_are_not_complete_end_and_free_their_money(
    connection: Connection, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counterfoil.engine.provision.CHUNK_VOUCHERS", 4)
    money = Money(1000, "KES")
    begun = [
        begin_provision(
            connection, issuer, SYSTEM, group_code="COAT", money=money, count=10
        ).provision_id
        for _ in range(2)
    ]
    for provision_id in begun:
        next(finish_provision(connection, issuer, provision_id))
    pause_provision(connection, issuer, SYSTEM, begun[1])
    given_step(connection, issuer, ProgrammeStatus.CLAIMS_CLOSED)
    preview = step_preview(connection, issuer.issuer_id, "WINTER", "closed")
    connection.rollback()
    assert preview.freed_minor == 20_000
    assert preview.money.earmarked_minor == 12_000
    close(connection, issuer)
    assert {provision_by_id(connection, issuer, each).status for each in begun} == {"cancelled"}
    assert balances(connection, issuer) == {
        "funding:0": -10_000_000,
        "available:0": 9_992_000,
        "reserved:2": 8000,
    }
    *_rest, stopped = finish_provision(connection, issuer, begun[0])
    assert (stopped.status, stopped.created) == ("cancelled", 4)
    with pytest.raises(ConflictError):
        resume_provision(connection, issuer, SYSTEM, begun[1])
    work_off(connection, issuer)
    assert balances(connection, issuer) == {"funding:0": -10_000_000, "available:0": 10_000_000}
    row = connection.execute(
        "SELECT amount_minor, subject, reason FROM operation WHERE action = 122"
        " ORDER BY operation_id DESC LIMIT 1"
    ).fetchone()
    assert row == (12_000, "programme:WINTER:closed", "the winter is over")
    assert check(connection) == []


def test_closing_waits_for_the_chunk_that_is_being_made(
    connection: Connection,
    database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    onlooker: Onlooker,
) -> None:
    begun = begin_provision(
        connection, issuer, SYSTEM, group_code="COAT", money=Money(1000, "KES"), count=3
    )
    given_step(connection, issuer, ProgrammeStatus.CLAIMS_CLOSED)
    with connected(database) as maker, connected(database) as closer:
        maker.execute(
            "SELECT 1 FROM provision WHERE provision_id = %s FOR NO KEY UPDATE",
            (begun.provision_id,),
        )
        own = open_issuer(closer, issuer.code, provider)
        thread = threading.Thread(target=close, args=(closer, own))
        thread.start()
        onlooker.wait_until_blocked(closer)
        assert issuer.begin(connection).head.next_leaf > 0, "it waits without the head"
        connection.rollback()
        for _chunk in finish_provision(maker, issuer, begun.provision_id):
            pass
        thread.join()
    assert provision_by_id(connection, issuer, begun.provision_id).status == "ready"
    work_off(connection, issuer)
    assert states(connection, "COAT") == {State.CANCELLED: 3}
    assert check(connection) == []


@pytest.fixture
def imported(connection: Connection, issuer: Issuer, tmp_path: Path) -> None:
    """Vouchers of two programmes whose serials alternate, near and far."""
    given_group(connection, issuer, denominations=(1000, 2500))
    lines = ["serial,number,group,amount,currency,state,expires_at"]
    for first in (700, 9_500_000_000_000_700):
        for at in range(8):
            group, amount = ("COAT", "10.00") if at % 2 else ("FOOD-AID", "25.00")
            state = "active" if at % 4 < 2 else "stocked"
            lines.append(f"{first + at},1234567{first % 9}{at},{group},{amount},KES,{state},")
    path = tmp_path / "old.csv"
    path.write_text("\n".join(lines) + "\n")
    assert import_vouchers(connection, issuer, SYSTEM, path).imported == 16


@pytest.mark.usefixtures("imported", "small_chunks")
def test_closing_ends_imported_vouchers_and_passes_over_those_of_others(
    connection: Connection, issuer: Issuer
) -> None:
    given_step(connection, issuer, CLOSED)
    work_off(connection, issuer)
    assert states(connection, "COAT") == {State.CANCELLED: 4, State.EXPIRED: 4}
    assert states(connection, "FOOD-AID") == {State.STOCKED: 4, State.ACTIVE: 4}
    assert report(connection, issuer).is_finished
    assert check(connection) == []


def test_what_lapsed_before_the_closing_is_cancelled_by_it(
    connection: Connection, issuer: Issuer
) -> None:
    given_stock(connection, issuer, 1, group="COAT")
    serial = preactivate(connection, issuer, group="COAT").serial or 0
    make_due(connection, issuer, serial)
    given_step(connection, issuer, CLOSED)
    work_off(connection, issuer)
    assert state_of(connection, issuer, serial) is State.CANCELLED
    assert sweep_due(connection, issuer) > 0, "it strikes what is noted, and finds nothing due"
    assert check(connection) == []


def test_a_programme_without_vouchers_is_closed_too(connection: Connection, issuer: Issuer) -> None:
    given_step(connection, issuer, CLOSED)
    work_off(connection, issuer)
    final = report(connection, issuer)
    assert final.is_finished
    assert final.holdings == (Holding("COAT", "closed", None, {}),)
    assert check(connection) == []
