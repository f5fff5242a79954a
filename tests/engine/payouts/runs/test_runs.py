"""A run pays every redemption once: previewed, approved as it was shown, sent in chunks."""

from datetime import timedelta
from typing import Final

import pytest
from tests.engine.payouts.given import (
    WIDE,
    given_preview,
    given_redeemed,
    given_sent,
    given_shops,
    read_payments,
    read_payouts,
    read_run,
)
from tests.given import (
    SYSTEM,
    balances,
    given_active,
    given_group,
    given_programme,
)

from counterfoil.engine.bank_data import hold_payouts
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.counting import begin_run, count_run
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.payouts.refunding import refund_redemption
from counterfoil.engine.payouts.sending import (
    approve_run,
    drop_run,
    retry_payout,
    send_chunk,
)
from counterfoil.engine.payouts.terms import TermsDesign, set_terms
from counterfoil.errors import ConflictError, NotFoundError

ASHA: Final = 1  # tests.given.SHOP


def _told(connection: Connection, issuer: Issuer, run_id: int, acceptor_id: int, told: Told) -> int:
    payment_id = read_payments(connection, issuer, run_id, acceptor_id)[-1][0]
    return hear(connection, issuer, SYSTEM, [News(payment_id, told)]).moved


def _terms(connection: Connection, issuer: Issuer, design: TermsDesign, version: int = 1) -> int:
    return set_terms(connection, issuer, SYSTEM, design, expected_version=version)


def test_what_was_redeemed_is_paid_to_the_cent(connection: Connection, issuer: Issuer) -> None:
    (baraka,) = given_shops(connection, issuer, "Baraka")
    given_redeemed(connection, issuer, ASHA, 1000, 250)
    given_redeemed(connection, issuer, baraka, 4000)
    run = given_preview(connection, issuer)
    assert (run.status, run.payouts, run.net_minor, run.left_out) == ("previewed", 2, 5250, 0)
    assert balances(connection, issuer)["payable:1"] == 1250, "a preview moves nothing"
    approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    assert not send_chunk(connection, issuer, run.run_id), "one chunk"
    sent = balances(connection, issuer)
    assert (sent["in_transit:0"], sent.get("payable:1"), sent.get(f"payable:{baraka}")) == (
        5250,
        None,
        None,
    )
    for acceptor_id in (ASHA, baraka):
        assert _told(connection, issuer, run.run_id, acceptor_id, Told.COMPLETED) == 1
    after = balances(connection, issuer)
    assert "in_transit:0" not in after
    assert after["funding:0"] == sent["funding:0"] + 5250
    assert read_run(connection, issuer, run.run_id).status == "ended"


def test_the_next_run_begins_where_the_last_ended(connection: Connection, issuer: Issuer) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    first = given_sent(connection, issuer)
    given_redeemed(connection, issuer, ASHA, 70)
    second = given_sent(connection, issuer)
    assert (first.net_minor, second.net_minor) == (1000, 70)
    empty = begin_run(connection, issuer, SYSTEM, WIDE)
    assert count_run(connection, issuer, empty)
    assert read_run(connection, issuer, empty).status == "dropped", "nothing is owed"


def test_a_run_is_counted_once_and_one_of_its_terms_waits_at_a_time(
    connection: Connection, issuer: Issuer
) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    run = given_preview(connection, issuer)
    assert not count_run(connection, issuer, run.run_id)
    with pytest.raises(ConflictError, match="waits to be approved"):
        begin_run(connection, issuer, SYSTEM, WIDE)
    drop_run(connection, issuer, SYSTEM, run.run_id, reason="a mistake")
    with pytest.raises(ConflictError, match="dropped already"):
        approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    again = given_sent(connection, issuer)
    assert again.net_minor == 1000, "it stays owed"
    with pytest.raises(ConflictError, match="sent already"):
        drop_run(connection, issuer, SYSTEM, again.run_id)


def test_only_what_was_shown_is_approved(connection: Connection, issuer: Issuer) -> None:
    given_redeemed(connection, issuer, ASHA, 1000)
    run = given_preview(connection, issuer)
    with pytest.raises(ConflictError, match="counted anew"):
        approve_run(connection, issuer, SYSTEM, run.run_id, b"another")
    assert not send_chunk(connection, issuer, run.run_id), "not approved"
    assert read_payouts(connection, issuer, run.run_id)[0].status == "listed"


