"""A wrong redemption taken back, and another voucher handed out in its place."""

import io
from uuid import UUID

from pypdf import PdfReader
from tests.databases import connected
from tests.portal.access.visiting import body_of
from tests.portal.conftest import Portal
from tests.portal.filled import filled
from tests.portal.given import Page
from tests.portal.money.working import House, posted, text_of, words_of
from tests.portal.payouts.working import ASHA, given_office, redeemed

from counterfoil.portal.models import HandoverList

PASSWORD = "seven green umbrellas"
ASKED = {
    "reason": "scanned by mistake",
    "file_kind": "cards",
    "choose": "own",
    "own": PASSWORD,
    "own_again": PASSWORD,
}


def send(house: House, serial: int, given: dict[str, str]) -> Page:
    url = f"{house.root}/voucher/{serial}/refund/replace"
    return posted(house.finance, url, filled(house.finance, url, given))


def given_instead(house: House, serial: int) -> int:
    with connected(house.portal.url) as engine:
        found = engine.execute(
            "SELECT replaced_by FROM redemption_refund WHERE issuer_id = %s AND serial = %s",
            (house.issuer.issuer_id, serial),
        ).fetchone()
    assert found is not None
    return int(found[0])


def test_another_voucher_is_handed_out_and_both_tell_of_each_other(portal: Portal) -> None:
    house = given_office(portal)
    (serial,) = redeemed(house, ASHA, 1000)
    assert "Give another voucher for it" in house.page(f"voucher/{serial}/refund")
    url = f"{house.root}/voucher/{serial}/refund/replace"
    page = house.page(f"voucher/{serial}/refund/replace")
    assert "stays redeemed; a new one is handed out in its place" in page
    form = filled(house.finance, url, ASKED)
    answer = posted(house.finance, url, form)
    place = answer.headers["Location"].removeprefix(f"{house.root}/")
    assert place.startswith("vouchers/replaced/")
    twice = posted(house.finance, url, form)
    assert twice.headers["Location"] == answer.headers["Location"]
    assert "Another person must approve it." in house.page(place)
    command = HandoverList.objects.get(issuer_id=house.issuer.issuer_id).pk
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "a new one is handed out in its place" in decided
    assert "Whoever prepared this reads the number of the new voucher" in decided
    assert house.approve(command) == "done"
    assert f"payable:{ASHA}" not in house.balances(), "it is owed nothing"
    assert "1 voucher is ready." in house.page(place)
    content = posted(house.finance, f"{house.root}/{place}/fetch", {"password": PASSWORD})
    assert len(PdfReader(io.BytesIO(body_of(content)), password=PASSWORD).pages) == 1
    new = given_instead(house, serial)
    assert "fetched the numbers" in house.page(place)
    assert f'/voucher/{new}"' in house.html(f"voucher/{serial}")
    story = house.page(f"voucher/{serial}")
    assert "handed out in its place:" in story
    assert "It was taken back from Asha Stores, and is available again." in story
    assert f'/voucher/{serial}"' in house.html(f"voucher/{new}")
    assert "Handed out in place of a voucher whose redemption was" in house.page(f"voucher/{new}")
    assert house.finance.get(url).status_code == 302, "it is refunded already"


def test_what_is_refused_gives_nothing(portal: Portal) -> None:
    house = given_office(portal)
    (serial,) = redeemed(house, ASHA, 1000)
    before, told = house.balances(), house.commands()
    for given, said in (
        ({**ASKED, "reason": ""}, "Fill this in."),
        ({**ASKED, "own": "short", "own_again": "short"}, "Take at least 12 characters"),
        ({**ASKED, "own_again": "another one here"}, "The two passwords are not the same."),
    ):
        answer = send(house, serial, given)
        assert answer.status_code == 200
        assert said in words_of(answer), given
        assert PASSWORD not in text_of(answer)
    assert (house.balances(), house.commands()) == (before, told)
    assert HandoverList.objects.filter(issuer_id=house.issuer.issuer_id).count() == 0
    assert house.operator.get(f"{house.root}/voucher/{serial}/refund/replace").status_code == 403


def test_where_it_is_not_approved_nothing_is_handed_out(portal: Portal) -> None:
    house = given_office(portal)
    (serial,) = redeemed(house, ASHA, 1000)
    before = house.balances()
    answer = send(house, serial, ASKED)
    place = answer.headers["Location"].removeprefix(f"{house.root}/")
    command = place.rpartition("/")[2]
    verdict = {"verdict": "reject", "reason": "it was right"}
    house.send(f"commands/{command}/decide", verdict, house.approver)
    assert house.carry_out(UUID(command)) == "rejected"
    assert "Nothing was replaced" in house.page(place)
    assert house.balances() == before
