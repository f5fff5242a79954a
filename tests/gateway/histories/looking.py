"""What the tables say by now, held against what the auditor says."""

from datetime import timedelta
from typing import Final

from tests.gateway.histories.world import World

from counterfoil.engine.payouts.reading import RETRIED, Payout, payouts_of, run_of

SCHEDULER: Final = "system:payouts"
_NEW_RUNS: Final = """
SELECT run_id, terms_id, made_by, cut_off_at, through_at
FROM payout_run WHERE issuer_id = %s AND run_id > %s ORDER BY run_id
"""
_DUE: Final = "SELECT terms_id, next_cut_off_at FROM payout_terms WHERE issuer_id = %s AND applies"


def assert_due(world: World) -> None:
    """Each cycle cuts off next when the auditor says."""
    rows = world.people.connection.execute(_DUE, (world.people.issuer.issuer_id,)).fetchall()
    world.people.connection.rollback()
    terms = {each: terms.due for each, terms in world.auditor.terms.items() if terms.apply}
    assert dict(rows) == terms


def follow_begun(world: World) -> list[int]:
    """Those that are new, by whomever. The terms by which a worker began one, in its order."""
    auditor, begun = world.auditor, list[int]()
    known = max(auditor.runs, default=0)
    whose = (world.people.issuer.issuer_id, known)
    rows = world.people.connection.execute(_NEW_RUNS, whose).fetchall()
    world.people.connection.rollback()
    for run_id, terms_id, made_by, cut_off_at, through_at in rows:
        terms = auditor.terms[terms_id]
        if made_by == SCHEDULER:
            begun.append(terms_id)
            auditor.begin_due(run_id, terms_id)
        else:
            auditor.begin(run_id, terms_id)
        assert cut_off_at - through_at == timedelta(hours=terms.hours)
        through, number = auditor.runs[run_id].through
        late = through_at - through
        assert timedelta(0) <= late < timedelta(minutes=10) if number else not late
    assert_due(world)
    return begun


def follow_switched(world: World, *, is_done: bool) -> None:
    """The shops whose other bank data counts by now, in one transaction."""
    rows = world.people.connection.execute(
        "SELECT acceptor_id FROM acceptor WHERE issuer_id = %s AND next_from IS NOT NULL",
        (world.people.issuer.issuer_id,),
    ).fetchall()
    world.people.connection.rollback()
    over, waiting = world.auditor.cooled_off(), {shop for (shop,) in rows}
    assert not over & waiting or (over <= waiting and not is_done)
    if not over & waiting:
        world.auditor.switch(over)
    assert waiting == {each for each, shop in world.auditor.shops.items() if shop.waits}


def follow_counted(world: World, failed: set[tuple[int, int]]) -> None:
    for run_id in world.auditor.runs_at("counting"):
        if step_of(world, run_id)[0] != "counting":
            world.auditor.count(run_id, failed)
            assert_counted(world, run_id)


def assert_counted(world: World, run_id: int) -> None:
    run = world.auditor.runs[run_id]
    assert step_of(world, run_id)[0] == run.step
    found = {
        each.acceptor_id: (
            *(each.gross_minor, each.refunded_minor, each.commission_minor + each.fee_minor),
            *(each.account, each.rail, each.left_out),
        )
        for each in read_payouts(world, run_id)
    }
    expected = {
        shop: (page.gross, page.back, page.kept, page.account, page.rail, page.why)
        for shop, page in run.pages.items()
    }
    assert found == expected, f"run {run_id} was counted in another way"


def follow_sending(world: World, run_id: int) -> None:
    """As far as the workers came, in chunks that are whole."""
    run, found = world.auditor.runs[run_id], step_of(world, run_id)
    while (run.step, run.sent_to) != found:
        assert run.step == "sending", found
        world.auditor.send(run_id)
    told = {each.acceptor_id: each.left_out for each in read_payouts(world, run_id)}
    assert told == {shop: page.why for shop, page in run.pages.items()}


def step_of(world: World, run_id: int) -> tuple[str, int]:
    run = run_of(world.people.connection, world.people.issuer, run_id)
    world.people.connection.rollback()
    return "sent" if run.status == "ended" else run.status, run.sent_to


def read_payouts(world: World, run_id: int) -> list[Payout]:
    payouts = payouts_of(world.people.connection, world.people.issuer, run_id)
    world.people.connection.rollback()
    return payouts


def failed_payouts(world: World) -> set[tuple[int, int]]:
    rows = world.people.connection.execute(
        "SELECT run_id, acceptor_id FROM payout WHERE issuer_id = %s AND status = ANY(%s)",
        (world.people.issuer.issuer_id, list(RETRIED)),
    ).fetchall()
    world.people.connection.rollback()
    return {(run_id, shop) for run_id, shop in rows}
