"""What the tables say by now, held against what the auditor says."""

from tests.gateway.histories.world import World

from counterfoil.engine.payouts.reading import RETRIED, Payout, payouts_of, run_of


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
