"""A mail server of a test's own, and the portal with it."""

import socketserver
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from tests.portal.conftest import Portal

from counterfoil.portal.configuration import Serving, configure


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP (RFC 5321) as is needed to be given a mail. It refuses who is in `refused`
    for now, and waits with its answer to a mail until `answers` is set.
    """

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.passwords: list[bytes] = []
        self.mails: list[str] = []
        self.refused: set[str] = set()
        self.asked = threading.Event()
        self.answers = threading.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        return f"smtp://robot:p%40ss@127.0.0.1:{self.server_address[1]}"


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
            elif verb == b"RCPT" and any(each in line.decode() for each in server.refused):
                self._say("451 come again, secret of the mailbox")
            elif verb == b"DATA":
                self._say("354 go on")
                text = "".join(iter(lambda: self.rfile.readline().decode(), ".\r\n"))
                server.asked.set()
                server.answers.wait(20)
                server.mails.append(text)
                self._say("250 taken")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.answers.set()
        server.shutdown()


@contextmanager
def with_server(portal: Portal, smtp_url: str) -> Iterator[None]:
    """The portal with that mail server, and as it was before afterwards."""
    secret, uploads = settings.SECRET_KEY, settings.COUNTERFOIL_UPLOADS
    configure(portal.url, secret=secret, serving=Serving(uploads=uploads, smtp_url=smtp_url))
    try:
        yield
    finally:
        configure(portal.url, secret=secret, serving=Serving(uploads=uploads, outbox=True))
