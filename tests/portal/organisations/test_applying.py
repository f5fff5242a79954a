"""An organisation applies by itself: by link alone, saved step by step, mended when returned."""

import re

import pytest
from django.test import Client
from tests.portal.conftest import Portal
from tests.portal.given import given_office, signed_out
from tests.portal.merchants.working import form_of, mails_to, photo, text_of, words_of
from tests.portal.organisations.working import (
    CONTACT,
    ORGANISATION,
    Room,
    applicant,
    base_of,
    given_room,
    link_of,
    proposed,
)

from counterfoil.portal.models import (
    Notification,
    OrganisationApplication,
    OrganisationProfile,
    PortalSettings,
    TrailEntry,
)


@pytest.fixture
def room(portal: Portal) -> Room:
    return given_room(portal)


def written(browser: Client, link: str, email: str) -> None:
    """All that is needed."""
    for path, given in (("organisation", ORGANISATION), ("contact", CONTACT)):
        form = form_of(browser.get(f"{link}/{path}"))
        own = {"contact_email": email} if path == "contact" else {}
        answer = browser.post(f"{link}/{path}", {**form, **given, **own})
        assert answer.status_code == 302, words_of(answer)


def submitted(browser: Client, link: str, email: str) -> None:
    written(browser, link, email)
    form = form_of(browser.get(f"{link}/review"))
    answer = browser.post(f"{link}/review", {**form, "is_true": "on"})
    assert answer.status_code == 302, words_of(answer)


def test_it_goes_from_a_link_to_an_invited_manager(room: Room) -> None:
    browser, link = applicant(room, "apply.one@example.org")
    assert "There are four short steps" in words_of(browser.get(link))
    written(browser, link, "apply.one@example.org")
    form = form_of(browser.get(f"{link}/documents/add"))
    browser.post(f"{link}/documents/add", {**form, "kind": "registration", "upload": photo()})
    assert "Go on: Check and send" in words_of(browser.get(link))
    form = form_of(browser.get(f"{link}/review"))
    assert browser.post(f"{link}/review", {**form, "is_true": "on"}).status_code == 302
    assert "There is nothing for you to do now." in words_of(browser.get(link))
    assert "has arrived" in mails_to("apply.one@example.org")[-1].subject

    told = Notification.objects.get(person=room.operator, kind="organisation_applied")
    profile = room.profile()
    assert told.subject == profile.subject
    assert profile.origin == "self"
    assert room.browser.get(f"/portal/notifications/{told.pk}").status_code in {302, 405}

    assert room.approve(proposed(room, profile)) == "done"
    assert "It is approved" in words_of(browser.get(link))
    mail = mails_to("apply.one@example.org")[-1]
    assert mail.subject.endswith("your way in")


def test_the_link_is_the_only_way_in_and_a_new_one_makes_the_old_worthless(room: Room) -> None:
    browser, first = applicant(room, "links@example.org")
    written(browser, first, "links@example.org")
    _other, second = applicant(room, "links@example.org")
    assert first != second
    assert browser.get(first).status_code == 404
    assert ORGANISATION["name"] in words_of(browser.get(second))
    assert browser.get(f"{second[:-4]}xxxx").status_code == 404
    token = second.rpartition("/")[2]
    assert OrganisationApplication.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1
    assert browser.get(f"/portal/apply/{room.issuer.code}/{token}").status_code == 404
    answer = browser.get(second)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_link_of_one_issuer_opens_nothing_at_another(room: Room, portal: Portal) -> None:
    browser, link = applicant(room, "isolated@example.org")
    other = given_office(portal)
    assert browser.get(link.replace(room.issuer.code, other.code)).status_code == 404


def test_a_link_of_a_merchant_opens_no_organisation(room: Room) -> None:
    browser = signed_out()
    browser.post(f"/portal/apply/{room.issuer.code}", {"email": "shop@example.org"})
    link = link_of("shop@example.org")
    token = link.rpartition("/")[2]
    assert browser.get(f"/portal/apply/{room.issuer.code}/organisation/{token}").status_code == 404


def test_it_is_saved_step_by_step_and_goes_on_where_it_stopped(room: Room) -> None:
    browser, link = applicant(room, "later@example.org")
    form = form_of(browser.get(f"{link}/organisation"))
    answer = browser.post(f"{link}/organisation", {**form, **ORGANISATION})
    assert answer.headers["Location"] == f"{link}/contact"
    page = browser.get(f"{link}/contact")
    assert "later@example.org" in text_of(page)  # who is in charge, to begin with
    assert "Go on: Contact and invoices" in words_of(browser.get(link))
    form = form_of(browser.get(f"{link}/review"))
    browser.post(f"{link}/review", {**form, "is_true": "on"})
    assert room.profile().status == "draft"


def test_the_first_step_sent_twice_is_one_application(room: Room) -> None:
    browser, link = applicant(room, "twice@example.org")
    form = form_of(browser.get(f"{link}/organisation"))
    for _click in range(2):
        assert browser.post(f"{link}/organisation", {**form, **ORGANISATION}).status_code == 302
    assert OrganisationProfile.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1


