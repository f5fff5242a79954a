"""The public application: links that rotate and lapse, steps that are saved, and what the applicant
is told.
"""

import secrets
from datetime import timedelta

from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.given import signed_out
from tests.portal.merchants.working import (
    BUSINESS,
    PERSON,
    PLACE,
    REASON,
    WALLET,
    Room,
    applicant,
    apply_link,
    form_of,
    given_room,
    mails_to,
    photo,
    sent,
    words_of,
)

from counterfoil.portal.models import Application, MerchantProfile, PortalSettings, TrailEntry
from counterfoil.portal.public.country import likely_country


def address() -> str:
    return f"{secrets.token_hex(6)}@example.org"


def filled(browser: Client, link: str, **business: str) -> None:
    """All but sent."""
    for path, given in (
        ("business", {**BUSINESS, **business}),
        ("people/add", PERSON),
        ("places/add", PLACE),
        ("payment?scheme=wallet", WALLET),
    ):
        answer = sent(browser, f"{link}/{path}", given)
        assert answer.status_code == 302, words_of(answer)
    answer = sent(
        browser, f"{link}/documents/add", {"kind": "registration"}, upload=photo("my paper.png")
    )
    assert answer.status_code == 302, words_of(answer)


def submitted(room: Room, email: str) -> tuple[Client, str, MerchantProfile]:
    browser, link = applicant(room, email)
    filled(browser, link)
    answer = sent(browser, f"{link}/review", {"is_true": "on"})
    assert answer.status_code == 302, words_of(answer)
    return browser, link, room.profile()


