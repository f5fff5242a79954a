"""From a paper on the operator's desk to a merchant that redeems, and what goes wrong before."""

from contextlib import closing

from tests.databases import connected
from tests.given import given_group, given_stock, preactivate
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in
from tests.portal.merchants.working import (
    BUSINESS,
    PLACE,
    REASON,
    WALLET,
    Room,
    begun,
    filled_in,
    form_of,
    given_room,
    in_review,
    mails_to,
    registered,
    words_of,
)

from counterfoil.engine.apply import apply
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.operation import Activate, Answer, Caller, Outcome, Redeem
from counterfoil.portal.models import AcceptorRole, Role, TrailEntry

_TILL = Caller(0, "test")


def redeemed_at(room: Room, name: str, account: str) -> Answer:
    """A fresh voucher, brought to that till."""
    with connected(room.portal.url) as connection:
        if "FOOD-AID" not in room.issuer.catalogue.groups:
            given_group(connection, room.issuer)
            given_stock(connection, room.issuer, 20)
        drawn = preactivate(connection, room.issuer)
        assert drawn.serial is not None
        assert drawn.number is not None
        (answer,) = apply(connection, room.issuer, [Activate(caller=_TILL, serial=drawn.serial)])
        assert answer.outcome is Outcome.DONE
        (answer,) = apply(
            connection,
            room.issuer,
            [
                Redeem(
                    caller=_TILL,
                    reference=None,
                    number=drawn.number,
                    acceptor_name=name,
                    acceptor_account=account,
                )
            ],
        )
        return answer


def test_a_paper_becomes_a_merchant_that_redeems(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room)
    base = f"{room.root}/applications/{profile.pk}"
    for section in ("legal", "contacts", "bank"):
        answer = room.sends(f"{base}/verify/{section}", {"state": "verified", "note": REASON})
        assert answer.status_code == 302
    command_id = room.asks(
        f"{base}/propose",
        {
            "groups": ["FOOD"],
            "daily_amount": "50,000.00",
            "daily_count": "40",
            "owner_email": "njeri@example.org",
            "reason": REASON,
        },
    )
    assert redeemed_at(room, BUSINESS["name"], "+254712345678").outcome is Outcome.ACCEPTOR_UNKNOWN
    assert "waits for a second person" in words_of(room.page(base))
    assert room.approve(command_id) == "done"

    answer = room.browser.get(base)
    assert answer.status_code == 302
    profile.refresh_from_db()
    assert (profile.status, profile.acceptor_id, profile.proposal) == ("approved", 2, None)
    assert answer.headers["Location"] == f"{room.root}/2"
    with connected(portal.url) as connection:
        room.issuer.begin(connection)
        connection.rollback()
    acceptor = room.issuer.catalogue.acceptors_by_id[2]
    assert acceptor.name == "Mama Njeri Shop"
    assert acceptor.bank == BankData("wallet", "M-PESA", "+254712345678")
    assert acceptor.groups == {"FOOD"}
    assert (acceptor.daily_amount_minor_max, acceptor.daily_count_max) == (5_000_000, 40)
    assert acceptor.status == "approved"
    assert redeemed_at(room, BUSINESS["name"], "+254712345678").outcome is Outcome.DONE
    page = words_of(room.page(f"{room.root}/2"))
    assert "Owed to it 10.00 KES" in page
    assert "Approved by Wanjiru Maina" in page


def test_the_owner_is_invited_once_when_it_is_approved(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room, name="Kiosk of Mutua")
    address = f"mutua-{room.issuer.code.lower()}@example.org"
    url = f"{room.root}/applications/{profile.pk}/propose"
    command_id = room.asks(url, {"owner_email": address, "reason": REASON})
    assert room.approve(command_id) == "done"
    assert mails_to(address) == []
    room.page(room.root)
    room.page(room.root)
    (mail,) = mails_to(address)
    assert mail.subject == "Kiosk of Mutua at Aid Agency: your way in"
    assert "/portal/welcome/" in mail.body
    held = AcceptorRole.objects.get(issuer_id=room.issuer.issuer_id)
    assert (held.acceptor_id, held.role, held.person.email) == (2, "owner", address)


def test_what_was_rejected_by_the_approver_can_be_changed_and_proposed_again(
    portal: Portal,
) -> None:
    room = given_room(portal)
    profile = in_review(room)
    base = f"{room.root}/applications/{profile.pk}"
    command_id = room.asks(f"{base}/propose", {"owner_email": "", "reason": REASON})
    refused = room.browser.get(f"{base}/business")
    assert refused.status_code == 302
    assert room.reject(command_id, "The tax paper is of another shop") == "rejected"
    page = words_of(room.page(base))
    assert "The tax paper is of another shop" in page
    assert "Propose approval" in page
    answer = room.sends(f"{base}/business", {**BUSINESS, "tax_id": "A004416331M"})
    assert answer.status_code == 302
    command_id = room.asks(f"{base}/propose", {"owner_email": "", "reason": REASON})
    assert room.approve(command_id) == "done"


def test_a_name_and_account_that_another_has_are_refused_by_the_engine(portal: Portal) -> None:
    room = given_room(portal)
    first = registered(room)
    profile = in_review(room)
    base = f"{room.root}/applications/{profile.pk}"
    assert "is paid to the same account" in words_of(room.page(base))
    assert "has the same tax number" in words_of(room.page(base))
    command_id = room.asks(f"{base}/propose", {"owner_email": "", "reason": REASON})
    assert room.approve(command_id) == "refused"
    assert "Mama Njeri Shop with that account is registered already." in words_of(room.page(base))
    profile.refresh_from_db()
    assert (profile.status, profile.acceptor_id) == ("in_review", None)
    assert first == 2


