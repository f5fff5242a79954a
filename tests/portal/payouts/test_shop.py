"""A merchant's own payouts: what it is owed, what was paid, and nothing of another's."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portal.conftest import Portal
from tests.portal.given import given_person, given_shop_role, signed_in
from tests.portal.money.working import QUERIES_MAX, House, words_of
from tests.portal.payouts.working import (
    ASHA,
    given_office,
    preview,
    redeemed,
    sent,
    set_terms,
    shops,
    told,
)

from counterfoil.engine.payouts.outcomes import Told
from counterfoil.portal.models import AcceptorRoleName


def _owner(house: House, acceptor_id: int) -> Client:
    person = given_person(name="Owner")
    given_shop_role(person, house.issuer, acceptor_id, AcceptorRoleName.OWNER)
    return signed_in(person)


def _page(browser: Client, path: str) -> str:
    browser.get(path.partition("/payouts")[0])
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(path)
    assert answer.status_code == 200, path
    assert len(queries) <= QUERIES_MAX
    return words_of(answer)


def test_an_owner_sees_its_own_payouts_alone(portal: Portal) -> None:
    house = given_office(portal)
    (baraka,) = shops(house, "Baraka")
    serials = redeemed(house, ASHA, 1000, 500)
    redeemed(house, baraka, 4000)
    sent(house)
    told(house, 1, baraka, Told.COMPLETED)
    redeemed(house, ASHA, 70)
    preview(house)
    asha, own = _owner(house, ASHA), f"{house.root}/shop/{ASHA}/payouts"
    front = _page(asha, own)
    assert "Owed to you 0.70 KES paid when the issuer begins a run On its way 15.00 KES" in front
    assert f"1-{ASHA} Sent" in front
    assert "40.00" not in front
    page = asha.get(f"{own}/1").content.decode()
    for serial in serials:
        assert re.search(rf"{str(serial)[:4]} ?{str(serial)[4:8]}", page), "its serials"
    assert "/voucher/" not in page, "the issuer's pages are not its own"
    for path in (f"{own}/2", f"{own}/2/statement"):
        assert asha.get(path).status_code == 404, "a preview is nobody's payout yet"
    theirs = own.replace(f"/shop/{ASHA}/", f"/shop/{baraka}/")
    for path in (theirs, f"{theirs}/1", f"{theirs}/1/statement"):
        assert asha.get(path).status_code == 404, path
    body = b"".join(asha.get(f"{own}/1/statement"))
    assert body.count(b"Redemption,") == 2
    assert body.rstrip().endswith(b"15.00,KES")


def test_what_was_kept_or_is_on_its_way_is_not_told_as_paid(portal: Portal) -> None:
    house = given_office(portal)
    set_terms(house, commission_points=1_000, fee_minor=0)
    redeemed(house, ASHA, 1000)
    sent(house)
    told(house, 1, ASHA, Told.COMPLETED)
    redeemed(house, ASHA, 500)
    sent(house)
    redeemed(house, ASHA, 70)
    asha = _owner(house, ASHA)
    front = words_of(asha.get(f"{house.root}/shop/{ASHA}/"))
    assert "Owed to you 0.70 KES" in front
    assert "Redeemed so far 15.70 KES" in front
    assert "Paid out to you 9.00 KES" in front