def test_somebody_without_an_account_applies_and_sees_how_it_stands(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link, profile = submitted(room, email)
    assert (profile.status, profile.origin) == ("submitted", "self")
    assert profile.made_by.startswith("applicant:")
    page = words_of(browser.get(link))
    assert "Your application is with Aid Agency." in page
    assert "Njeri General Stores Ltd" in page
    last = mails_to(email)[-1]
    assert last.subject == "Your application has arrived at Aid Agency"
    office = words_of(room.page(f"{room.root}/applications/{profile.pk}"))
    assert "applied by themselves" in office
    assert "the applicant" in office


def test_each_mail_makes_the_link_before_it_worthless(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, first = applicant(room, email)
    assert browser.get(first).status_code == 200
    again, second = applicant(room, email)
    assert first != second
    over = browser.get(first)
    assert over.status_code == 404
    assert "This link does not work any more" in words_of(over)
    assert again.get(second).status_code == 200
    assert browser.post(f"{first}/business", BUSINESS).status_code == 404


def test_a_new_link_leads_to_what_was_saved(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link = applicant(room, email)
    assert sent(browser, f"{link}/business", BUSINESS).status_code == 302
    elsewhere, link = applicant(room, email.upper())
    page = words_of(elsewhere.get(link))
    assert "Mama Njeri Shop Draft" in page
    assert "Go on: People" in page
    assert MerchantProfile.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1


def test_a_link_lapses_after_thirty_days(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link = applicant(room, email)
    application = Application.objects.get(email=email)
    left = application.expires_at - timezone.now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    Application.objects.filter(pk=application.pk).update(expires_at=timezone.now())
    assert browser.get(link).status_code == 404


def test_only_the_digest_of_a_link_is_kept(portal: Portal) -> None:
    room, email = given_room(portal), address()
    _browser, link = applicant(room, email)
    token = link.rpartition("/")[2]
    assert len(token) == 43
    application = Application.objects.get(email=email)
    assert len(application.token_digest) == 32
    assert token.encode() not in bytes(application.token_digest)


def test_a_link_is_of_one_issuer_alone(portal: Portal) -> None:
    room, other = given_room(portal), given_room(portal)
    browser, link = applicant(room, address())
    theirs = link.replace(room.issuer.code, other.issuer.code)
    assert browser.get(theirs).status_code == 404
    assert browser.get("/portal/apply/NOSUCH").status_code == 404


def test_the_answer_is_the_same_whether_the_e_mail_is_known_or_not(portal: Portal) -> None:
    room, known = given_room(portal), address()
    applicant(room, known)
    start = f"/portal/apply/{room.issuer.code}"
    answers = [signed_out().post(start, {"email": each}) for each in (known, address())]
    assert [each.status_code for each in answers] == [302, 302]
    assert {each.headers["Location"] for each in answers} == {f"{start}/sent"}
    assert "on its way" in words_of(signed_out().get(f"{start}/sent"))


def test_one_e_mail_gets_four_mails_an_hour_and_nobody_is_told(portal: Portal) -> None:
    room, email = given_room(portal), address()
    start = f"/portal/apply/{room.issuer.code}"
    answers = [signed_out().post(start, {"email": email}) for _try in range(6)]
    assert {each.headers["Location"] for each in answers} == {f"{start}/sent"}
    assert len(mails_to(email)) == 4
    link = apply_link(email)
    assert signed_out().get(link).status_code == 200


def test_who_asks_too_often_from_one_place_is_told_to_wait(portal: Portal) -> None:
    room, browser = given_room(portal), signed_out()
    start = f"/portal/apply/{room.issuer.code}"
    cache.set(f"apply:address:{browser.defaults['REMOTE_ADDR']}", 20, timeout=60)
    email = address()
    answer = browser.post(start, {"email": email})
    assert answer.status_code == 429
    assert "Too many tries from here." in words_of(answer)
    assert email in answer.content.decode()
    assert mails_to(email) == []


def test_what_is_no_e_mail_is_said_beside_it(portal: Portal) -> None:
    room = given_room(portal)
    answer = signed_out().post(f"/portal/apply/{room.issuer.code}", {"email": "nobody"})
    assert answer.status_code == 200
    assert "Not saved yet" in words_of(answer)


def test_an_issuer_may_take_no_applications_but_who_began_goes_on(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link = applicant(room, email)
    PortalSettings.objects.update_or_create(
        issuer_id=room.issuer.issuer_id, defaults={"merchants_apply": False}
    )
    closed = signed_out().get(f"/portal/apply/{room.issuer.code}")
    assert closed.status_code == 404
    assert "does not take applications here at the moment" in words_of(closed)
    assert browser.get(link).status_code == 200
    assert "They can apply by themselves" not in words_of(room.page(room.root))


def test_nothing_can_be_sent_that_is_not_complete_or_not_said_to_be_true(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link = applicant(room, email)
    sent(browser, f"{link}/business", BUSINESS)
    answer = browser.post(f"{link}/review", {**form_of(browser.get(link)), "is_true": "on"})
    assert answer.status_code == 200
    filled(browser, link)
    answer = sent(browser, f"{link}/review", {})
    assert "Not saved yet: please look at this" in words_of(answer)
    assert room.profile().status == "draft"


def test_what_was_sent_cannot_be_changed_by_the_applicant(portal: Portal) -> None:
    room = given_room(portal)
    browser, link, profile = submitted(room, address())
    place = profile.outlets.get()
    for url in (f"{link}/business", f"{link}/places/add", f"{link}/payment"):
        answer = browser.get(url)
        assert (answer.status_code, answer.headers["Location"]) == (302, link)
    browser.post(f"{link}/places/{place.pk}/remove")
    place.refresh_from_db()
    assert place.ended_at is None
    assert "with the issuer now and cannot be changed" in words_of(browser.get(link))


def test_more_information_is_asked_and_answered(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link, profile = submitted(room, email)
    base = f"{room.root}/applications/{profile.pk}"
    room.browser.post(f"{base}/step/take")
    question = "Send a photo of the trade licence, please."
    answer = room.sends(f"{base}/ask", {"message": question})
    assert answer.status_code == 302
    assert browser.get(link).status_code == 404
    mail = mails_to(email)[-1]
    assert mail.subject == "Aid Agency needs something more from you"
    assert question in mail.body
    link = apply_link(email)
    page = words_of(browser.get(link))
    assert "Aid Agency asks: Send a photo of the trade licence, please." in page
    assert "Check and send again" in page
    answer = sent(browser, f"{link}/documents/add", {"kind": "licence"}, upload=photo("l.png"))
    assert answer.status_code == 302
    assert sent(browser, f"{link}/review", {"is_true": "on"}).status_code == 302
    profile.refresh_from_db()
    assert profile.status == "submitted"
    told = words_of(room.page(base))
    assert "More information asked" in told
    assert "Trade licence" in told


def test_a_rejection_reaches_the_applicant_with_its_reason(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link, profile = submitted(room, email)
    base = f"{room.root}/applications/{profile.pk}"
    answer = room.sends(f"{base}/reject", {"message": "Only shops inside of the district."})
    assert answer.status_code == 302
    mail = mails_to(email)[-1]
    assert mail.subject == "Aid Agency did not approve your application"
    assert "Only shops inside of the district." in mail.body
    page = words_of(browser.get(link))
    assert "Only shops inside of the district." in page
    assert "Apply for another shop" in page
    room.browser.post(f"{base}/step/reopen")
    profile.refresh_from_db()
    assert profile.status == "in_review"


def test_who_was_decided_about_can_apply_for_another_shop(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link, profile = submitted(room, email)
    browser.post(f"{link}/again")
    assert "Njeri" in words_of(browser.get(link))  # not before it is decided
    room.sends(f"{room.root}/applications/{profile.pk}/reject", {"message": REASON})
    browser.post(f"{link}/again")
    assert "You are about to apply" in words_of(browser.get(link))
    assert sent(browser, f"{link}/business", {**BUSINESS, "name": "Second"}).status_code == 302
    assert room.profile("Second").status == "draft"


def test_an_applicant_can_withdraw(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link, profile = submitted(room, email)
    assert browser.post(f"{link}/withdraw").status_code == 302
    profile.refresh_from_db()
    assert profile.status == "closed"
    assert "You withdrew this application." in words_of(browser.get(link))


def test_an_approved_applicant_is_told(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link, profile = submitted(room, email)
    base = f"{room.root}/applications/{profile.pk}"
    room.browser.post(f"{base}/step/take")
    command_id = room.asks(f"{base}/propose", {"owner_email": email, "reason": REASON})
    assert "is with Aid Agency" in words_of(browser.get(link))
    assert browser.post(f"{link}/withdraw").status_code == 302
    assert room.approve(command_id) == "done"
    assert "You are approved" in words_of(browser.get(link))
    profile.refresh_from_db()
    assert (profile.status, profile.acceptor_id) == ("approved", 2)
    assert "your way in" in mails_to(email)[-1].subject


def test_a_second_click_begins_one_application(portal: Portal) -> None:
    room, email = given_room(portal), address()
    browser, link = applicant(room, email)
    given = {**form_of(browser.get(f"{link}/business")), **BUSINESS}
    first = browser.post(f"{link}/business", given)
    second = browser.post(f"{link}/business", given)
    assert first.status_code == second.status_code == 302
    assert MerchantProfile.objects.filter(issuer_id=room.issuer.issuer_id).count() == 1


def test_a_second_click_adds_one_person(portal: Portal) -> None:
    room = given_room(portal)
    browser, link = applicant(room, address())
    sent(browser, f"{link}/business", BUSINESS)
    given = {**form_of(browser.get(f"{link}/people/add")), **PERSON}
    assert browser.post(f"{link}/people/add", given).status_code == 302
    assert browser.post(f"{link}/people/add", given).status_code == 302
    assert room.profile().contacts.count() == 1


def test_the_steps_of_an_applicant_stand_in_the_trail_without_names(portal: Portal) -> None:
    room, email = given_room(portal), address()
    submitted(room, email)
    entries = TrailEntry.objects.filter(issuer_id=room.issuer.issuer_id)
    assert {each.actor.partition(":")[0] for each in entries} == {"applicant"}
    assert not any(email in f"{each.before}{each.after}{each.actor}" for each in entries)


def test_pages_of_a_link_are_kept_by_nobody_and_tell_nobody_where_they_are(portal: Portal) -> None:
    room = given_room(portal)
    browser, link = applicant(room, address())
    answer = browser.get(link)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_country_is_offered_whose_money_the_issuer_has(portal: Portal) -> None:
    assert likely_country(given_room(portal).issuer.issuer_id) == "KE"
