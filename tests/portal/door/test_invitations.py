"""How people come in: by a link that works once, for three days."""

from datetime import timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.door.test_signing_in import sign_in
from tests.portal.given import (
    PASSWORD,
    given_office,
    given_person,
    hidden,
    last_mail_to,
    link_in,
    signed_in,
    signed_out,
)

from counterfoil.errors import ConflictError
from counterfoil.portal.models import Mail, Person, Role
from counterfoil.portal.people import OfficeGrant, invite
from counterfoil.portal.trail import Actor

pytestmark = pytest.mark.usefixtures("portal")
CLI = Actor("cli:test")
TOLD = {"name": "Amina Diallo", "new_password1": PASSWORD, "new_password2": PASSWORD}


def test_an_administrator_invites_and_the_link_lets_in_once(portal: Portal) -> None:
    issuer = given_office(portal)
    administrator = given_person(Role.ADMINISTRATOR, issuer=issuer, name="Rosa Lima")
    browser = signed_in(administrator)
    page = f"/portal/{issuer.code}/people/invite"
    email = f"new-{issuer.code.lower()}@example.org"
    command_id = hidden(browser.get(page), "command_id")
    sent = {"command_id": command_id, "email": email, "roles": ["operator"]}
    answer, _double_click = (browser.post(page, sent) for _press in range(2))
    person = Person.objects.get(email=email)
    assert answer.headers["Location"] == f"/portal/{issuer.code}/people/{person.pk}"
    assert Mail.objects.filter(recipient=email).count() == 1
    mail = last_mail_to(person)
    assert mail.subject == "Aid Agency invites you"
    assert "Rosa Lima has given you a role at Aid Agency: Operator." in mail.body
    assert "Invited" in browser.get(answer.headers["Location"]).content.decode()

    link = link_in(mail)
    form_page = signed_out().get(link, follow=True)
    address = form_page.redirect_chain[-1][0]
    newcomer = signed_out()
    newcomer.get(link)
    done = newcomer.post(address, TOLD)
    assert done.headers["Location"] == "/portal/sign-in"
    person.refresh_from_db()
    assert person.name == "Amina Diallo"
    assert EmailAddress.objects.get(user=person).verified
    assert sign_in(newcomer, person).headers["Location"] == "/portal/"
    assert "This link has been used" in signed_out().get(link, follow=True).content.decode()


def test_a_link_ends_after_three_days() -> None:
    invitation = invite("slow@example.org", [], CLI)
    almost, over = timedelta(days=2, hours=23), timedelta(days=3, minutes=1)
    for later, words in ((almost, "Choose a password"), (over, "This link has been used")):
        # Django's tokens count in naive local time.
        moved = timezone.now().replace(tzinfo=None) + later
        with mock.patch(
            "django.contrib.auth.tokens.PasswordResetTokenGenerator._now", return_value=moved
        ):
            page = signed_out().get(invitation.path, follow=True)
        assert words in page.content.decode()


def test_who_has_an_account_is_told_of_the_new_role_and_gets_no_link(portal: Portal) -> None:
    issuer = given_office(portal)
    known = given_person(password=PASSWORD)
    browser = signed_in(given_person(Role.ADMINISTRATOR, issuer=issuer))
    page = f"/portal/{issuer.code}/people/invite"
    command_id = hidden(browser.get(page), "command_id")
    browser.post(page, {"command_id": command_id, "email": known.email, "roles": ["auditor"]})
    assert link_in(last_mail_to(known)) == "/portal/"
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


def test_who_did_not_come_in_time_is_invited_again(portal: Portal) -> None:
    issuer = given_office(portal)
    invited = given_person(Role.OPERATOR, issuer=issuer)
    browser = signed_in(given_person(Role.ADMINISTRATOR, issuer=issuer))
    browser.post(f"/portal/{issuer.code}/people/{invited.pk}/invite")
    assert link_in(last_mail_to(invited)).startswith("/portal/welcome/")


@pytest.mark.parametrize("email", ["nobody", "", "a@", "two@example.org,three@example.org"])
def test_an_address_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(ConflictError, match="not an e-mail address"):
        invite(email, [], CLI)


def test_an_invitation_with_roles_that_exclude_each_other_leaves_nothing() -> None:
    email = "both@example.org"
    with pytest.raises(ConflictError, match="exclude each other"):
        invite(email, [OfficeGrant(Role.OPERATOR, 1), OfficeGrant(Role.APPROVER, 1)], CLI)
    assert not Person.objects.filter(email=email).exists()