def test_it_comes_back_for_correction_and_is_sent_again(room: Room) -> None:
    browser, link = applicant(room, "mend@example.org")
    submitted(browser, link, "mend@example.org")
    profile = room.profile()
    answer = room.sends(f"{base_of(room, profile)}/return", {"message": "The tax paper is missing"})
    assert answer.status_code == 302
    mail = mails_to("mend@example.org")[-1]
    assert "The tax paper is missing" in mail.body
    assert browser.get(link).status_code == 404  # the link of the new mail counts
    link = link_of("mend@example.org")
    page = words_of(browser.get(link))
    assert "asks you to mend this:" in page
    assert "The tax paper is missing" in page
    form = form_of(browser.get(f"{link}/review"))
    browser.post(f"{link}/review", {**form, "is_true": "on"})
    profile.refresh_from_db()
    assert profile.status == "submitted"
    assert (
        Notification.objects.filter(person=room.operator, kind="organisation_applied").count() == 2
    )


def test_what_is_sent_is_with_the_issuer_and_cannot_be_changed(room: Room) -> None:
    browser, link = applicant(room, "sent@example.org")
    submitted(browser, link, "sent@example.org")
    for path in ("organisation", "contact", "documents", "documents/add", "review"):
        assert browser.get(f"{link}/{path}").status_code == 302, path
    profile = room.profile()
    proposed(room, profile)
    page = words_of(browser.get(link))
    assert "Submitted" in page
    assert "Waits for approval" not in page
    browser.post(f"{link}/withdraw")
    profile.refresh_from_db()
    assert profile.status == "proposed"


def test_who_withdrew_can_apply_again(room: Room) -> None:
    browser, link = applicant(room, "again@example.org")
    submitted(browser, link, "again@example.org")
    browser.post(f"{link}/withdraw")
    assert room.profile().status == "withdrawn"
    browser.post(f"{link}/again")
    assert "There are four short steps" in words_of(browser.get(link))
    entry = TrailEntry.objects.filter(event="organisation.withdraw").latest("id")
    assert entry.actor.startswith("applicant:organisation-")


def test_nobody_learns_who_applied_and_nobody_is_flooded(room: Room) -> None:
    url = f"/portal/apply/{room.issuer.code}/organisation"
    for number in range(6):
        answer = signed_out().post(url, {"email": "flood@example.org"})
        assert answer.status_code == 302, number
        assert answer.headers["Location"] == f"{url}/sent"
    assert len(mails_to("flood@example.org")) == 4
    browser = signed_out()
    answers = [browser.post(url, {"email": f"n{n}@example.org"}) for n in range(21)]
    assert [answer.status_code for answer in answers[-2:]] == [302, 429]
    assert "Too many tries from here" in words_of(answers[-1])


def test_the_choice_between_shops_and_organisations_is_offered_where_both_may_apply(
    room: Room,
) -> None:
    browser, url = signed_out(), f"/portal/apply/{room.issuer.code}"
    for page in (url, f"{url}/organisation"):
        words = words_of(browser.get(page))
        assert "I want to accept vouchers" in words
        assert "My organisation wants to buy vouchers" in words
    PortalSettings.objects.update_or_create(
        issuer_id=room.issuer.issuer_id, defaults={"organisations_apply": False}
    )
    assert "My organisation" not in words_of(browser.get(url))
    closed = browser.get(f"{url}/organisation")
    assert closed.status_code == 404
    assert "No applications now" in words_of(closed)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("program.exe", b"MZ\x90\x00\x03"),
        ("paper.pdf", b"%PDF-1.7\n<script>alert(1)</script>\nstartxref\n0\n%%EOF"),
        ("empty.png", b""),
    ],
)
def test_hostile_files_are_refused(room: Room, name: str, content: bytes) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    browser, link = applicant(room, "files@example.org")
    form = form_of(browser.get(f"{link}/organisation"))
    browser.post(f"{link}/organisation", {**form, **ORGANISATION})
    form = form_of(browser.get(f"{link}/documents/add"))
    sent = SimpleUploadedFile(name, content, content_type="image/png")
    answer = browser.post(f"{link}/documents/add", {**form, "kind": "tax", "upload": sent})
    assert answer.status_code == 200
    assert "Not saved yet" in words_of(answer)
    assert not room.profile().documents.exists()


def test_a_file_kept_for_one_applicant_is_of_no_use_to_another(room: Room) -> None:
    browser, link = applicant(room, "mine@example.org")
    other, strange = applicant(room, "theirs@example.org")
    for each, address in ((browser, link), (other, strange)):
        form = form_of(each.get(f"{address}/organisation"))
        each.post(f"{address}/organisation", {**form, **ORGANISATION})
    form = form_of(browser.get(f"{link}/documents/add"))
    kept = browser.post(f"{link}/documents/add", {**form, "kind": "", "upload": photo()})
    token = re.search(r'name="upload_kept" value="([^"]+)"', text_of(kept))
    assert token is not None
    form = form_of(other.get(f"{strange}/documents/add"))
    answer = other.post(
        f"{strange}/documents/add", {**form, "kind": "tax", "upload_kept": token[1]}
    )
    assert "This file is not kept any more." in words_of(answer)
