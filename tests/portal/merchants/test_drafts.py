"""What is written of a merchant before anybody looks at it: kept as it was written, whoever wrote,
and what is wrong is said where it stands.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.portal.conftest import Portal
from tests.portal.given import given_person, hidden, signed_in
from tests.portal.merchants.working import (
    BUSINESS,
    PERSON,
    begun,
    filled_in,
    form_of,
    given_room,
    photo,
    words_of,
)

from counterfoil.portal.models import MerchantProfile, Role, Upload


def test_a_second_click_on_the_first_step_is_one_draft(portal: Portal) -> None:
    room = given_room(portal)
    page = room.browser.get(f"{room.root}/new")
    given = {**form_of(page), "origin": "paper", **BUSINESS}
    first = room.browser.post(f"{room.root}/new", given)
    second = room.browser.post(f"{room.root}/new", given)
    assert first.headers["Location"] == second.headers["Location"]
    assert MerchantProfile.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tax_id": "P05136594M"}, "This is not a tax number of that country."),
        ({"name": ""}, "Name at the till"),
        ({"country": "XX"}, "Country"),
    ],
)
def test_a_wrong_business_is_said_beside_the_field_and_nothing_is_lost(
    portal: Portal, given: dict[str, str], said: str
) -> None:
    room = given_room(portal)
    answer = room.sends(f"{room.root}/new", {"origin": "paper", **BUSINESS, **given})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Not saved yet" in text
    assert said in text
    assert "Njeri General Stores Ltd" in text
    assert not MerchantProfile.objects.filter(issuer_id=room.issuer.issuer_id).exists()


def test_a_document_survives_an_error_elsewhere_in_its_form(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    url = f"{room.root}/applications/{profile.pk}/documents/add"
    answer = room.sends(
        url, {"kind": "licence", "expires_on": "31-31-31"}, upload=photo("licence.png")
    )
    assert answer.status_code == 200
    assert "licence.png" in words_of(answer)
    kept = hidden(answer, "upload_kept")
    again = {**form_of(answer), "upload_kept": kept, "kind": "licence", "expires_on": "2031-01-31"}
    saved = room.browser.post(url, again)
    assert saved.status_code == 302
    document = profile.documents.get()
    assert (document.kind, str(document.expires_on)) == ("licence", "2031-01-31")
    assert document.upload.name == "licence.png"
    assert document.upload.attached
    assert Upload.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1


def test_a_file_that_is_none_is_refused(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    script = SimpleUploadedFile("paper.pdf", b"<script>alert(1)</script>", "application/pdf")
    answer = room.sends(
        f"{room.root}/applications/{profile.pk}/documents/add", {"kind": "tax"}, upload=script
    )
    assert answer.status_code == 200
    assert "This is not a file we can read" in words_of(answer)
    assert not profile.documents.exists()


def test_what_is_missing_is_told_and_it_is_not_sent(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    url = f"{room.root}/applications/{profile.pk}/review"
    page = words_of(room.page(url))
    assert "– somebody to call – where it is – where it is paid" in page  # noqa: RUF001
    answer = room.browser.post(url, form_of(room.browser.get(url)))
    assert answer.status_code == 200
    profile.refresh_from_db()
    assert profile.status == "draft"


def test_two_who_write_at_once_see_what_the_other_wrote(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    url = f"{room.root}/applications/{profile.pk}/business"
    other = given_person(Role.OPERATOR, issuer=room.issuer, name="Kamau Other")
    opened = form_of(room.browser.get(url))
    browser = signed_in(other)
    theirs = browser.post(url, {**form_of(browser.get(url)), **BUSINESS, "name": "Njeri & Sons"})
    assert theirs.status_code == 302
    mine = room.browser.post(url, {**opened, **BUSINESS, "name": "Njeri & Daughters"})
    assert mine.status_code == 200
    text = words_of(mine)
    assert "Kamau Other changed this while you were writing" in text
    assert "Njeri & Sons" in text
    profile.refresh_from_db()
    assert profile.name == "Njeri & Sons"
    again = room.browser.post(url, {**form_of(mine), **BUSINESS, "name": "Njeri & Daughters"})
    assert again.status_code == 302
    profile.refresh_from_db()
    assert profile.name == "Njeri & Daughters"


def test_a_change_elsewhere_in_the_profile_does_not_stand_in_the_way(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    base = f"{room.root}/applications/{profile.pk}"
    opened = form_of(room.browser.get(f"{base}/business"))
    assert room.sends(f"{base}/people/add", PERSON).status_code == 302
    answer = room.browser.post(f"{base}/business", {**opened, **BUSINESS, "name": "Njeri Shop"})
    assert answer.status_code == 302


def test_people_places_and_papers_are_kept_as_they_were_written(portal: Portal) -> None:
    room = given_room(portal)
    profile = filled_in(room)
    person = profile.contacts.get()
    assert (person.name, person.telephone, person.email) == (
        "Njeri Kamau",
        "+254712345678",
        "njeri@example.org",
    )
    place = profile.outlets.get()
    assert (str(place.latitude), str(place.longitude)) == ("-0.303100", "36.080000")
    assert place.hours == [[[480, 1080]]] * 6 + [[]]
    assert (profile.tax_id_checked, profile.country) == (True, "KE")
    profile.refresh_from_db()
    assert (profile.scheme, profile.fsp, profile.account) == ("wallet", "M-PESA", "+254712345678")


def test_a_person_needs_a_way_to_be_reached(portal: Portal) -> None:
    room = given_room(portal)
    profile = begun(room)
    url = f"{room.root}/applications/{profile.pk}/people/add"
    answer = room.sends(url, {"name": "Njeri Kamau"})
    assert "Write a telephone number, an e-mail, or both." in words_of(answer)
    answer = room.sends(url, {**PERSON, "telephone": "12"})
    assert "This is not a telephone number." in words_of(answer)
    assert not profile.contacts.exists()
