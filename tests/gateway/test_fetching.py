"""Files of banks are fetched: each is taken in once, whatever stops us in between."""

import os
import secrets
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import pytest
from tests.engine.payouts.given import given_redeemed, given_sent, given_shops, read_payouts
from tests.gateway.iso20022.mock_bank import MockBank
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.delivery import Delivery, HttpDelivery
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.inbox import Arrived, FolderInbox, HttpInbox, Inbox
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import parse_amount

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


def taken(connection: Connection, issuer: Issuer) -> tuple[int, int]:
    """How many files were taken, and how many refused."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM bank_file WHERE issuer_id = %(i)s),"
        " (SELECT count(*) FROM bank_file_refused WHERE issuer_id = %(i)s)",
        {"i": issuer.issuer_id},
    ).fetchone()
    connection.rollback()
    assert row is not None
    return row[0], row[1]


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


# ---------------------------------------------------------------- a bank over HTTP

BANK: Final = "bank"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockBank]:
    with MockBank(tmp_path_factory.mktemp("bank") / "log") as started:
        yield started


@pytest.fixture
def bank(process: MockBank) -> MockBank:
    process.reset()
    return process


@pytest.fixture
def fund() -> str:
    """One of mock-bank's, of which each test has its own."""
    body = f"MOCK{secrets.randbelow(10**10):010}"
    digits = "".join(str(int(sign, 36)) for sign in f"{body}NL00")
    return f"NL{98 - int(digits) % 97:02}{body}"


@pytest.fixture
def banked(
    shared_connection: Connection, provider: LocalKeyProvider, bank: MockBank, fund: str
) -> Issuer:
    """An issuer whose funding account is at mock-bank, with a payment that waits for a file."""
    bank.open_account(id="FUND", iban=fund, name="Fund", currency="KES", balance=1_000_000)
    code = f"B{secrets.token_hex(4).upper()}"
    issuer = create_issuer(
        shared_connection,
        provider,
        SYSTEM,
        code=code,
        name="Aid Agency",
        currency="KES",
        fsp="MOCKNL2A",
        funding_account=fund,
    )
    deposit(shared_connection, issuer, SYSTEM, parse_amount("1000.00", "KES"), reference="opening")
    given_group(shared_connection, issuer, denominations=())
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail=BANK),))
    (shop,) = given_shops(shared_connection, issuer, f"Shop-{secrets.token_hex(4)}")
    paid_at = BankData("iban", "MOCKNL2A", "NL30MOCK0000000005")
    change = AcceptorChange(bank=paid_at, cooling_off_seconds=0)
    change_acceptor(shared_connection, issuer, SYSTEM, shop, change)
    given_redeemed(shared_connection, issuer, shop, 1000)
    given_sent(shared_connection, issuer)
    return issuer


@dataclass
class Line:
    """To a bank and back; what is opened is closed with the test."""

    bank: MockBank
    opened: ExitStack

    def delivery(self, url: str | None = None) -> HttpDelivery:
        made = HttpDelivery(url or f"{self.bank.base_url}/payments", timeout_seconds=2)
        self.opened.callback(made.close)
        return made

    def inbox(self, *, with_archive: bool = False) -> HttpInbox:
        return self.inbox_at(
            f"{self.bank.base_url}/_mock/mailbox?leave",
            f"{self.bank.base_url}/_mock/mailbox",
            f"{self.bank.base_url}/_mock/messages" if with_archive else None,
        )

    def inbox_at(self, lists: str, acknowledges: str, archive: str | None = None) -> HttpInbox:
        made = HttpInbox(lists=lists, acknowledges=acknowledges, archive=archive, timeout_seconds=2)
        self.opened.callback(made.close)
        return made


@pytest.fixture
def line(bank: MockBank) -> Iterator[Line]:
    with ExitStack() as opened:
        yield Line(bank, opened)


def put(connection: Connection, issuer: Issuer, delivery: Delivery) -> int:
    rail = FileRail(Iso20022(), delivery, debtor_scheme="iban")
    return file_payments(connection, issuer, {BANK: rail})


def fetch_from(connection: Connection, issuer: Issuer, inbox: Inbox) -> int:
    return fetch_files(connection, issuer, rail=BANK, file_format=Iso20022(), inbox=inbox)


def payouts(connection: Connection, issuer: Issuer) -> list[str]:
    return [payout.status for payout in read_payouts(connection, issuer, 1)]


def test_a_bank_over_http_takes_files_and_is_heard(
    shared_connection: Connection, banked: Issuer, line: Line
) -> None:
    assert put(shared_connection, banked, line.delivery()) == 2, "a payment, a file"
    assert fetch_from(shared_connection, banked, line.inbox()) == 1
    assert payouts(shared_connection, banked) == ["processed"]
    assert fetch_from(shared_connection, banked, line.inbox()) == 0, "it is off the list"
    assert taken(shared_connection, banked) == (1, 0)
    assert check(shared_connection, banked.issuer_id) == []


