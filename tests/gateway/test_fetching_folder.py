"""Files of banks that arrive in a folder: each is taken in once, whatever stops us in between."""

import os
import secrets
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from tests.engine.payouts.given import given_redeemed, given_sent, given_shops
from tests.gateway.fetched import taken
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.inbox import Arrived, FolderInbox
from counterfoil.keys.provider import LocalKeyProvider

RAIL: Final = "coop"
FORMAT: Final = CsvFile()


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(shared_connection, provider, f"I{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, denominations=())
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail=RAIL),))
    return issuer


def given_filed(connection: Connection, issuer: Issuer, folder: Path) -> UUID:
    """A payment that stands in a file the bank has."""
    (shop,) = given_shops(connection, issuer, f"Shop-{secrets.token_hex(4)}")
    given_redeemed(connection, issuer, shop, 1000)
    given_sent(connection, issuer)
    file_payments(connection, issuer, {RAIL: FileRail(FORMAT, Kept(folder))})
    (payment_id,) = connection.execute(
        "SELECT payment_id FROM payment WHERE issuer_id = %s ORDER BY created_at DESC LIMIT 1",
        (issuer.issuer_id,),
    ).fetchone() or (None,)
    connection.rollback()
    assert isinstance(payment_id, UUID)
    return payment_id


@dataclass
class Kept:
    folder: Path

    def put(self, name: str, content: bytes) -> bool:
        (self.folder / f"{name}.out").write_bytes(content)
        return True


def answer(*payment_ids: UUID, status: str = "completed") -> bytes:
    rows = [f"{payment_id.hex},{status}" for payment_id in payment_ids]
    return "\n".join(["payment_id,status", *rows, ""]).encode()


def given_file(folder: Path, name: str, content: bytes, age_seconds: float = 60) -> Path:
    path = folder / name
    path.write_bytes(content)
    then = time.time() - age_seconds
    os.utime(path, (then, then))
    return path


def fetch(connection: Connection, issuer: Issuer, folder: Path) -> int:
    inbox = FolderInbox(folder)
    return fetch_files(connection, issuer, rail=RAIL, file_format=FORMAT, inbox=inbox)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def statuses(connection: Connection, issuer: Issuer) -> list[str]:
    rows = connection.execute(
        "SELECT status FROM payment WHERE issuer_id = %s ORDER BY created_at, payment_id",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [status for (status,) in rows]


def test_a_file_is_taken_and_put_away(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    payment_id = given_filed(shared_connection, issuer, tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    given_file(folder, "one.csv", answer(payment_id))
    assert fetch(shared_connection, issuer, folder) == 1
    assert statuses(shared_connection, issuer) == ["completed"]
    assert names(folder) == ["taken"]
    assert names(folder / "taken") == ["one.csv"]
    assert fetch(shared_connection, issuer, folder) == 0
    assert check(shared_connection, issuer.issuer_id) == []


def test_a_file_that_is_refused_stands_in_no_ones_way(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    payment_id = given_filed(shared_connection, issuer, tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    given_file(folder, "wrong.csv", b"what,is,this\n", age_seconds=90)
    given_file(folder, "right.csv", answer(payment_id))
    assert fetch(shared_connection, issuer, folder) == 2
    assert (names(folder / "refused"), names(folder / "taken")) == (["wrong.csv"], ["right.csv"])
    assert statuses(shared_connection, issuer) == ["completed"]
    assert taken(shared_connection, issuer) == (1, 1)


def test_what_is_being_written_is_left_alone(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    for name in (".hidden.csv", "a.csv.part", "b.csv.tmp"):
        given_file(tmp_path, name, b"x")
    given_file(tmp_path, "new.csv", b"x", age_seconds=0)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    before = names(tmp_path)
    assert fetch(shared_connection, issuer, tmp_path) == 0
    assert names(tmp_path) == before


def test_two_files_of_one_name_are_both_kept(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    for text in (b"first", b"second"):
        given_file(tmp_path, "a.csv", text)
        fetch(shared_connection, issuer, tmp_path)
    assert names(tmp_path / "refused") == ["a.csv", "a.csv.2"]
    assert (tmp_path / "refused" / "a.csv.2").read_bytes() == b"second"


def test_a_folder_that_is_not_there_is_no_trouble(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    assert fetch(shared_connection, issuer, tmp_path / "none") == 0


def test_who_is_killed_before_putting_away_takes_it_once(
    shared_connection: Connection,
    shared_database: str,
    issuer: Issuer,
    provider: LocalKeyProvider,
    tmp_path: Path,
) -> None:
    """A process of its own is killed between the commit and the move; another one goes on."""
    payment_id = given_filed(shared_connection, issuer, tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    given_file(folder, "one.csv", answer(payment_id))
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from counterfoil.engine.database import connected
        from counterfoil.engine.issuer import open_issuer
        from counterfoil.gateway.csv_files import CsvFile
        from counterfoil.gateway.fetching import fetch_files
        from counterfoil.gateway.inbox import FolderInbox
        from counterfoil.keys.provider import LocalKeyProvider

        class Dies(FolderInbox):
            def put_away(self, arrived, *, is_taken):
                os.kill(os.getpid(), signal.SIGKILL)

        url, code, keys, folder = sys.argv[1:]
        with connected(url) as connection:
            issuer = open_issuer(connection, code, LocalKeyProvider(Path(keys)))
            fetch_files(
                connection, issuer, rail="coop", file_format=CsvFile(), inbox=Dies(Path(folder))
            )
    """)
    keys = str(provider._path)  # noqa: SLF001  # the test's own
    arguments = [sys.executable, "-c", program, shared_database, issuer.code, keys, str(folder)]
    killed = subprocess.run(arguments, check=False, timeout=60)  # noqa: S603  # ours
    assert killed.returncode == -9
    assert (names(folder), statuses(shared_connection, issuer)) == (["one.csv"], ["completed"])
    assert fetch(shared_connection, issuer, folder) == 1
    assert names(folder / "taken") == ["one.csv"]
    assert taken(shared_connection, issuer) == (1, 0), "what we brought twice is not refused"
    assert check(shared_connection, issuer.issuer_id) == []


@dataclass
class Loses:
    """An inbox whose first answer never arrives whole: who looked dies before it takes."""

    inner: FolderInbox
    deaths: int = 1
    seen: list[Arrived] = field(default_factory=list)

    def waiting(self) -> Sequence[Arrived]:
        self.seen = list(self.inner.waiting())
        if self.deaths:
            self.deaths -= 1
            raise ConnectionError
        return self.seen

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        self.inner.put_away(arrived, is_taken=is_taken)

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:
        return self.inner.acknowledge(seen)


def test_looking_takes_nothing_away(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    payment_id = given_filed(shared_connection, issuer, tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    given_file(folder, "one.csv", answer(payment_id))
    inbox = Loses(FolderInbox(folder))
    with pytest.raises(ConnectionError):
        fetch_files(shared_connection, issuer, rail=RAIL, file_format=FORMAT, inbox=inbox)
    assert names(folder) == ["one.csv"]
    assert fetch_files(shared_connection, issuer, rail=RAIL, file_format=FORMAT, inbox=inbox) == 1
    assert statuses(shared_connection, issuer) == ["completed"]
