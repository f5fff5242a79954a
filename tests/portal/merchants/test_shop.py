"""A merchant's own pages: what its owner sees and does, and what its cashier does not."""

from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.given import given_person, given_shop_role, signed_in
from tests.portal.merchants.test_banking import change_asked
from tests.portal.merchants.test_registering import redeemed_at
from tests.portal.merchants.working import (
    BUSINESS,
    given_room,
    mails_to,
    registered,
    sent,
    words_of,
)

from counterfoil.engine.operation import Outcome
from counterfoil.portal.language import day_text
from counterfoil.portal.models import AcceptorRole, AcceptorRoleName, Person

ACCOUNT = "+254712345678"


def test_the_owner_sees_how_it_stands_and_what_it_is_owed(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    assert redeemed_at(room, BUSINESS["name"], ACCOUNT).outcome is Outcome.DONE
    owner = given_person()
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    browser = signed_in(owner)
    shop = f"/portal/{room.issuer.code}/shop/{acceptor_id}/"
    page = words_of(browser.get(shop))
    assert "Mama Njeri Shop Approved" in page
    assert "Owed to you 10.00 KES" in page
    assert "Market Street 4, Nakuru Monday to Saturday: 08:00–18:00" in page  # noqa: RUF001
    details = words_of(browser.get(f"{shop}details"))
    assert "+254 712 345678" in details
    assert "Njeri General Stores Ltd" in details


def test_a_suspended_shop_is_told_so_and_why_nothing_is_paid(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    room.carry_out(room.asks(f"{url}/suspend", {"reason": "They charge a fee"}))
    room.carry_out(room.asks(f"{url}/payouts/hold", {"reason": "Receipts are missing"}))
    owner = given_person()
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    shop = f"/portal/{room.issuer.code}/shop/{acceptor_id}/"
    page = words_of(signed_in(owner).get(shop))
    assert "You cannot redeem vouchers now." in page
    today = day_text(timezone.localdate())
    assert f"They charge a fee since {today}" in page
    assert f"Receipts are missing since {today}" in page
    assert "Otieno" not in page  # not who said it
    cashier = given_person(name="Kofi")
    given_shop_role(cashier, room.issuer, acceptor_id, AcceptorRoleName.CASHIER)
    page = words_of(signed_in(cashier).get(shop))
    assert f"since {today}" in page
    for unsaid in ("They charge a fee", "Receipts", "Otieno"):
        assert unsaid not in page


def test_a_closed_shop_is_told_since_when_and_its_owner_why(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    assert room.approve(room.asks(f"{url}/close", {"reason": "The shop was sold"})) == "done"
    owner = given_person(name="Kofi")
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    page = words_of(signed_in(owner).get(f"/portal/{room.issuer.code}/shop/{acceptor_id}/"))
    assert "You cannot redeem vouchers any more." in page
    assert "The shop was sold since" in page


def test_a_change_of_the_account_stands_on_the_owners_page(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    assert room.approve(change_asked(room, acceptor_id)) == "done"
    owner = given_person()
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    page = words_of(signed_in(owner).get(f"/portal/{room.issuer.code}/shop/{acceptor_id}/"))
    assert "You will be paid to another account." in page
    assert "GB29 NWBK 6016 1331 9268 19" in page


def test_a_cashier_sees_no_money_no_details_and_no_people(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    assert redeemed_at(room, BUSINESS["name"], ACCOUNT).outcome is Outcome.DONE
    cashier = given_person()
    given_shop_role(cashier, room.issuer, acceptor_id, AcceptorRoleName.CASHIER)
    browser = signed_in(cashier)
    shop = f"/portal/{room.issuer.code}/shop/{acceptor_id}/"
    page = words_of(browser.get(shop))
    assert "Mama Njeri Shop Approved" in page
    assert "Owed" not in page
    assert browser.get(f"{shop}details").status_code == 403
    assert browser.get(f"{shop}people").status_code == 403
    assert browser.post(f"{shop}people", {"email": "x@example.org"}).status_code == 403


def test_nobody_sees_the_shop_of_another(portal: Portal) -> None:
    room, other = given_room(portal), given_room(portal)
    acceptor_id = registered(room)
    registered(other)
    owner = given_person()
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    browser = signed_in(owner)
    for path in ("", "details", "people"):
        assert browser.get(f"/portal/{room.issuer.code}/shop/1/{path}").status_code == 404
        theirs = f"/portal/{other.issuer.code}/shop/{acceptor_id}/{path}"
        assert browser.get(theirs).status_code == 404
    assert browser.get(f"{room.root}/{acceptor_id}").status_code == 404
    assert room.browser.get(f"/portal/{room.issuer.code}/shop/{acceptor_id}/").status_code == 404


def test_the_owner_lets_a_cashier_in_and_out(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    owner = given_person(name="Njeri Kamau")
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    browser = signed_in(owner)
    people = f"/portal/{room.issuer.code}/shop/{acceptor_id}/people"
    email = f"cashier-{room.issuer.code.lower()}@example.org"
    assert sent(browser, people, {"email": email}).status_code == 302
    (mail,) = mails_to(email)
    assert mail.subject == "Mama Njeri Shop lets you in"
    assert "Njeri Kamau has made you Cashier of Mama Njeri Shop" in mail.body
    assert "/portal/welcome/" in mail.body
    held = AcceptorRole.objects.get(person__email=email)
    assert (held.acceptor_id, held.role) == (acceptor_id, "cashier")
    assert email in words_of(browser.get(people))
    assert browser.post(f"{people}/{held.pk}/remove").status_code == 302
    assert not AcceptorRole.objects.filter(person__email=email).exists()
    own = AcceptorRole.objects.get(person=owner)
    assert browser.post(f"{people}/{own.pk}/remove").status_code == 404
    assert Person.objects.filter(email=email).exists()