def test_commission_and_fee_are_kept_once(connection: Connection, issuer: Issuer) -> None:
    _terms(
        connection, issuer, TermsDesign(funding_account_id=1, commission_points=250, fee_minor=30)
    )
    given_redeemed(connection, issuer, ASHA, 1000, 999)
    run = given_sent(connection, issuer)
    (payout,) = read_payouts(connection, issuer, run.run_id)
    # 2.5 % of 19.99 is 0.49975
    assert (payout.gross_minor, payout.commission_minor, payout.fee_minor) == (1999, 50, 30)
    assert payout.net_minor == 1919
    assert _told(connection, issuer, run.run_id, ASHA, Told.REJECTED) == 1
    assert balances(connection, issuer)["payable:1"] == 1919
    retry_payout(connection, issuer, SYSTEM, run.run_id, ASHA, reason="again")
    assert _told(connection, issuer, run.run_id, ASHA, Told.COMPLETED) == 1
    assert balances(connection, issuer)["fees:0"] == 80


def test_who_is_held_or_is_owed_too_little_waits(connection: Connection, issuer: Issuer) -> None:
    _terms(connection, issuer, TermsDesign(funding_account_id=1, minimum_minor=500))
    held, small = given_shops(connection, issuer, "Held", "Small")
    given_redeemed(connection, issuer, ASHA, 500)
    given_redeemed(connection, issuer, held, 900)
    given_redeemed(connection, issuer, small, 499)
    hold_payouts(connection, issuer, SYSTEM, held, held=True, reason="a complaint")
    run = given_sent(connection, issuer)
    assert (run.payouts, run.left_out, run.net_minor) == (1, 2, 500)
    assert {p.acceptor_id: p.left_out for p in read_payouts(connection, issuer, run.run_id)} == {
        ASHA: None,
        held: "held",
        small: "minimum",
    }
    hold_payouts(connection, issuer, SYSTEM, held, held=False, reason="settled")
    given_redeemed(connection, issuer, small, 1)
    later = given_sent(connection, issuer)
    assert (later.payouts, later.net_minor) == (2, 1400)


def test_who_is_held_after_the_approval_is_left_out(connection: Connection, issuer: Issuer) -> None:
    (baraka,) = given_shops(connection, issuer, "Baraka")
    given_redeemed(connection, issuer, ASHA, 100)
    given_redeemed(connection, issuer, baraka, 200)
    run = given_preview(connection, issuer)
    approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    hold_payouts(connection, issuer, SYSTEM, baraka, held=True, reason="a complaint")
    assert not send_chunk(connection, issuer, run.run_id)
    after = read_run(connection, issuer, run.run_id)
    assert (after.payouts, after.left_out, after.net_minor) == (1, 1, 100)
    assert balances(connection, issuer)[f"payable:{baraka}"] == 200


def test_what_is_younger_than_the_hold_waits(connection: Connection, issuer: Issuer) -> None:
    _terms(connection, issuer, TermsDesign(funding_account_id=1, hold_hours=1))
    given_redeemed(connection, issuer, ASHA, 100)
    run_id = begin_run(connection, issuer, SYSTEM, WIDE)
    assert count_run(connection, issuer, run_id)
    run = read_run(connection, issuer, run_id)
    assert run.status == "dropped"
    assert run.cut_off_at - run.through_at == timedelta(hours=1)


def test_the_narrowest_terms_count(connection: Connection, issuer: Issuer) -> None:
    """A merchant's own before a programme's before those of the account."""
    winter = given_programme(connection, issuer)
    given_group(connection, issuer, "WINTER-AID", denominations=(), programme="WINTER")
    (own,) = given_shops(connection, issuer, "Own")
    programme_terms = _terms(
        connection,
        issuer,
        TermsDesign(funding_account_id=1, programme_id=winter.programme_id, commission_points=1000),
        version=0,
    )
    own_terms = _terms(
        connection,
        issuer,
        TermsDesign(funding_account_id=1, acceptor_id=own, fee_minor=1),
        version=0,
    )
    for shop in (ASHA, own):
        given_redeemed(connection, issuer, shop, 100)
        given_redeemed(connection, issuer, shop, 1000, group="WINTER-AID")
    nets = {
        terms: given_sent(connection, issuer, terms).net_minor
        for terms in (WIDE, programme_terms, own_terms)
    }
    assert nets == {WIDE: 100, programme_terms: 900, own_terms: 1099}


