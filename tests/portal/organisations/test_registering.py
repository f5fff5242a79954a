"""From a paper on the operator's desk to an organisation that may buy, and what goes wrong."""

from typing import TYPE_CHECKING

import pytest
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in
from tests.portal.merchants.working import form_of, mails_to, photo, text_of, words_of
from tests.portal.organisations.working import (
    CONTACT,
    ORGANISATION,
    REASON,
    Room,
    applicant,
    bare,
    base_of,
    begun,
    filled_in,
    given_room,
    proposed,
    registered,
)

from counterfoil.engine.organisations import organisation_of
from counterfoil.portal.models import OrganisationProfile, OrganisationRole, Role, TrailEntry

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def room(portal: Portal) -> Room:
    return given_room(portal)


def test_an_organisation_is_written_down_proposed_approved_and_its_manager_invited(
    room: Room,
) -> None:
    profile = filled_in(room, email="halima.one@example.org")
    assert profile.status == "draft"
    assert profile.tax_id_checked
    page = room.page(base_of(room, profile))
    assert "All that is needed is there: propose its approval." in page
    assert "Isiolo" in page

    command_id = proposed(room, profile, "2,5")
    profile.refresh_from_db()
    assert (profile.status, profile.proposal) == ("proposed", command_id)
    shown = room.shown_to_approver(command_id)
    assert "Register Northern Aid: it can buy vouchers" in shown
    for text in ("2.5% on top of the face value", "Northern Aid Foundation", "P051365947M"):
        assert text in shown
    assert "halima.one@example.org" in shown
    assert "paper.png" in shown

    assert room.approve(command_id) == "done"
    assert "Northern Aid" in room.page(room.root)
    profile.refresh_from_db()
    assert (profile.status, profile.proposal) == ("approved", None)
    organisation_id = profile.organisation_id
    assert organisation_id is not None
    with connected(room.portal.url) as engine:
        found = organisation_of(engine, room.issuer, organisation_id)
    assert found is not None
    assert (found.name, found.status, found.commission_points) == ("Northern Aid", "approved", 250)
    (role,) = OrganisationRole.objects.filter(
        issuer_id=room.issuer.issuer_id, organisation_id=organisation_id
    )
    assert (role.role, role.person.email) == ("manager", "halima.one@example.org")
    (mail,) = mails_to("halima.one@example.org")
    assert mail.subject == f"Northern Aid at {room.issuer.name}: your way in"
    assert "/portal/welcome/" in mail.body or "http://localhost/portal/" in mail.body
    page = room.page(f"{room.root}/{organisation_id}")
    assert "2.5%" in page
    assert "has not signed in yet" in page


def test_what_was_approved_is_told_once_however_often_it_is_looked_at(room: Room) -> None:
    registered(room, email="once@example.org")
    for _time in range(3):
        room.page(room.root)
    assert len(mails_to("once@example.org")) == 1


def test_what_is_not_approved_is_the_operators_again(room: Room) -> None:
    profile = filled_in(room)
    command_id = proposed(room, profile)
    room.reject(command_id, "The tax number is of another organisation")
    page = room.page(base_of(room, profile))
    profile.refresh_from_db()
    assert (profile.status, profile.proposal, profile.organisation_id) == ("submitted", None, None)
    assert "The tax number is of another organisation" in page
    assert not OrganisationRole.objects.filter(issuer_id=room.issuer.issuer_id).exists()
    assert room.approve(proposed(room, profile)) == "done"


def test_nothing_changes_while_its_approval_waits(room: Room) -> None:
    profile = filled_in(room)
    base = base_of(room, profile)
    page = room.browser.get(f"{base}/contact")
    proposed(room, profile)
    answer = room.browser.post(f"{base}/contact", {**form_of(page), **CONTACT, "contact_name": "X"})
    assert answer.status_code == 302
    profile.refresh_from_db()
    assert profile.contact_name == "Halima Yusuf"
    assert room.browser.get(f"{base}/organisation").status_code == 302


