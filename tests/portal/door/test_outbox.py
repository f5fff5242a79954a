"""The local outbox is for trying the system: elsewhere it is not there."""

from http import HTTPStatus

import pytest
from django.test import override_settings
from tests.portal.given import code_of, given_person, signed_out

from counterfoil.portal.models import Mail

pytestmark = pytest.mark.usefixtures("portal")


def test_it_shows_mails_with_links_that_can_be_followed() -> None:
    mail = Mail.objects.create(
        recipient="amina@example.org", subject="Hello <b>", body="See\n\nhttp://localhost/portal/x"
    )
    browser = signed_out()
    listed = browser.get("/portal/outbox").content.decode()
    assert "Hello &lt;b&gt;" in listed
    assert f'href="/portal/outbox/{mail.pk}"' in listed
    shown = browser.get(f"/portal/outbox/{mail.pk}").content.decode()
    assert '<a href="http://localhost/portal/x"' in shown
    assert browser.get("/portal/outbox/999999999").status_code == HTTPStatus.NOT_FOUND


def test_where_it_is_off_it_is_not_there() -> None:
    mail = Mail.objects.create(recipient="amina@example.org", subject="Hello", body="x")
    with override_settings(COUNTERFOIL_OUTBOX=False):
        browser = signed_out()
        assert browser.get("/portal/outbox").status_code == HTTPStatus.NOT_FOUND
        assert browser.get(f"/portal/outbox/{mail.pk}").status_code == HTTPStatus.NOT_FOUND
        assert "outbox" not in browser.get("/portal/sign-in").content.decode()


def test_it_shows_codes_of_a_demonstrations_people_only() -> None:
    person = given_person(second_factor=True)
    assert code_of() not in signed_out().get("/portal/outbox").content.decode()
    with override_settings(COUNTERFOIL_DEMO_LOGINS=(person.email,)):
        before, page, after = code_of(), signed_out().get("/portal/outbox"), code_of()
    shown = page.content.decode()
    assert person.email in shown
    assert before in shown or after in shown