def test_a_second_click_on_propose_leads_to_the_same_command(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room)
    url = f"{room.root}/applications/{profile.pk}/propose"
    given = {**form_of(room.browser.get(url)), "owner_email": "", "reason": REASON}
    first = room.browser.post(url, given)
    second = room.browser.post(url, given)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]


def test_what_is_changed_has_to_be_verified_again(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room)
    base = f"{room.root}/applications/{profile.pk}"
    for section in ("legal", "contacts", "bank"):
        room.sends(f"{base}/verify/{section}", {"state": "verified", "note": REASON})
    assert profile.verifications.filter(state="verified").count() == 3
    room.sends(f"{base}/places/add", {**PLACE, "name": "Second shop"})
    assert set(profile.verifications.values_list("section", flat=True)) == {"legal", "bank"}
    room.sends(f"{base}/payment?scheme=wallet", {**WALLET, "provider": "Airtel Money"})
    assert set(profile.verifications.values_list("section", flat=True)) == {"legal"}
    room.sends(f"{base}/business", {**BUSINESS, "registered_name": "Another Ltd"})
    assert not profile.verifications.exists()


def test_what_was_changed_while_somebody_looked_at_it_is_not_verified(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room)
    base = f"{room.root}/applications/{profile.pk}"
    opened = form_of(room.browser.get(f"{base}/verify/bank"))
    room.sends(f"{base}/payment?scheme=wallet", {**WALLET, "provider": "Airtel Money"})
    answer = room.browser.post(
        f"{base}/verify/bank", {**opened, "state": "verified", "note": REASON}
    )
    assert answer.status_code == 200
    assert "changed this while you were writing" in words_of(answer)
    assert not profile.verifications.exists()


def test_every_change_stands_in_the_trail_with_before_and_after(portal: Portal) -> None:
    room = given_room(portal)
    profile = filled_in(room)
    base = f"{room.root}/applications/{profile.pk}"
    room.sends(f"{base}/business", {**BUSINESS, "name": "Njeri & Sons"})
    entries = list(
        TrailEntry.objects.filter(
            issuer_id=room.issuer.issuer_id, subject=f"profile:{profile.pk}"
        ).order_by("id")
    )
    assert [each.event for each in entries] == [
        "merchant.begun",
        "merchant.contact",
        "merchant.outlet",
        "merchant.bank",
        "merchant.document",
        "merchant.legal",
    ]
    assert {each.actor for each in entries} == {room.operator.actor}
    assert entries[-1].before is not None
    assert entries[-1].after is not None
    assert (entries[-1].before["name"], entries[-1].after["name"]) == (
        "Mama Njeri Shop",
        "Njeri & Sons",
    )
    told = "".join(f"{each.before}{each.after}" for each in entries)
    for secret in ("+254712345678", "0712", "njeri@example.org", "Njeri Kamau"):
        assert secret not in told
    assert "n…@example.org" in told
    assert "…5678" in told


def test_another_issuer_sees_nothing_of_it(portal: Portal) -> None:
    room, other = given_room(portal), given_room(portal)
    profile = in_review(room)
    document = profile.documents.get()
    place = profile.outlets.get()
    acceptor_id = registered(room, name="Lakeside Pharmacy")
    theirs = f"{other.root}/applications/{profile.pk}"
    for url in (
        theirs,
        f"{theirs}/business",
        f"{theirs}/places/{place.pk}",
        f"{theirs}/verify/bank",
        f"{theirs}/propose",
        f"{theirs}/ask",
        f"{other.root}/{acceptor_id}",
        f"{other.root}/{acceptor_id}/suspend",
        f"{other.root}/{acceptor_id}/bank",
        f"/portal/{other.issuer.code}/uploads/{document.upload.pk}",
        f"{room.root}/applications/{profile.pk}",
    ):
        assert other.browser.get(url).status_code == 404, url
    mine = in_review(other)
    mixed = f"{other.root}/applications/{mine.pk}"
    assert other.browser.get(f"{mixed}/places/{place.pk}").status_code == 404
    other.browser.post(f"{mixed}/places/{place.pk}/remove")
    place.refresh_from_db()
    assert place.ended_at is None
    assert "Lakeside Pharmacy" not in words_of(other.page(other.root))
    own = f"/portal/{room.issuer.code}/uploads/{document.upload.pk}"
    with closing(room.browser.get(own)) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == 'attachment; filename="paper.png"'


def test_a_step_cannot_be_made_from_where_it_does_not_lead(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    base = f"{room.root}/applications/{profile.pk}"
    room.browser.post(f"{base}/step/take")
    assert "cannot be done any more" in words_of(room.page(base))
    profile.refresh_from_db()
    assert profile.status == "draft"
    assert room.browser.post(f"{base}/step/approve").status_code == 404


def test_who_only_looks_changes_nothing(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    base = f"{room.root}/applications/{profile.pk}"
    auditor = signed_in(given_person(Role.AUDITOR, issuer=room.issuer))
    assert auditor.get(base).status_code == 200
    for url in (f"{room.root}/new", f"{base}/business", f"{base}/propose", f"{base}/ask"):
        assert auditor.get(url).status_code == 403, url
        assert auditor.post(url, {}).status_code == 403, url
    outsider = signed_in(given_person(Role.OPERATOR, issuer=given_office(portal)))
    assert outsider.get(base).status_code == 404