def test_the_same_form_sent_twice_is_one_organisation(room: Room) -> None:
    url = f"{room.root}/new"
    form = {**form_of(room.browser.get(url)), "origin": "paper", **ORGANISATION}
    for _click in range(2):
        assert room.browser.post(url, form).status_code == 302
    assert OrganisationProfile.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1


def test_proposing_twice_is_one_command(room: Room) -> None:
    profile = filled_in(room)
    url = f"{base_of(room, profile)}/propose"
    form = {**form_of(room.browser.get(url)), "commission": "1", "reason": REASON}
    first, second = (room.browser.post(url, form) for _click in range(2))
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]


def test_an_approver_sees_that_a_name_is_taken_and_the_engine_refuses_it(room: Room) -> None:
    bare(room, "Northern Aid")
    profile = filled_in(room)
    assert "has the same name." in room.page(base_of(room, profile))
    command_id = proposed(room, profile)
    assert "There is another of the name Northern Aid." in room.shown_to_approver(command_id)
    assert room.approve(command_id) == "refused"
    page = room.page(base_of(room, profile))
    assert "There is an organisation Northern Aid already." in page
    profile.refresh_from_db()
    assert profile.status == "submitted"


def test_without_an_address_for_invoices_it_cannot_be_proposed(room: Room) -> None:
    profile = begun(room)
    base = base_of(room, profile)
    assert "Still missing: who is in charge, the address for invoices." in room.page(base)
    answer = room.browser.get(f"{base}/propose")
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("commission", "points"),
    [("", 0), ("0", 0), ("2.5", 250), ("2,05", 205), ("100", 10_000), (" 3 % ", 300)],
)
def test_a_commission_is_read_as_people_write_it(room: Room, commission: str, points: int) -> None:
    profile = filled_in(room)
    proposed(room, profile, commission)
    profile.refresh_from_db()
    assert profile.commission_points == points


@pytest.mark.parametrize("commission", ["-1", "100.01", "2.505", "two", "1e2", "NaN", "٣"])
def test_what_is_no_percentage_is_refused(room: Room, commission: str) -> None:
    profile = filled_in(room)
    answer = room.sends(
        f"{base_of(room, profile)}/propose",
        {"commission": commission, "notes": "", "reason": REASON},
    )
    assert answer.status_code == 200
    assert "Write a percentage from 0 to 100" in words_of(answer)


def test_a_wrong_tax_number_is_refused_where_its_country_is_known(room: Room) -> None:
    answer = room.sends(
        f"{room.root}/new", {"origin": "paper", **ORGANISATION, "tax_id": "P0513659"}
    )
    assert answer.status_code == 200
    assert "This is not a tax number of that country." in words_of(answer)


def test_who_writes_over_what_another_changed_is_shown_both(room: Room) -> None:
    profile = filled_in(room)
    url = f"{base_of(room, profile)}/contact"
    mine, theirs = form_of(room.browser.get(url)), form_of(room.browser.get(url))
    room.browser.post(url, {**theirs, **CONTACT, "contact_name": "Fatuma Ali"})
    answer = room.browser.post(url, {**mine, **CONTACT, "contact_name": "Asha Omar"})
    assert answer.status_code == 200
    assert "Fatuma Ali" in words_of(answer)
    profile.refresh_from_db()
    assert profile.contact_name == "Fatuma Ali"


def test_what_is_proposed_must_be_what_was_looked_at(room: Room) -> None:
    profile = filled_in(room)
    base = base_of(room, profile)
    form = form_of(room.browser.get(f"{base}/propose"))
    room.sends(f"{base}/contact", {**CONTACT, "contact_email": "other@example.org"})
    answer = room.browser.post(
        f"{base}/propose", {**form, "commission": "1", "notes": "", "reason": REASON}
    )
    assert answer.status_code == 200
    profile.refresh_from_db()
    assert profile.status == "draft"


