"""Where a merchant is paid: changed by two, after a cooling-off, told to who could be called."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import given_person, given_shop_role, signed_in
from tests.portal.merchants.test_registering import redeemed_at
from tests.portal.merchants.working import (
    BUSINESS,
    PERSON,
    REASON,
    Room,
    form_of,
    given_room,
    mails_to,
    photo,
    registered,
    words_of,
)

from counterfoil.engine.bank_data import switch_due_accounts
from counterfoil.engine.catalogue import Acceptor, BankData
from counterfoil.engine.commands.content import RebankAcceptor, decoded
from counterfoil.engine.operation import Outcome
from counterfoil.portal.models import (
    AcceptorRoleName,
    BankChange,
    Evidence,
    Mail,
    MerchantProfile,
    Role,
)
from counterfoil.portal.uploads import path_of

OLD = BankData("wallet", "M-PESA", "+254712345678")
NEW = BankData("iban", "NWBKGB2LXXX", "GB29NWBK60161331926819")
CHANGE = {
    "iban": "GB29 NWBK 6016 1331 9268 19",
    "holder": "Njeri General Stores Ltd",
    "why-reason": "They came to the office with a letter of the bank",
}


def acceptor_of(room: Room, acceptor_id: int) -> Acceptor:
    """As the engine has it now."""
    with connected(room.portal.url) as connection:
        room.issuer.begin(connection)
        connection.rollback()
    return room.issuer.catalogue.acceptors_by_id[acceptor_id]


def merchant_with_mail(room: Room) -> tuple[int, str]:
    """A merchant, and the address of its only contact."""
    email = f"contact-{room.issuer.code.lower()}@example.org"
    acceptor_id = registered(room, email=email)
    Mail.objects.filter(recipient=email).delete()  # of its approval
    return acceptor_id, email


def change_asked(room: Room, acceptor_id: int) -> UUID:
    return room.asks(f"{room.root}/{acceptor_id}/bank?scheme=iban", CHANGE)


def cooled_off(room: Room, acceptor_id: int) -> None:
    """Time passes, and the worker looks."""
    with connected(room.portal.url) as connection:
        connection.execute(
            "UPDATE acceptor SET next_from = now() - interval '1 second'"
            " WHERE issuer_id = %s AND acceptor_id = %s",
            (room.issuer.issuer_id, acceptor_id),
        )
        version = connection.execute(
            "UPDATE log_head SET catalogue_version = catalogue_version + 1"
            " WHERE issuer_id = %s RETURNING catalogue_version",
            (room.issuer.issuer_id,),
        ).fetchone()
        assert version is not None
        connection.execute(
            "UPDATE acceptor SET changed_version = %s WHERE issuer_id = %s AND acceptor_id = %s",
            (version[0], room.issuer.issuer_id, acceptor_id),
        )
        connection.commit()
        assert switch_due_accounts(connection, room.issuer) == 1


def test_a_change_needs_two_people_waits_and_holds_payouts(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    command_id = change_asked(room, acceptor_id)
    assert room.carry_out(command_id) is None
    assert acceptor_of(room, acceptor_id).bank == OLD
    decide = f"/portal/{room.issuer.code}/commands/{command_id}/decide"
    assert room.browser.get(decide).status_code in {302, 403}  # who prepared it does not decide

    assert room.approve(command_id) == "done"
    acceptor = acceptor_of(room, acceptor_id)
    assert (acceptor.bank, acceptor.next_bank) == (OLD, NEW)
    assert acceptor.payouts_wait
    assert acceptor.next_from is not None
    left = acceptor.next_from - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)
    page = words_of(room.page(f"{room.root}/{acceptor_id}"))
    assert "New bank data wait." in page
    assert "GB29 NWBK 6016 1331 9268 19" in page
    assert redeemed_at(room, BUSINESS["name"], OLD.account).outcome is Outcome.DONE

    cooled_off(room, acceptor_id)
    assert (acceptor_of(room, acceptor_id).bank, acceptor_of(room, acceptor_id).next_bank) == (
        NEW,
        None,
    )
    page = words_of(room.page(f"{room.root}/{acceptor_id}"))
    assert "New bank data wait." not in page
    assert "The new bank data count from here on." in page
    assert mails_to(email)


def test_the_old_contact_is_told_at_once_and_again_when_it_counts(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    assert mails_to(email) == []
    command_id = change_asked(room, acceptor_id)
    (asked,) = mails_to(email)
    assert asked.subject == "Mama Njeri Shop: somebody asked to change where you are paid"
    assert "…6819 at NWBKGB2LXXX" in asked.body
    assert "3 days pass" in asked.body
    assert "GB29" not in asked.body
    assert room.approve(command_id) == "done"
    room.page(room.root)
    assert len(mails_to(email)) == 1
    cooled_off(room, acceptor_id)
    room.page(room.root)
    room.page(f"{room.root}/{acceptor_id}")
    _asked, switched = mails_to(email)
    assert switched.subject == "Mama Njeri Shop: you are paid to another account from now on"
    change = BankChange.objects.get(command_id=command_id)
    assert (change.ended, change.addresses) == ("switched", [email])
    profile = MerchantProfile.objects.get(issuer_id=room.issuer.issuer_id, acceptor_id=acceptor_id)
    assert (profile.scheme, profile.account) == ("iban", NEW.account)
    assert not profile.verifications.filter(section="bank").exists()


def test_who_takes_over_the_contact_first_does_not_silence_the_old_one(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    profile = MerchantProfile.objects.get(issuer_id=room.issuer.issuer_id, acceptor_id=acceptor_id)
    contact = profile.contacts.get()
    base = f"{room.root}/applications/{profile.pk}"
    thief = f"thief-{room.issuer.code.lower()}@example.org"
    room.sends(f"{base}/people/add", {"name": "New Person", "email": thief})
    room.browser.post(f"{base}/people/{contact.pk}/remove")
    owner = given_person(issuer=room.issuer)
    given_shop_role(owner, room.issuer, acceptor_id, AcceptorRoleName.OWNER)
    change_asked(room, acceptor_id)
    assert [len(mails_to(each)) for each in (email, thief, owner.email)] == [1, 1, 1]


def test_who_changes_the_e_mail_of_a_contact_does_not_silence_the_old_one(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    profile = MerchantProfile.objects.get(issuer_id=room.issuer.issuer_id, acceptor_id=acceptor_id)
    contact = profile.contacts.get()
    thief = f"thief-{room.issuer.code.lower()}@example.org"
    url = f"{room.root}/applications/{profile.pk}/people/{contact.pk}"
    assert room.sends(url, {**PERSON, "email": thief}).status_code == 302
    change_asked(room, acceptor_id)
    assert [len(mails_to(each)) for each in (email, thief)] == [1, 1]


def test_a_change_that_is_rejected_is_told_too(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    command_id = change_asked(room, acceptor_id)
    assert room.reject(command_id, "They know nothing of it") == "rejected"
    room.page(f"{room.root}/{acceptor_id}")
    _asked, kept = mails_to(email)
    assert kept.subject == "Mama Njeri Shop: you are paid to the same account as before"
    assert acceptor_of(room, acceptor_id).bank == OLD
    assert BankChange.objects.get(command_id=command_id).ended == "kept"


def test_a_change_that_waits_can_be_dropped_by_two(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    assert room.approve(change_asked(room, acceptor_id)) == "done"
    url = f"{room.root}/{acceptor_id}/bank/keep"
    command_id = room.asks(url, {"reason": "They did not ask for it"})
    assert acceptor_of(room, acceptor_id).next_bank == NEW
    assert room.approve(command_id) == "done"
    acceptor = acceptor_of(room, acceptor_id)
    assert (acceptor.bank, acceptor.next_bank, acceptor.payouts_wait) == (OLD, None, False)
    room.page(f"{room.root}/{acceptor_id}")
    assert mails_to(email)[-1].subject == (
        "Mama Njeri Shop: you are paid to the same account as before"
    )


def test_the_approver_sees_both_accounts_in_full(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, _email = merchant_with_mail(room)
    command_id = change_asked(room, acceptor_id)
    page = words_of(room.approving.get(f"/portal/{room.issuer.code}/commands/{command_id}/decide"))
    assert "Pay Mama Njeri Shop to another account" in page
    assert "+254 712 345678 at M-PESA (Mobile money)" in page
    assert (
        "GB29 NWBK 6016 1331 9268 19 at NATIONAL WESTMINSTER BANK PUBLIC LIMITED COMPANY (IBAN)"
        in page
    )
    assert "3 days after the approval" in page


def test_what_is_asked_is_exactly_what_was_typed_with_its_paper(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, _email = merchant_with_mail(room)
    url = f"{room.root}/{acceptor_id}/bank?scheme=iban"
    given = {**CHANGE, "why-evidence": photo("letter.png")}
    command_id = room.asks(url, given)
    with connected(portal.url) as connection:
        row = connection.execute(
            "SELECT content FROM command WHERE issuer_id = %s AND command_id = %s",
            (room.issuer.issuer_id, command_id),
        ).fetchone()
    assert row is not None
    asked = decoded(bytes(row[0]))
    assert isinstance(asked, RebankAcceptor)
    assert (asked.scheme, asked.fsp, asked.account) == (NEW.scheme, NEW.fsp, NEW.account)
    evidence = Evidence.objects.get(command_id=command_id)
    assert (evidence.upload.name, evidence.upload.attached) == ("letter.png", True)


def test_the_approver_sees_the_paper_that_came_with_it_and_can_open_it(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, _email = merchant_with_mail(room)
    given = {**CHANGE, "why-evidence": photo("letter.png")}
    command_id = room.asks(f"{room.root}/{acceptor_id}/bank?scheme=iban", given)
    upload = Evidence.objects.get(command_id=command_id).upload
    link = f'<a href="/portal/{room.issuer.code}/uploads/{upload.id}">letter.png</a>'
    command = f"/portal/{room.issuer.code}/commands/{command_id}"
    for address in (command, f"{command}/decide"):
        page = room.approving.get(address).content.decode()
        assert page.count(link) == 1, address
        assert "Evidence" in page
    sent = room.approving.get(f"/portal/{room.issuer.code}/uploads/{upload.id}")
    assert b"".join(sent) == path_of(upload.id).read_bytes()
    assert room.approve(command_id) == "done"
    assert link in room.page(command)


def test_that_no_paper_came_with_it_is_told_too(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, _email = merchant_with_mail(room)
    command_id = change_asked(room, acceptor_id)
    page = words_of(room.approving.get(f"/portal/{room.issuer.code}/commands/{command_id}/decide"))
    assert "Evidence becomes none was given" in page


def test_a_second_click_is_one_change_and_one_mail(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    url = f"{room.root}/{acceptor_id}/bank?scheme=iban"
    given = {**form_of(room.browser.get(url)), **CHANGE}
    first = room.browser.post(url, given)
    second = room.browser.post(url, given)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert len(mails_to(email)) == 1
    other = room.browser.post(url, {**given, "iban": "ES9121000418450200051332"})
    assert other.status_code == 200
    assert "sent before, with something else" in words_of(other)


def test_a_wrong_iban_keeps_the_paper_and_what_was_typed(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, email = merchant_with_mail(room)
    url = f"{room.root}/{acceptor_id}/bank?scheme=iban"
    wrong = {**CHANGE, "iban": "GB29 NWBK 6016 1331 9268 18"}
    answer = room.sends(url, {**wrong, "why-evidence": photo("letter.png")})
    assert answer.status_code == 200
    page = words_of(answer)
    assert "This is not an IBAN." in page
    assert "letter.png" in page
    assert mails_to(email) == []


def test_the_same_account_again_is_no_change(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, _email = merchant_with_mail(room)
    answer = room.sends(f"{room.root}/{acceptor_id}/bank?scheme=wallet", {"why-reason": REASON})
    assert "It is paid there already." not in words_of(answer)  # not without the whole form
    answer = room.sends(
        f"{room.root}/{acceptor_id}/bank?scheme=wallet",
        {
            "provider": "M-PESA",
            "number": "0712 345678",
            "holder": "Njeri Kamau",
            "why-reason": REASON,
        },
    )
    assert "It is paid there already." in words_of(answer)


def test_who_signed_in_long_ago_is_asked_again_first(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id, _email = merchant_with_mail(room)
    finance = given_person(Role.FINANCE, Role.OPERATOR, issuer=room.issuer)
    browser = signed_in(finance, seconds_ago=600)
    for path in ("bank", "payouts/hold"):
        answer = browser.get(f"{room.root}/{acceptor_id}/{path}")
        assert answer.status_code == 302
        assert "/account/again" in answer.headers["Location"]


def test_payouts_are_held_at_once_and_released_by_two(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}/payouts"
    held = room.asks(f"{url}/hold", {"reason": "Many redemptions in one night"})
    assert room.carry_out(held) == "done"
    acceptor = acceptor_of(room, acceptor_id)
    assert (acceptor.payouts_held, acceptor.payouts_hold_reason) == (
        True,
        "Many redemptions in one night",
    )
    assert redeemed_at(room, BUSINESS["name"], OLD.account).outcome is Outcome.DONE
    page = words_of(room.page(f"{room.root}/{acceptor_id}"))
    assert "Its payouts are held." in page
    assert "Owed to it 10.00 KES payouts wait" in page
    assert room.browser.get(f"{url}/hold").status_code == 302
    released = room.asks(f"{url}/release", {"reason": "They showed their receipts"})
    assert room.carry_out(released) is None
    assert acceptor_of(room, acceptor_id).payouts_held
    assert room.approve(released) == "done"
    assert not acceptor_of(room, acceptor_id).payouts_held
