"""Files that a bank's transport brings in a way nobody thought of stand in no other's way."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
from tests.gateway.bank_days import FORMAT, RAIL, given_banked, line, notified, stated
from tests.gateway.fetched import taken

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.gateway import inbox as inboxes
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.inbox import FILES_AT_ONCE, FolderInbox, HttpInbox, Inbox
from counterfoil.keys.provider import LocalKeyProvider

LONG_AGO: Final = (1_000_000_000, 1_000_000_000)
NOBODY: Final = 65534


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def given_file(folder: Path, name: bytes | str, content: bytes) -> Path:
    path = folder / os.fsdecode(name)
    path.write_bytes(content)
    os.utime(path, LONG_AGO)
    return path


def fetch(connection: Connection, issuer: Issuer, inbox: Inbox) -> int:
    return fetch_files(connection, issuer, rail=RAIL, file_format=FORMAT, inbox=inbox)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("name", [b"\xff\xfe.xml", b"a\x1b[31m\nb.xml"], ids=["bytes", "signs"])
def test_a_name_that_is_no_text_is_noted_as_one(
    shared_connection: Connection, issuer: Issuer, folder: Path, name: bytes
) -> None:
    given_file(folder, name, b"no message")
    assert fetch(shared_connection, issuer, FolderInbox(folder)) == 1
    assert names_in(folder) == []
    row = shared_connection.execute(
        "SELECT name FROM bank_file_refused WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    shared_connection.rollback()
    assert row is not None
    assert row[0].isprintable()


def test_a_file_that_fails_stays_alone(
    shared_connection: Connection,
    issuer: Issuer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the format makes of it is a fault of ours that nobody foresaw."""
    given_file(folder, "1.xml", b"a fault of ours")
    given_file(folder, "2.xml", notified(issuer, line("R1", 500)))
    read = type(FORMAT).read

    def fails(_format: object, content: bytes) -> object:
        assert content != b"a fault of ours"
        return read(FORMAT, content)

    monkeypatch.setattr(type(FORMAT), "read", fails)
    with pytest.raises(AssertionError):
        fetch(shared_connection, issuer, FolderInbox(folder))
    assert names_in(folder) == ["1.xml"]
    assert taken(shared_connection, issuer) == (1, 0)


