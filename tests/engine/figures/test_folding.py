"""Everything is folded once: in one go, in small pieces, by several at once, after a kill."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.busy_life import given_busy_life
from tests.engine.figures.given import (
    drawn,
    everything,
    given_organisation,
    given_sale,
    wrong_figures,
)
from tests.given import SYSTEM, ask, change, given_issuer, redemption

from counterfoil.engine.database import Connection, connect, connected
from counterfoil.engine.figures.folding import catch_up, fold_figures, rows_behind
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action

WORKERS = 4


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    """With a busy life, and an organisation that has one, too."""
    issuer = given_busy_life(connection, provider)
    allocation_id = given_sale(
        connection, issuer, given_organisation(connection, issuer), quantity=8
    )
    for action in (Action.SUSPEND, Action.REPLACE, Action.CANCEL, Action.BLOCK):
        serial = drawn(connection, issuer, allocation_id).serial or 0
        ask(connection, issuer, change(action, serial))
    ask(connection, issuer, redemption(drawn(connection, issuer, allocation_id).number or ""))
    return issuer


def forget(connection: Connection) -> None:
    for table in (
        "figure",
        "allocation_count",
        "figure_range",
        "figure_cursor",
        "redemption",
        "redeemed_where",
    ):
        connection.execute(f"DELETE FROM {table}")
    connection.commit()


@pytest.mark.prove
def test_pieces_come_to_the_whole(connection: Connection, issuer: Issuer) -> None:
    catch_up(connection, issuer.issuer_id)
    whole = everything(connection)
    assert len(whole) > 30
    assert wrong_figures(connection) == []
    for rows_max in (1, 7):
        forget(connection)
        catch_up(connection, issuer.issuer_id, rows_max=rows_max)
        assert everything(connection) == whole


def test_figures_are_right_wherever_the_cursor_stands(
    connection: Connection, issuer: Issuer
) -> None:
    while fold_figures(connection, issuer.issuer_id, rows_max=5):
        assert wrong_figures(connection) == []
    assert rows_behind(connection, issuer.issuer_id) == 0


def test_several_workers_fold_everything_once(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    catch_up(connection, issuer.issuer_id)
    whole = everything(connection)
    forget(connection)

    def work(_mine: int) -> None:
        with connected(database) as own:
            catch_up(own, issuer.issuer_id, rows_max=3)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    assert everything(connection) == whole


def test_a_worker_that_is_killed_leaves_nothing(
    connection: Connection,
    database: str,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fold_figures(connection, issuer.issuer_id, rows_max=10)
    before = everything(connection)
    killed = connect(database)

    def dies(package: str, name: str) -> bytes:
        if name == "move_cursor":
            killed.pgconn.finish()
        return statement(package, name)

    monkeypatch.setattr("counterfoil.engine.figures.folding.statement", dies)
    with pytest.raises(Exception, match="closed"):
        fold_figures(killed, issuer.issuer_id)
    monkeypatch.undo()
    assert everything(connection) == before
    catch_up(connection, issuer.issuer_id)
    assert wrong_figures(connection) == []


def test_while_one_folds_another_does_something_else(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    fold_figures(connection, issuer.issuer_id, rows_max=1)
    with connected(database) as other:
        other.execute("SELECT FROM figure_cursor FOR UPDATE")
        assert fold_figures(connection, issuer.issuer_id) == 0
        assert rows_behind(connection, issuer.issuer_id) > 0


def test_folding_waits_for_nobody_who_works(
    connection: Connection, database: str, issuer: Issuer
) -> None:
    with connected(database) as other:
        other.execute("SELECT FROM log_head FOR UPDATE")
        catch_up(connection, issuer.issuer_id)
    assert wrong_figures(connection) == []


def test_issuers_are_told_apart(
    connection: Connection, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    other = given_issuer(connection, provider, code="OTHER", funds="7.00")
    deposit(connection, other, SYSTEM, Money(1, "KES"), reference="more")
    catch_up(connection, other.issuer_id)
    rows = connection.execute(
        "SELECT issuer_id, measure, amount_minor FROM figure WHERE days = 1"
    ).fetchall()
    connection.rollback()
    assert rows == [(other.issuer_id, "deposited", 701)]
    catch_up(connection, issuer.issuer_id)
    assert wrong_figures(connection) == []
