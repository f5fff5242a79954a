"""Runs begin when their terms say so, and pay nobody whose terms ended meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from tests.contention import Onlooker
from tests.engine.payouts.given import WIDE, given_preview, given_redeemed, given_shops, read_run
from tests.given import SYSTEM

from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.counting import begin_due_runs, begin_run, count_run
from counterfoil.engine.payouts.sending import drop_run
from counterfoil.engine.payouts.terms import TermsDesign, end_terms, set_terms, terms_of
from counterfoil.keys.provider import LocalKeyProvider

ASHA: Final = 1  # tests.given.SHOP


def _terms(connection: Connection, issuer: Issuer, design: TermsDesign, version: int = 1) -> int:
    return set_terms(connection, issuer, SYSTEM, design, expected_version=version)


def test_a_run_whose_terms_end_before_it_is_counted_pays_nobody(
    connection: Connection, issuer: Issuer
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    own = _terms(connection, issuer, TermsDesign(funding_account_id=1, acceptor_id=ASHA), version=0)
    run_id = begin_run(connection, issuer, SYSTEM, own)
    end_terms(connection, issuer, SYSTEM, own)
    assert count_run(connection, issuer, run_id)
    assert read_run(connection, issuer, run_id).status == "dropped"
    assert given_preview(connection, issuer).net_minor == 1000, "the wider terms count again"


def test_a_cycle_begins_its_run_at_the_cut_off_and_goes_on_to_the_next(
    connection: Connection, issuer: Issuer
) -> None:
    _terms(connection, issuer, TermsDesign(funding_account_id=1, cycle=Cycle.DAILY))
    given_redeemed(connection, issuer, ASHA, 100)
    assert begin_due_runs(connection, issuer) == []
    connection.execute(
        "UPDATE payout_terms SET next_cut_off_at = now() WHERE issuer_id = %s", (issuer.issuer_id,)
    )
    connection.commit()
    (run_id,) = begin_due_runs(connection, issuer)
    assert begin_due_runs(connection, issuer) == []
    assert count_run(connection, issuer, run_id)
    assert read_run(connection, issuer, run_id).net_minor == 100
    (terms,) = terms_of(connection, issuer.issuer_id)
    connection.rollback()
    assert terms.next_cut_off_at is not None
    assert terms.next_cut_off_at > read_run(connection, issuer, run_id).made_at


@pytest.mark.parametrize("is_ended", [False, True], ids=["begun by hand", "ended"])
def test_terms_that_are_not_due_any_more_keep_no_others_waiting(
    connection: Connection,
    shared_database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    onlooker: Onlooker,
    *,
    is_ended: bool,
) -> None:
    """Both are due when a worker looks; the first is not when it comes to begin a run of it."""
    own = _terms(connection, issuer, TermsDesign(funding_account_id=1, acceptor_id=ASHA), version=0)
    _terms(
        connection,
        issuer,
        TermsDesign(funding_account_id=1, acceptor_id=ASHA, cycle=Cycle.DAILY),
    )
    _terms(connection, issuer, TermsDesign(funding_account_id=1, cycle=Cycle.DAILY))
    connection.execute(
        "UPDATE payout_terms SET next_cut_off_at = now() - terms_id * interval '1 second'"
        " WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    connection.commit()
    issuer.begin(connection)
    with connected(shared_database) as other, ThreadPoolExecutor(1) as pool:
        begun = pool.submit(begin_due_runs, other, open_issuer(other, issuer.code, provider))
        onlooker.wait_until_blocked(other)
        if is_ended:
            end_terms(connection, issuer, SYSTEM, own)
        else:
            begin_run(connection, issuer, SYSTEM, own)
        (run_id,) = begun.result()
    assert read_run(connection, issuer, run_id).terms_id == WIDE


def test_a_threshold_begins_a_run_when_somebody_is_owed_so_much(
    connection: Connection, issuer: Issuer
) -> None:
    _terms(
        connection,
        issuer,
        TermsDesign(funding_account_id=1, cycle=Cycle.THRESHOLD, threshold_minor=1000),
    )
    (baraka,) = given_shops(connection, issuer, "Baraka")
    given_redeemed(connection, issuer, ASHA, 999)
    assert begin_due_runs(connection, issuer) == []
    given_redeemed(connection, issuer, baraka, 1000)
    (run_id,) = begin_due_runs(connection, issuer)
    assert count_run(connection, issuer, run_id)
    run = read_run(connection, issuer, run_id)
    assert (run.payouts, run.left_out, run.net_minor) == (1, 1, 1000)
    drop_run(connection, issuer, SYSTEM, run_id)
    assert begin_due_runs(connection, issuer) == [], "not again on the same day"
