"""Mails wait in a table, in the transaction of what they tell; a worker sends each of them once."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Final

import pytest
from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in, signed_out
from tests.portal.mail.server import mail_server, with_server

from counterfoil.errors import WrongSettingError
from counterfoil.portal.configuration import Serving
from counterfoil.portal.mail import write_mails
from counterfoil.portal.models import Mail, MailStatus, Role
from counterfoil.portal.sending import LEASE, TRIES_MAX, forget_old, send_waiting
from counterfoil.sandbox_fsp.process import free_port
from counterfoil.settings import Settings

FORGOTTEN: Final = "/portal/account/forgotten"
GOES_ON: Final = Event()


@pytest.fixture(autouse=True)
def nothing_else_waits(portal: Portal) -> Iterator[None]:  # noqa: ARG001  # its table
    Mail.objects.filter(status=MailStatus.QUEUED).delete()
    yield
    Mail.objects.filter(status=MailStatus.QUEUED).delete()


def written(recipient: str, issuer_id: int | None = None) -> Mail:
    write_mails([recipient], "Hello", "a link: /portal/x", issuer_id=issuer_id)
    return Mail.objects.filter(recipient=recipient).latest("id")


def due_again(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(next_try_at=timezone.now())


def test_a_mail_is_queued_and_a_worker_takes_it_to_the_server_that_is_set(portal: Portal) -> None:
    with mail_server() as server, with_server(portal, server.url):
        assert not settings.COUNTERFOIL_OUTBOX
        send_mail("Hello", "world", None, ["amina@example.org"])
        mail = Mail.objects.latest("id")
        assert (mail.status, mail.body, server.mails) == ("queued", "world", [])
        assert send_waiting(GOES_ON) == 1
        assert send_waiting(GOES_ON) == 0
    assert server.passwords == [b"\0robot\0p@ss"]
    (sent,) = server.mails
    assert "From: Counterfoil <no-reply@localhost>" in sent
    assert "To: amina@example.org" in sent
    assert f"Message-ID: <counterfoil-{mail.pk}@localhost>" in sent
    mail.refresh_from_db()
    assert (mail.status, mail.body, mail.tries) == ("sent", "", 1)
    assert mail.sent_at is not None


def test_without_a_server_a_mail_stays_and_is_not_sent_later(portal: Portal) -> None:
    mail = written("kept@example.org")
    assert (mail.status, mail.body) == ("kept", "a link: /portal/x")
    with mail_server() as server, with_server(portal, server.url):
        assert send_waiting(GOES_ON) == 0
    assert server.mails == []
    assert f"/portal/outbox/{mail.pk}" in signed_out().get("/portal/outbox").content.decode()


def test_a_mail_is_written_with_what_it_tells_or_not_at_all(portal: Portal) -> None:
    with mail_server() as server, with_server(portal, server.url):
        with transaction.atomic():
            written("undone@example.org")
            transaction.set_rollback(True)
        assert send_waiting(GOES_ON) == 0
    assert not Mail.objects.filter(recipient="undone@example.org").exists()


def test_no_page_waits_for_a_mail_server_that_never_answers(portal: Portal) -> None:
    person = given_person(password="three quiet herons")
    seconds = {}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with with_server(portal, url):
            for email in (person.email, "nobody@example.org"):
                began = time.monotonic()
                answer = signed_out().post(FORGOTTEN, {"email": email})
                seconds[email] = time.monotonic() - began
                assert answer.headers["Location"] == f"{FORGOTTEN}/sent"
    assert max(seconds.values()) < 2
    assert Mail.objects.filter(recipient=person.email, status="queued").count() == 1
    assert not Mail.objects.filter(recipient="nobody@example.org").exists()


def test_two_workers_never_send_one_mail_twice(portal: Portal) -> None:
    with mail_server() as server, with_server(portal, server.url):
        server.answers.clear()
        for number in range(3):
            written(f"one-of-{number}@example.org")
        threads = [threading.Thread(target=_send_in_a_thread) for _worker in range(4)]
        for thread in threads:
            thread.start()
        assert server.asked.wait(10)
        time.sleep(0.3)  # each has looked while the server was silent
        server.answers.set()
        for thread in threads:
            thread.join()
        told = sorted(line for mail in server.mails for line in mail.splitlines() if "To:" in line)
    assert told == [f"To: one-of-{number}@example.org" for number in range(3)]


def _send_in_a_thread() -> None:
    try:
        send_waiting(GOES_ON)
    finally:
        connection.close()


def test_what_a_worker_left_when_it_died_is_sent_when_its_lease_is_over(portal: Portal) -> None:
    with mail_server() as server, with_server(portal, server.url):
        mail = written("left@example.org")
        left = timezone.now() + LEASE
        Mail.objects.filter(pk=mail.pk).update(tries=1, next_try_at=left)
        assert send_waiting(GOES_ON) == 0
        due_again(mail)
        assert send_waiting(GOES_ON) == 1
    mail.refresh_from_db()
    assert (mail.status, mail.tries) == ("sent", 2)


def test_pauses_grow_until_a_mail_is_given_up_and_its_links_are_forgotten(portal: Portal) -> None:
    pauses = []
    with mail_server() as server, with_server(portal, server.url):
        server.refused = {"full@example.org"}
        mail, other = written("full@example.org"), written("fine@example.org")
        for _try in range(TRIES_MAX):
            due_again(mail)
            before = timezone.now()
            send_waiting(GOES_ON)
            mail.refresh_from_db()
            if mail.next_try_at is not None:
                pauses.append(round((mail.next_try_at - before) / timedelta(minutes=1)))
    assert pauses == [1, 2, 5, 10, 30, 60, 120, 360, 600]
    assert (mail.status, mail.tries, mail.body) == ("failed", 10, "")
    assert mail.last_error == "SMTPRecipientsRefused"  # not what the server said
    other.refresh_from_db()
    assert other.status == "sent"


def test_while_the_server_is_away_what_waits_is_not_worn_out(portal: Portal) -> None:
    with with_server(portal, f"smtp://127.0.0.1:{free_port()}"):
        mails = [written(f"patient-{number}@example.org") for number in range(3)]
        assert send_waiting(GOES_ON) == 0
    tries = []
    for mail in mails:
        mail.refresh_from_db()
        tries.append((mail.status, mail.tries, mail.last_error))
    assert tries == [
        ("queued", 1, "ConnectionRefusedError"),
        ("queued", 0, ""),
        ("queued", 0, ""),
    ]


def test_administrators_see_what_nobody_got_at_their_issuer_alone(portal: Portal) -> None:
    issuer, other = given_office(portal), given_office(portal)
    person = given_person(Role.OPERATOR, issuer=issuer)
    for recipient, issuer_id in (
        (f"lost@{issuer.code}.example.org", issuer.issuer_id),
        (person.email, None),
        (f"lost@{other.code}.example.org", other.issuer_id),
        ("somebody-elses-account@example.org", None),
    ):
        mail = written(recipient, issuer_id)
        Mail.objects.filter(pk=mail.pk).update(
            status="failed", body="", tries=10, last_error="SMTPRecipientsRefused"
        )
    address = f"/portal/{issuer.code}/settings/mails"
    shown = signed_in(given_person(Role.ADMINISTRATOR, issuer=issuer)).get(address)
    page = shown.content.decode()
    assert f"lost@{issuer.code}.example.org" in page
    assert person.email in page
    assert "SMTPRecipientsRefused" in page
    assert other.code not in page
    assert "somebody-elses-account" not in page
    assert signed_in(person).get(address).status_code == 403


@pytest.mark.usefixtures("portal")
def test_nothing_stays_for_long() -> None:
    long_ago = timezone.now() - timedelta(days=31)
    lately = timezone.now() - timedelta(days=29)
    old = Mail.objects.create(recipient="a@example.org", subject="x", body="", written_at=long_ago)
    new = Mail.objects.create(recipient="a@example.org", subject="x", body="", written_at=lately)
    forget_old()
    assert set(Mail.objects.filter(pk__in=[old.pk, new.pk])) == {new}


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