def test_a_document_is_kept_once_and_taken_out(room: Room) -> None:
    profile = begun(room)
    base = base_of(room, profile)
    form = form_of(room.browser.get(f"{base}/documents/add"))
    for _click in range(2):
        room.browser.post(
            f"{base}/documents/add", {**form, "kind": "statutes", "upload": photo("s.png")}
        )
    (document,) = profile.documents.all()
    assert document.upload.attached
    room.browser.post(f"{base}/documents/{document.pk}/remove")
    document.refresh_from_db()
    assert document.ended_at is not None


def test_ids_of_forms_do_not_reach_what_is_of_others(room: Room, portal: Portal) -> None:
    mine, other = begun(room), filled_in(given_room(portal))
    (document,) = other.documents.all()
    base = base_of(room, mine)
    answer = room.sends(
        f"{base}/documents/add",
        {"kind": "tax", "command_id": str(document.pk)},
        upload=photo(),
    )
    assert answer.status_code == 404
    answer = room.sends(
        f"{room.root}/new",
        {"origin": "paper", **ORGANISATION, "command_id": str(other.pk)},
    )
    assert answer.status_code == 404
    room.browser.post(f"{base}/documents/{document.pk}/remove")
    document.refresh_from_db()
    assert document.ended_at is None
    assert room.browser.get(f"{room.root}/applications/{other.pk}").status_code == 404


def test_a_rejected_one_is_told_and_can_be_reopened(room: Room) -> None:
    browser, link = applicant(room, "refused@example.org")
    for path, given in (("organisation", ORGANISATION), ("contact", CONTACT)):
        form = form_of(browser.get(f"{link}/{path}"))
        asked = {**form, **given, "contact_email": "refused@example.org"}
        assert browser.post(f"{link}/{path}", asked).status_code == 302
    form = form_of(browser.get(f"{link}/review"))
    assert browser.post(f"{link}/review", {**form, "is_true": "on"}).status_code == 302
    profile = room.profile()
    base = base_of(room, profile)
    answer = room.sends(f"{base}/reject", {"message": "We sell to public bodies alone"})
    assert answer.status_code == 302
    mail = mails_to("refused@example.org")[-1]
    assert "We sell to public bodies alone" in mail.body
    assert "We sell to public bodies alone" in text_of(browser.get(link))
    room.browser.post(f"{base}/step/reopen")
    profile.refresh_from_db()
    assert profile.status == "submitted"


def test_only_the_operator_writes_applications(room: Room, portal: Portal) -> None:
    profile = filled_in(room)
    base = base_of(room, profile)
    others: list[Client] = [room.finance, room.approving]
    others.append(signed_in(given_person(Role.AUDITOR, issuer=room.issuer)))
    for browser in others:
        assert browser.get(base).status_code == 200
        for path in ("contact", "documents/add", "propose", "reject", "return"):
            assert browser.get(f"{base}/{path}").status_code == 403, path
        assert browser.post(f"{base}/step/withdraw").status_code == 403
    stranger = signed_in(given_person(Role.OPERATOR, issuer=given_office(portal)))
    assert stranger.get(base).status_code == 404


def test_a_draft_is_withdrawn_and_what_was_done_stands_in_the_trail(room: Room) -> None:
    profile = filled_in(room)
    room.browser.post(f"{base_of(room, profile)}/step/withdraw")
    profile.refresh_from_db()
    assert profile.status == "withdrawn"
    events = [
        each.event for each in TrailEntry.objects.filter(subject=profile.subject).order_by("id")
    ]
    assert events == [
        "organisation.begun",
        "organisation.contact",
        "organisation.document",
        "organisation.withdraw",
    ]
    told = TrailEntry.objects.get(subject=profile.subject, event="organisation.contact")
    assert told.after is not None
    assert told.after["contact_email"] == "h…@example.org"
    assert told.after["contact_telephone"] == "…5678"
