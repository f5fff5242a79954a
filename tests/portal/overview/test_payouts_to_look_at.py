"""What of payouts somebody has to look at, on the first page and on the merchant's."""

from tests.portal.conftest import Portal
from tests.portal.payouts.working import ASHA, given_office, preview, redeemed, sent, told

from counterfoil.engine.payouts.outcomes import Told


def test_runs_that_wait_and_payouts_that_failed_are_told(portal: Portal) -> None:
    house = given_office(portal)
    redeemed(house, ASHA, 10_000)
    run = preview(house)
    page = house.page("")
    assert "1 payout run is counted Nothing is paid until somebody sends it" in page
    house.ask(f"payouts/{run.run_id}/send", {"reason": ""})
    assert "payout run is counted" not in house.page(""), "it waits with the approvals"


def test_a_payout_that_failed_is_told_and_stands_on_the_merchants_page(portal: Portal) -> None:
    house = given_office(portal)
    redeemed(house, ASHA, 10_000)
    assert "Last payouts" not in house.page(f"merchants/{ASHA}")
    run = sent(house)
    told(house, run.run_id, ASHA, Told.REJECTED, "cannot_credit")
    assert "1 payout failed or came back" in house.page("")
    page = house.page(f"merchants/{ASHA}")
    assert "Last payouts 100.00 KES" in page
    assert f"/payouts/{run.run_id}/{ASHA}/paper" in house.html(f"merchants/{ASHA}")
