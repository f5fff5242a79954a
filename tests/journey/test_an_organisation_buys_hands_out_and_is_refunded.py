"""An organisation from its application to its refund, in a real browser against the whole system.

It applies on a telephone and is approved; its manager buys, sends a wrong proof and then the right
one; what was paid becomes vouchers by itself; its distributor hands one out, which is redeemed
while the operator looks on; others find nothing of it; the rest is cancelled and paid back; the
books are clean. Every page on the way is looked at (tests/journey/chromium.py).
"""

from pathlib import Path
from typing import Final

import pytest
from tests.cli.running import counterfoil, started, wait_until_live
from tests.journey.chromium import chromium
from tests.journey.handing import it_is_redeemed_before_their_eyes, one_is_handed_out
from tests.journey.organisations import (
    another_is_written_down,
    distributor_is_invited,
    home_of,
    organisation_applies,
    organisation_is_approved,
)
from tests.journey.people import Portal
from tests.journey.purchases import (
    payment_is_recorded_and_approved,
    purchase_is_quoted,
    right_proof_is_sent,
    vouchers_are_asked_for,
    vouchers_are_theirs,
    wrong_proof_is_returned,
)
from tests.journey.refunding import (
    balance_is_refunded,
    dashboard_tells_it,
    others_find_nothing,
    rest_is_cancelled,
    story_names_the_buyer,
)
from tests.journey.standing import ISSUER, given_issuer, given_office

from counterfoil.sandbox_fsp.process import free_port

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]  # other proofs run beside this one

# What the first journey has looked at.
_KNOWN: Final = frozenset(
    {
        "approvals",
        "command-done",
        "command-waiting",
        "outbox",
        "outbox-mail",
        "recovery-codes",
        "second-factor",
        "sign-in",
        "welcome",
    }
)


def test_an_organisation_buys_hands_out_and_is_refunded(tmp_path: Path) -> None:
    home = tmp_path / "home"
    given_issuer(home)
    port = free_port()
    with (
        started("serve", "--home", str(home), "--port", str(port)),
        chromium("journey-buying") as browser,
    ):
        browser.names.update(_KNOWN)
        wait_until_live(port)
        _tell(Portal(f"http://127.0.0.1:{port}", browser), home, tmp_path)
    said = counterfoil("check", home=home)
    assert said.code == 0, said.out
    assert f"rules hold for {ISSUER}." in said.out


def _tell(portal: Portal, data: Path, folder: Path) -> None:
    office = given_office(portal, data, folder)
    organisation_applies(office, folder)
    halima = organisation_is_approved(office)
    home = home_of(halima)
    peter = distributor_is_invited(halima, home)
    path = vouchers_are_asked_for(halima, home)
    bought = purchase_is_quoted(office, halima, path)
    wrong_proof_is_returned(office, halima, bought, folder)
    right_proof_is_sent(halima, folder)
    payment_is_recorded_and_approved(office, bought)
    vouchers_are_theirs(office, halima, bought, home)
    drawn = one_is_handed_out(peter, home)
    it_is_redeemed_before_their_eyes(office, halima, home, drawn)
    story_names_the_buyer(office, drawn)
    lucy = another_is_written_down(office)
    others_find_nothing(lucy, home_of(lucy), home, bought, drawn)
    rest_is_cancelled(office, halima, home)
    balance_is_refunded(office, halima, home, folder)
    dashboard_tells_it(office)
