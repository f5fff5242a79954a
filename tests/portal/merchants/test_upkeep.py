"""What is seen to without anybody looking at a page, and what never stands in a log."""

from tests.portal.conftest import Portal
from tests.portal.merchants.test_banking import change_asked, cooled_off, merchant_with_mail
from tests.portal.merchants.working import REASON, given_room, in_review, mails_to

from counterfoil.cli.logs import without_links
from counterfoil.portal.upkeep import look_after

ORIGIN = "https://vouchers.example.org"


def test_what_was_approved_is_taken_over_and_the_owner_invited(portal: Portal) -> None:
    room = given_room(portal)
    email = f"owner-{room.issuer.code.lower()}@example.org"
    profile = in_review(room)
    url = f"{room.root}/applications/{profile.pk}/propose"
    assert room.approve(room.asks(url, {"owner_email": email, "reason": REASON})) == "done"
    look_after(ORIGIN)
    look_after(ORIGIN)
    profile.refresh_from_db()
    assert (profile.status, profile.acceptor_id) == ("approved", 2)
    (mail,) = mails_to(email)
    assert f"{ORIGIN}/portal/welcome/" in mail.body


def test_the_old_contact_hears_of_the_switch_once(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    assert room.approve(change_asked(room, acceptor_id)) == "done"
    look_after(ORIGIN)
    assert len(mails_to(email)) == 1
    cooled_off(room, acceptor_id)
    look_after(ORIGIN)
    look_after(ORIGIN)
    assert len(mails_to(email)) == 2


def test_a_link_that_lets_in_never_stands_in_a_log() -> None:
    said = "Not Found: /portal/apply/AID/tok-en_1/business, /portal/welcome/Mg/abc-1"
    assert without_links(None, "", {"event": said}) == {
        "event": "Not Found: /portal/apply/AID/…/business, /portal/welcome/Mg/…"
    }
