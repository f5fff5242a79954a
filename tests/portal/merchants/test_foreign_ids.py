"""Ids that come with a form: whose row they are is looked at, and nobody else's is touched."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from tests.portal.conftest import Portal
from tests.portal.given import Page, given_person, signed_in
from tests.portal.merchants.working import (
    BUSINESS,
    PERSON,
    PLACE,
    REASON,
    Room,
    applicant,
    begun,
    filled_in,
    form_of,
    given_room,
    in_review,
    mails_to,
    photo,
    registered,
    sent,
    words_of,
)

from counterfoil.portal.models import BankChange, Evidence, MerchantProfile, Role, TrailEntry

NEW_BANK = {
    "iban": "GB29 NWBK 6016 1331 9268 19",
    "holder": "Njeri General Stores Ltd",
    "why-reason": "They came to the office with a letter of the bank",
}
SENT_BEFORE = "This form was sent before, with something else in it."


def all_of(profile: MerchantProfile) -> list[object]:
    """Whatever is written down of it."""
    profile = MerchantProfile.objects.get(pk=profile.pk)
    parts = (profile.contacts, profile.outlets, profile.documents, profile.verifications)
    return [
        model_to_dict(profile),
        *([model_to_dict(each) for each in part.order_by("pk")] for part in parts),
    ]


def commands_of(room: Room) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT command_id, content, prepared_by, reason, status FROM command"
            " WHERE issuer_id = %s ORDER BY command_id",
            (room.issuer.issuer_id,),
        )
        return [tuple(map(bytes_or_same, row)) for row in cursor.fetchall()]


def bytes_or_same(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def told(room: Room) -> int:
    return TrailEntry.objects.filter(issuer_id=room.issuer.issuer_id).count()


def test_a_draft_is_not_begun_with_the_id_of_another_issuers(portal: Portal) -> None:
    ours, theirs = given_room(portal), given_room(portal)
    other = begun(theirs)
    before = all_of(other)
    answer = ours.sends(f"{ours.root}/new", {"origin": "paper", **BUSINESS, "command_id": other.pk})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert all_of(other) == before
    assert not MerchantProfile.objects.filter(issuer_id=ours.issuer.issuer_id).exists()
    assert told(ours) == 0


def test_a_draft_is_not_begun_with_the_id_of_a_colleagues(portal: Portal) -> None:
    room = given_room(portal)
    theirs = begun(room)
    before = all_of(theirs)
    colleague = signed_in(given_person(Role.OPERATOR, issuer=room.issuer))
    given = {"origin": "paper", **BUSINESS, "name": "Mine", "command_id": theirs.pk}
    answer = sent(colleague, f"{room.root}/new", given)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert all_of(theirs) == before


def test_an_applicant_does_not_take_over_an_application_by_its_id(portal: Portal) -> None:
    room = given_room(portal)
    victim, victims = applicant(room, f"victim-{uuid4().hex}@example.org")
    sent(victim, f"{victims}/business", BUSINESS)
    theirs = room.profile()
    written = begun(room, name="Of the office")
    before = [all_of(theirs), all_of(written)]
    thief, link = applicant(room, f"thief-{uuid4().hex}@example.org")
    for wanted in (theirs, written):
        given = {**BUSINESS, "name": "Thief", "command_id": wanted.pk}
        answer = sent(thief, f"{link}/business", given)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "You are about to apply" in words_of(thief.get(link))
    assert [all_of(theirs), all_of(written)] == before


def contact_of(profile: MerchantProfile) -> UUID:
    return UUID(str(profile.contacts.get().pk))


def outlet_of(profile: MerchantProfile) -> UUID:
    return UUID(str(profile.outlets.get().pk))


def document_of(profile: MerchantProfile) -> UUID:
    return UUID(str(profile.documents.get().pk))


@pytest.mark.parametrize(
    ("stage", "given", "id_of"),
    [
        ("people", {**PERSON, "name": "Thief"}, contact_of),
        ("places", {**PLACE, "name": "Thief"}, outlet_of),
        ("documents", {"kind": "tax", "number": "Thief"}, document_of),
    ],
)
@pytest.mark.parametrize("is_neighbour", [False, True])
def test_what_is_added_has_not_the_id_of_what_another_has(
    portal: Portal,
    stage: str,
    given: dict[str, str],
    id_of: Callable[[MerchantProfile], UUID],
    *,
    is_neighbour: bool,
) -> None:
    ours = given_room(portal)
    theirs = ours if is_neighbour else given_room(portal)
    mine, other = begun(ours, name="Mine"), filled_in(theirs, name="Other")
    before = [all_of(mine), all_of(other)]
    files = {"upload": photo()} if stage == "documents" else {}
    url = f"{ours.root}/applications/{mine.pk}/{stage}/add"
    answer = ours.sends(url, {**given, "command_id": id_of(other)}, **files)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert [all_of(mine), all_of(other)] == before


def test_a_document_sent_twice_is_one(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    url = f"{room.root}/applications/{profile.pk}/documents/add"
    opened = form_of(room.browser.get(url))
    for number in ("C-17", "C-18"):
        answer = room.browser.post(
            url, {**opened, "kind": "tax", "number": number, "upload": photo()}
        )
        assert answer.status_code == HTTPStatus.FOUND
    assert profile.documents.get().number == "C-17"


def test_a_change_of_bank_data_has_not_the_id_of_another_issuers(portal: Portal) -> None:
    ours, theirs = given_room(portal), given_room(portal)
    other = registered(theirs, email="")
    stolen = theirs.asks(f"{theirs.root}/{other}/bank?scheme=iban", NEW_BANK)
    email = f"told-{uuid4().hex}@example.org"
    acceptor_id = registered(ours, email=email)
    heard, before = len(mails_to(email)), (commands_of(ours), told(ours))
    answer = ours.sends(
        f"{ours.root}/{acceptor_id}/bank?scheme=iban",
        {**NEW_BANK, "command_id": stolen, "why-evidence": photo()},
    )
    assert answer.status_code == HTTPStatus.OK
    assert SENT_BEFORE in words_of(answer)
    assert (commands_of(ours), told(ours)) == before
    assert len(mails_to(email)) == heard
    change = BankChange.objects.get(command_id=stolen)
    assert (change.issuer_id, change.acceptor_id) == (theirs.issuer.issuer_id, other)
    assert not Evidence.objects.filter(issuer_id=ours.issuer.issuer_id).exists()


def propose(room: Room, profile: MerchantProfile, **given: object) -> Page:
    url = f"{room.root}/applications/{profile.pk}/propose"
    return room.sends(url, {"owner_email": "", "reason": REASON, **given})


def test_a_proposal_has_not_the_id_of_something_else_that_was_asked(portal: Portal) -> None:
    """Of the same hand, of another's, and of the proposal of another shop."""
    room = given_room(portal)
    first, second = in_review(room, name="First"), in_review(room, name="Second")
    group = room.asks(f"{room.root}/groups", {"code": "FOOD-2", "name": "Food"})
    colleague = signed_in(given_person(Role.OPERATOR, issuer=room.issuer))
    theirs = sent(colleague, f"{room.root}/groups", {"code": "FOOD-3", "name": "Food"})
    proposed = propose(room, first)
    used = [
        str(group),
        theirs.headers["Location"].rpartition("/")[2],
        proposed.headers["Location"].rpartition("/")[2],
    ]
    before = (commands_of(room), all_of(second), told(room))
    for command_id in used:
        answer = propose(room, second, command_id=command_id, owner_email="thief@example.org")
        assert answer.status_code == HTTPStatus.OK
        assert SENT_BEFORE in words_of(answer)
        assert (commands_of(room), all_of(second), told(room)) == before


def test_a_proposal_that_was_rejected_is_not_asked_again_by_its_old_form(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room)
    url = f"{room.root}/applications/{profile.pk}/propose"
    opened = form_of(room.browser.get(url))
    given = {**opened, "owner_email": "", "reason": REASON}
    first = room.browser.post(url, given)
    command_id = UUID(first.headers["Location"].rpartition("/")[2])
    assert room.reject(command_id, "The tax paper is of another shop") == "rejected"
    room.page(f"{room.root}/applications/{profile.pk}")
    again = room.browser.post(url, given)
    assert again.headers["Location"] == first.headers["Location"]
    changed = room.browser.post(url, {**given, "daily_count": "3"})
    assert changed.headers["Location"] == first.headers["Location"]
    room.page(f"{room.root}/applications/{profile.pk}")
    profile.refresh_from_db()
    assert (profile.status, profile.proposal) == ("in_review", None)
    assert len(commands_of(room)) == 1
    changed = room.browser.post(url, {**given, "daily_count": "3"})
    assert SENT_BEFORE in words_of(changed)
    assert len(commands_of(room)) == 1
