"""Mail goes to the server that is set, or stays in a table; a server that is down tells nothing."""

import socketserver
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import cast

import pytest
from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, hidden, signed_in, signed_out

from counterfoil.errors import WrongSettingError
from counterfoil.portal.configuration import Serving, configure
from counterfoil.portal.models import Mail, Person, Role
from counterfoil.sandbox_fsp.process import free_port
from counterfoil.settings import Settings


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP (RFC 5321) as is needed to be given a mail."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.passwords: list[bytes] = []
        self.mails: list[str] = []


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("MailServer", self.server)
        self._say("220 ready")
        for line in self.rfile:
            verb = line.split()[0].upper()
            if verb == b"EHLO":
                self._say("250-hello\r\n250 AUTH PLAIN")
            elif verb == b"AUTH":
                server.passwords.append(b64decode(line.split()[-1]))
                self._say("235 welcome")
            elif verb == b"DATA":
                self._say("354 go on")
                server.mails.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self._say("250 taken")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def sending(portal: Portal, smtp_url: str) -> Iterator[None]:
    """The portal with that mail server, and as it was before afterwards."""
    secret, uploads = settings.SECRET_KEY, settings.COUNTERFOIL_UPLOADS
    configure(portal.url, secret=secret, serving=Serving(uploads=uploads, smtp_url=smtp_url))
    try:
        yield
    finally:
        configure(portal.url, secret=secret, serving=Serving(uploads=uploads, outbox=True))


def test_a_mail_goes_to_the_server_that_is_set(portal: Portal) -> None:
    before = Mail.objects.count()
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        with sending(portal, f"smtp://robot:p%40ss@127.0.0.1:{port}"):
            assert not settings.COUNTERFOIL_OUTBOX
            send_mail("Hello", "world", None, ["amina@example.org"])
        server.shutdown()
    assert server.passwords == [b"\0robot\0p@ss"]
    (mail,) = server.mails
    assert "From: Counterfoil <no-reply@localhost>" in mail
    assert "To: amina@example.org" in mail
    assert Mail.objects.count() == before


def test_a_server_that_is_down_does_not_tell_who_has_an_account(portal: Portal) -> None:
    person = given_person(password="three quiet herons")
    with sending(portal, f"smtp://127.0.0.1:{free_port()}"):
        answers = {
            signed_out().post("/portal/account/forgotten", {"email": email}).headers["Location"]
            for email in (person.email, "nobody@example.org")
        }
    assert answers == {"/portal/account/forgotten/sent"}


def test_an_invitation_that_the_server_does_not_take_can_be_sent_again(portal: Portal) -> None:
    issuer = given_office(portal)
    browser = signed_in(given_person(Role.ADMINISTRATOR, issuer=issuer))
    page, email = f"/portal/{issuer.code}/people/invite", f"{issuer.code.lower()}@example.org"
    command_id = hidden(browser.get(page), "command_id")
    with sending(portal, f"smtp://127.0.0.1:{free_port()}"):
        answer = browser.post(
            page, {"command_id": command_id, "email": email, "roles": ["operator"]}
        )
    assert answer.status_code == HTTPStatus.FOUND
    shown = browser.get(answer.headers["Location"]).content.decode()
    assert "The mail server does not take the invitation" in shown
    browser.post(f"{answer.headers['Location']}/invite")
    assert Mail.objects.filter(recipient=Person.objects.get(email=email).email).count() == 1


@pytest.mark.usefixtures("portal")
def test_what_stays_in_the_table_does_not_stay_for_long() -> None:
    long_ago = timezone.now() - timedelta(days=31)
    old = Mail.objects.create(recipient="a@example.org", subject="x", body="", written_at=long_ago)
    send_mail("Hello", "world", None, ["amina@example.org"])
    assert not Mail.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "smtp://robot:hunter2@host:port", "hunter2"]
)
def test_a_bad_url_of_a_mail_server_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(WrongSettingError) as refusal:
        Settings.read({"COUNTERFOIL_SMTP_URL": url})
    assert str(refusal.value).startswith("COUNTERFOIL_SMTP_URL must read smtp://")
    assert "hunter2" not in str(refusal.value)


def test_the_url_of_a_mail_server_is_in_no_log() -> None:
    url = "smtps://robot:hunter2@mail.example:465"
    settings_read = Settings.read({"COUNTERFOIL_SMTP_URL": url})
    assert settings_read.smtp_url == url
    assert "hunter2" not in repr(settings_read)
    assert "hunter2" not in repr(Serving(smtp_url=url))