def test_a_file_that_cannot_be_read_holds_up_no_other(
    shared_connection: Connection, issuer: Issuer, folder: Path
) -> None:
    given_file(folder, "2.xml", notified(issuer, line("R1", 500)))
    for number in range(FILES_AT_ONCE):
        given_file(folder, f"1{number}.xml", b"").chmod(0)
    with as_nobody(folder):
        assert fetch(shared_connection, issuer, FolderInbox(folder)) == 1
    assert taken(shared_connection, issuer) == (1, 0)


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Root is kept out of nothing."""
    if os.geteuid():
        yield
        return
    folder.chmod(0o777)
    for above in folder.parents[: len(folder.parents) - 2]:
        above.chmod(above.stat().st_mode | 0o011)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_cannot_be_put_away_is_dealt_with_once_and_moved_later(
    shared_connection: Connection, issuer: Issuer, folder: Path
) -> None:
    (folder / "taken").symlink_to(folder / "nowhere")
    for number in range(FILES_AT_ONCE):
        given_file(folder, f"1{number:02}.xml", notified(issuer, line(f"R{number}", 500)))
    inbox = FolderInbox(folder)
    assert fetch(shared_connection, issuer, inbox) == FILES_AT_ONCE
    assert fetch(shared_connection, issuer, inbox) == 0, "or the worker never rests"
    given_file(folder, "2.xml", notified(issuer, line("NEW", 500)))
    changed = given_file(folder, "100.xml", notified(issuer, line("CHANGED", 500)))
    assert fetch(shared_connection, issuer, inbox) == 2
    changed.unlink()
    (folder / "taken").unlink()
    assert fetch(shared_connection, issuer, inbox) == 0
    assert names_in(folder) == []
    assert len(names_in(folder / "taken")) == FILES_AT_ONCE
    assert taken(shared_connection, issuer) == (FILES_AT_ONCE + 2, 0)


def test_a_file_from_a_clock_that_is_ahead_is_taken_when_it_is_whole(
    shared_connection: Connection, issuer: Issuer, folder: Path
) -> None:
    path = given_file(folder, "1.xml", notified(issuer, line("R1", 500))[:100])
    ahead = time.time() + 3600
    os.utime(path, (ahead, ahead))
    inbox = FolderInbox(folder, settled_seconds=0.2)
    assert fetch(shared_connection, issuer, inbox) == 0
    time.sleep(0.3)
    path.write_bytes(notified(issuer, line("R1", 500)))
    os.utime(path, (ahead, ahead))
    assert fetch(shared_connection, issuer, inbox) == 0, "it was written to meanwhile"
    time.sleep(0.3)
    assert fetch(shared_connection, issuer, inbox) == 1
    assert taken(shared_connection, issuer) == (1, 0)


def test_an_entry_of_nothing_and_a_number_that_is_a_date_stop_no_statement(
    shared_connection: Connection, issuer: Issuer, folder: Path
) -> None:
    content = stated(issuer, 0, 500, line("R1", 500), line("R2", 0), number=20261123001)
    given_file(folder, "1.xml", content)
    assert fetch(shared_connection, issuer, FolderInbox(folder)) == 1
    assert taken(shared_connection, issuer) == (1, 0)
    rows = shared_connection.execute(
        "SELECT bank_reference, amount_minor FROM bank_entry WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchall()
    shared_connection.rollback()
    assert rows == [("R1", 500)]


Answers = Mapping[str, Callable[[], bytes | None]]


@contextmanager
def mailbox(answers: Answers) -> Iterator[str]:
    """Each path answers as it is told; None is none."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers[self.path]()
            self.send_response(500 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def messages(*those: tuple[str, bytes]) -> bytes:
    return json.dumps([{"id": name, "body": body.decode()} for name, body in those]).encode()


def test_a_message_is_called_as_it_likes(shared_connection: Connection, issuer: Issuer) -> None:
    listed = messages(("a\0../../b", b"no message"))
    with mailbox({"/in": lambda: listed, "/taken": lambda: listed}) as address:
        inbox = HttpInbox(lists=f"{address}/in", acknowledges=f"{address}/taken")
        assert fetch(shared_connection, issuer, inbox) == 1
        inbox.close()
    assert taken(shared_connection, issuer) == (0, 1)


def test_an_archive_that_cannot_be_read_keeps_nothing_from_the_list(
    shared_connection: Connection, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has grown beyond all bounds; when it answers again, it is looked at once."""
    monkeypatch.setattr(inboxes, "ARCHIVE_LOOKS", 2)
    lost, here = (
        (("1", notified(issuer, line("LOST", 500))),),
        [("2", notified(issuer, line("HERE", 500)))],
    )
    archived: list[bytes | None] = [None]
    asked = list[str]()

    def archive() -> bytes | None:
        asked.append("archive")
        return archived[0]

    def acknowledged() -> bytes:
        taken_off = messages(*here)
        here.clear()
        return taken_off

    answers = {"/in": lambda: messages(*here), "/taken": acknowledged, "/all": archive}
    with mailbox(answers) as address:
        inbox = HttpInbox(
            lists=f"{address}/in", acknowledges=f"{address}/taken", archive=f"{address}/all"
        )
        assert [fetch(shared_connection, issuer, inbox) for _look in range(6)] == [1, *[0] * 5]
        assert len(asked) == 3, "at once, then ever more rarely"
        archived[0] = messages(*lost)
        assert [fetch(shared_connection, issuer, inbox) for _look in range(2)] == [1, 0]
        inbox.close()
    assert len(asked) == 4
    assert taken(shared_connection, issuer) == (2, 0)


def test_a_long_archive_is_shown_in_pieces_until_all_of_it_is_dealt_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inboxes, "FILES_AT_ONCE", 2)
    asked = list[str]()

    def archive() -> bytes:
        asked.append("archive")
        return messages(*((str(number), b"") for number in range(5)))

    answers = {"/in": lambda: messages(("new", b"")), "/all": archive}
    with mailbox(answers) as address:
        inbox = HttpInbox(
            lists=f"{address}/in", acknowledges=f"{address}/in", archive=f"{address}/all"
        )

        def look(*, is_dealt_with: bool = True) -> str:
            seen = inbox.waiting()
            if is_dealt_with:
                inbox.acknowledge(seen)
            return "".join(each.name for each in seen)

        first = [look(), look(is_dealt_with=False), look()]
        again = [look(), look(), look()]
        assert first == again == ["01", "23", "4"], "one piece failed, so all of it comes again"
        assert [look(), look()] == ["new", "new"]
        inbox.close()
    assert asked == ["archive", "archive"]