@dataclass
class Deaf:
    """The far side acts and its answer is lost, so often."""

    inner: HttpDelivery
    lost: int = 1

    def put(self, name: str, content: bytes) -> bool:
        is_put = self.inner.put(name, content)
        self.lost -= 1
        return is_put and self.lost < 0


def test_what_is_put_again_is_paid_once(
    shared_connection: Connection, banked: Issuer, line: Line
) -> None:
    delivery = Deaf(line.delivery())
    assert put(shared_connection, banked, delivery) == 1, "nobody knows whether the bank has it"
    assert put(shared_connection, banked, delivery) == 1
    assert fetch_from(shared_connection, banked, line.inbox()) == 2, "its answer, and DUPL"
    assert payouts(shared_connection, banked) == ["processed"]
    assert taken(shared_connection, banked) == (2, 0)
    assert check(shared_connection, banked.issuer_id) == []


def test_a_bank_that_is_away_gets_the_file_later(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    away = line.delivery("http://127.0.0.1:9/payments")
    assert put(shared_connection, banked, away) == 1, "only the batch"
    assert put(shared_connection, banked, line.delivery(f"{bank.base_url}/nowhere")) == 0
    assert put(shared_connection, banked, line.delivery()) == 1


class _Killed(BaseException):
    pass


@dataclass
class Dying:
    """Killed when everything is taken in and before the bank knows it."""

    inner: Inbox

    def waiting(self) -> Sequence[Arrived]:
        return self.inner.waiting()

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        self.inner.put_away(arrived, is_taken=is_taken)

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:  # noqa: ARG002  # it comes to nothing
        raise _Killed


def test_who_dies_before_the_bank_knows_takes_it_once(
    shared_connection: Connection, banked: Issuer, line: Line
) -> None:
    put(shared_connection, banked, line.delivery())
    with pytest.raises(_Killed):
        fetch_from(shared_connection, banked, Dying(line.inbox()))
    assert fetch_from(shared_connection, banked, line.inbox()) == 1
    assert taken(shared_connection, banked) == (1, 0)
    assert payouts(shared_connection, banked) == ["processed"]


@dataclass
class Meanwhile:
    """Something arrives between the look and the acknowledgement."""

    inner: Inbox
    happens: Callable[[], object]

    def waiting(self) -> Sequence[Arrived]:
        seen = self.inner.waiting()
        self.happens()
        return seen

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        self.inner.put_away(arrived, is_taken=is_taken)

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:
        return self.inner.acknowledge(seen)


def test_what_comes_meanwhile_is_not_acknowledged_away(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    put(shared_connection, banked, line.delivery())
    credit = partial(bank.credit, account="FUND", amount=500, note="x", reference="r")
    inbox = Meanwhile(line.inbox(), credit)
    assert fetch_from(shared_connection, banked, inbox) == 2, "the answer, and the credit"
    assert taken(shared_connection, banked) == (2, 0)


def test_what_was_taken_off_the_list_and_lost_stands_in_the_archive(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    put(shared_connection, banked, line.delivery())
    assert bank.collect("pain.002", "FUND"), "somebody took it off, and died"
    assert fetch_from(shared_connection, banked, line.inbox()) == 0
    inbox = line.inbox(with_archive=True)
    assert len(inbox.waiting()) == 1, "and whoever looked could not take it in"
    assert fetch_from(shared_connection, banked, inbox) == 1
    assert payouts(shared_connection, banked) == ["processed"]
    assert fetch_from(shared_connection, banked, inbox) == 0, "the archive is looked at once"


def test_what_came_meanwhile_and_whose_answer_was_lost_stands_in_the_archive(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    inbox = line.inbox(with_archive=True)
    assert fetch_from(shared_connection, banked, inbox) == 0, "the first look"
    put(shared_connection, banked, line.delivery())

    def lose() -> None:
        """A credit comes, and the acknowledgement is heard twice; we get the second answer."""
        bank.credit(account="FUND", amount=500, note="x", reference="r")
        httpx.get(f"{bank.base_url}/_mock/mailbox", trust_env=False).raise_for_status()

    assert fetch_from(shared_connection, banked, Meanwhile(inbox, lose)) == 1
    assert taken(shared_connection, banked) == (1, 0)
    assert fetch_from(shared_connection, banked, inbox) == 2, "all there was"
    assert taken(shared_connection, banked) == (2, 0)
    assert fetch_from(shared_connection, banked, inbox) == 0, "the archive is looked at once"


def test_a_mailbox_that_does_not_answer_is_no_trouble(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    for address in ("http://127.0.0.1:9", f"{bank.base_url}/payments", bank.base_url):
        inbox = line.inbox_at(address, address)
        assert fetch_from(shared_connection, banked, inbox) == 0