def test_a_payout_that_failed_or_came_back_is_sent_again_alone(
    connection: Connection, issuer: Issuer
) -> None:
    (baraka,) = given_shops(connection, issuer, "Baraka")
    given_redeemed(connection, issuer, ASHA, 100)
    given_redeemed(connection, issuer, baraka, 200)
    run = given_sent(connection, issuer)
    with pytest.raises(ConflictError, match="is pending"):
        retry_payout(connection, issuer, SYSTEM, run.run_id, baraka)
    for told in (Told.REJECTED, Told.RETURNED):
        assert _told(connection, issuer, run.run_id, baraka, told) == 1
        assert balances(connection, issuer)[f"payable:{baraka}"] == 200
        retry_payout(connection, issuer, SYSTEM, run.run_id, baraka)
        retry_payout_twice = pytest.raises(ConflictError, match="is pending")
        with retry_payout_twice:
            retry_payout(connection, issuer, SYSTEM, run.run_id, baraka)
    assert _told(connection, issuer, run.run_id, baraka, Told.COMPLETED) == 1
    assert [status for _id, status in read_payments(connection, issuer, run.run_id, baraka)] == [
        "rejected",
        "returned",
        "completed",
    ]
    assert read_run(connection, issuer, run.run_id).payouts_open == 1
    assert _told(connection, issuer, run.run_id, ASHA, Told.COMPLETED) == 1
    assert read_run(connection, issuer, run.run_id).status == "ended"


def test_a_refunded_redemption_cancels_out_or_is_netted(
    connection: Connection, issuer: Issuer
) -> None:
    wrong, right = given_redeemed(connection, issuer, ASHA, 300, 1000)
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="the wrong voucher")
    assert balances(connection, issuer)["payable:1"] == 1000
    first = given_sent(connection, issuer)
    (payout,) = read_payouts(connection, issuer, first.run_id)
    assert (payout.gross_minor, payout.refunded_minor, payout.net_minor) == (1300, 300, 1000)
    refund_redemption(connection, issuer, SYSTEM, right, reason="that one too")
    assert balances(connection, issuer)["payable:1"] == -1000, "it owes"
    given_redeemed(connection, issuer, ASHA, 400)
    owing = begin_run(connection, issuer, SYSTEM, WIDE)
    assert count_run(connection, issuer, owing)
    assert read_run(connection, issuer, owing).status == "dropped"
    given_redeemed(connection, issuer, ASHA, 601)
    last = given_sent(connection, issuer)
    (payout,) = read_payouts(connection, issuer, last.run_id)
    assert (payout.gross_minor, payout.refunded_minor, payout.net_minor) == (1001, 1000, 1)
    assert _told(connection, issuer, last.run_id, ASHA, Told.COMPLETED) == 1


def test_a_redemption_is_refunded_once_and_only_if_it_is_one(
    connection: Connection, issuer: Issuer
) -> None:
    (wrong,) = given_redeemed(connection, issuer, ASHA, 300)
    with pytest.raises(ConflictError, match="Say why"):
        refund_redemption(connection, issuer, SYSTEM, wrong, reason="")
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="wrong", reference="R1")
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="wrong", reference="R1")
    with pytest.raises(ConflictError, match="refunded already"):
        refund_redemption(connection, issuer, SYSTEM, wrong, reason="wrong", reference="R2")
    active = given_active(connection, issuer).serial or 0
    with pytest.raises(ConflictError, match="not redeemed"):
        refund_redemption(connection, issuer, SYSTEM, active, reason="wrong")
    with pytest.raises(NotFoundError):
        refund_redemption(connection, issuer, SYSTEM, 1, reason="wrong")
    assert "payable:1" not in balances(connection, issuer)


def test_a_refund_after_the_preview_is_netted_in_the_next_run(
    connection: Connection, issuer: Issuer
) -> None:
    first, _second = given_redeemed(connection, issuer, ASHA, 300, 400)
    run = given_preview(connection, issuer)
    refund_redemption(connection, issuer, SYSTEM, first, reason="wrong")
    approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    assert not send_chunk(connection, issuer, run.run_id)
    assert read_payouts(connection, issuer, run.run_id)[0].net_minor == 700, "as it was approved"
    assert balances(connection, issuer)["payable:1"] == -300
    given_redeemed(connection, issuer, ASHA, 500)
    assert given_sent(connection, issuer).net_minor == 200


def test_what_another_run_has_paid_is_left_out(connection: Connection, issuer: Issuer) -> None:
    """New terms for a merchant, and a run of them, while one of the wide ones waits."""
    given_redeemed(connection, issuer, ASHA, 300)
    wide = given_preview(connection, issuer)
    own = _terms(connection, issuer, TermsDesign(funding_account_id=1, acceptor_id=ASHA), version=0)
    assert given_sent(connection, issuer, own).net_minor == 300
    approve_run(connection, issuer, SYSTEM, wide.run_id, wide.digest or b"")
    assert not send_chunk(connection, issuer, wide.run_id)
    (payout,) = read_payouts(connection, issuer, wide.run_id)
    assert (payout.status, payout.left_out) == ("left_out", "changed")
    after = read_run(connection, issuer, wide.run_id)
    assert (after.status, after.payouts, after.net_minor) == ("ended", 0, 0)
    assert balances(connection, issuer)["in_transit:0"] == 300
