"""Payments that go to a bank in files: each stands in one file, and that file is the same whenever
it is written.
"""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from tests.engine.payouts.given import given_redeemed, given_sent, given_shops, read_payouts
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.payouts.batching import unbatched
from counterfoil.engine.payouts.reading import Run
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.delivery import FolderDelivery
from counterfoil.gateway.filing import FileRail, debtor_faults, file_payments
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.paying import pay_out
from counterfoil.gateway.payment_hub.bulk import PaymentHubBulk
from counterfoil.keys.provider import LocalKeyProvider

RAIL = "bank"


@dataclass
class Line:
    """A delivery that is up or down, and keeps what it was given."""

    up: bool = True
    got: list[tuple[str, bytes]] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> bool:
        self.got.append((name, content))
        return self.up


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(shared_connection, provider, f"F{secrets.token_hex(4).upper()}")
    given_group(shared_connection, issuer, denominations=())
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail=RAIL),))
    return issuer


def given_waiting(connection: Connection, issuer: Issuer, *accounts: str) -> tuple[Run, list[int]]:
    shops = given_shops(connection, issuer, *(f"Shop-{secrets.token_hex(4)}" for _ in accounts))
    for shop, account in zip(shops, accounts, strict=True):
        change = AcceptorChange(bank=BankData("account", "BANK", account), cooling_off_seconds=0)
        change_acceptor(connection, issuer, SYSTEM, shop, change)
        given_redeemed(connection, issuer, shop, 100 * shop)
    return given_sent(connection, issuer), shops


def batches(connection: Connection, issuer: Issuer) -> list[tuple[int, int, bool]]:
    rows = connection.execute(
        "SELECT payments, total_minor, put_at IS NOT NULL FROM bank_batch WHERE issuer_id = %s"
        " ORDER BY made_at",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [(payments, total, is_put) for payments, total, is_put in rows]


def test_what_waits_goes_in_one_file(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    given_waiting(shared_connection, issuer, "A-1", "A-2", "A-3")
    rails = {RAIL: FileRail(Iso20022(), FolderDelivery(tmp_path))}
    assert file_payments(shared_connection, issuer, rails) == 4, "three payments, one file"
    assert file_payments(shared_connection, issuer, rails) == 0
    (file,) = tmp_path.iterdir()
    text = file.read_text()
    assert text.count("<EndToEndId>") == 3
    assert "<CtrlSum>9.00</CtrlSum>" in text
    assert f"<MsgId>{file.stem}</MsgId>" in text
    assert batches(shared_connection, issuer) == [(3, 900, True)]
    assert pay_out(shared_connection, issuer, {RAIL: None}) == 0, "nobody sends them one by one"  # type: ignore[dict-item]  # it is never asked
    assert check(shared_connection, issuer.issuer_id) == []


def test_a_file_that_did_not_arrive_is_put_again_as_it_was(
    shared_connection: Connection, issuer: Issuer
) -> None:
    given_waiting(shared_connection, issuer, "A-1", "A-2")
    line = Line(up=False)
    rails = {RAIL: FileRail(Iso20022(), line)}
    assert file_payments(shared_connection, issuer, rails) == 2
    given_waiting(shared_connection, issuer, "A-3")
    line.up = True
    assert file_payments(shared_connection, issuer, rails) == 3, "one more, and both files"
    assert len(line.got) == 3
    assert line.got[0] == line.got[1]
    assert line.got[2][0] != line.got[0][0]
    assert [is_put for _payments, _total, is_put in batches(shared_connection, issuer)] == [
        True,
        True,
    ]


def test_what_cannot_be_written_fails_alone(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    run, (good, bad) = given_waiting(shared_connection, issuer, "A-1", "A" * 40)
    rails = {RAIL: FileRail(Iso20022(), FolderDelivery(tmp_path))}
    file_payments(shared_connection, issuer, rails)
    file_payments(shared_connection, issuer, rails)
    found = {
        payout.acceptor_id: (payout.status, payout.reason)
        for payout in read_payouts(shared_connection, issuer, run.run_id)
    }
    assert found == {good: ("pending", None), bad: ("failed", "malformed")}
    assert batches(shared_connection, issuer) == [(1, good * 100, True)]
    assert check(shared_connection, issuer.issuer_id) == []


def test_who_pays_and_cannot_be_written_is_told_and_mended(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    """Whose account is no IBAN is paid for by another scheme, once somebody reads why."""
    given_waiting(shared_connection, issuer, "A-1")
    line = FolderDelivery(tmp_path)
    wrong = FileRail(Iso20022(), line, debtor_scheme="iban")
    (fault,) = debtor_faults(issuer, RAIL, wrong)
    assert fault.startswith("the funding account in KES: Who pays cannot be written. The account")
    with capture_logs(processors=[merge_contextvars]) as told:
        assert file_payments(shared_connection, issuer, {RAIL: wrong}) == 1, "only the batch"
        assert file_payments(shared_connection, issuer, {RAIL: wrong}) == 0
    assert [(each["event"], each["rail"], each["issuer"]) for each in told] == [
        ("delivery.unwritable", RAIL, issuer.code)
    ] * 2
    assert all("not an IBAN" in each["why"] for each in told)
    right = FileRail(Iso20022(), line)
    assert debtor_faults(issuer, RAIL, right) == debtor_faults(issuer, "other", wrong) == []
    assert file_payments(shared_connection, issuer, {RAIL: right}) == 1
    assert batches(shared_connection, issuer) == [(1, 200, True)]


def test_every_kind_of_file_names_who_pays(issuer: Issuer) -> None:
    for written in (CsvFile(), Iso20022(is_latin_only=True), PaymentHubBulk("mojaloop")):
        assert debtor_faults(issuer, RAIL, FileRail(written, Line())) == []


def test_a_folder_that_fails_is_told_with_its_rail(
    shared_connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    given_waiting(shared_connection, issuer, "A-1")
    rails = {RAIL: FileRail(Iso20022(), FolderDelivery(tmp_path / "none"))}
    with capture_logs(processors=[merge_contextvars]) as told:
        file_payments(shared_connection, issuer, rails)
    assert [(each["event"], each["rail"], each["why"]) for each in told] == [
        ("delivery.failed", RAIL, "No such file or directory")
    ]


def test_several_at_once_put_each_payment_into_one_batch(
    shared_connection: Connection,
    shared_database: str,
    provider: LocalKeyProvider,
    issuer: Issuer,
) -> None:
    given_waiting(shared_connection, issuer, *(f"A-{number}" for number in range(12)))
    lines = [Line() for _worker in range(3)]

    def work(line: Line) -> int:
        with connected(shared_database) as own:
            mine = open_issuer(own, issuer.code, provider)
            return file_payments(own, mine, {RAIL: FileRail(Iso20022(), line)})

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, lines))
    assert unbatched(shared_connection, issuer, RAIL) == []
    shared_connection.rollback()
    assert sum(payments for payments, _total, _put in batches(shared_connection, issuer)) == 12
    written: dict[str, bytes] = {}
    for name, content in (each for line in lines for each in line.got):
        assert written.setdefault(name, content) == content, "whoever writes it"
    ids = [
        part.partition("<")[0]
        for content in written.values()
        for part in content.decode().split("<EndToEndId>")[1:]
    ]
    assert len(ids) == len(set(ids)) == 12


def test_a_folder_that_is_not_there_is_no_delivery(tmp_path: Path) -> None:
    assert not FolderDelivery(tmp_path / "none").put("a", b"content")
    assert FolderDelivery(tmp_path).put("a", b"content")
    assert FolderDelivery(tmp_path).put("a", b"content")
    assert [file.name for file in tmp_path.iterdir()] == ["a.xml"]


def test_a_file_is_not_written_through_a_link(tmp_path: Path) -> None:
    """Who may take files from the folder may put links there too."""
    ours = tmp_path / "ours"
    ours.write_text("kept")
    (tmp_path / f".name.{os.getpid()}.part").symlink_to(ours)
    assert FolderDelivery(tmp_path).put("name", b"<Document/>")
    assert (tmp_path / "name.xml").read_bytes() == b"<Document/>"
    assert ours.read_text() == "kept"


def test_of_a_bank_that_is_away_not_every_file_is_tried(
    shared_connection: Connection, issuer: Issuer
) -> None:
    line = Line(up=False)
    rails = {RAIL: FileRail(Iso20022(), line, batch_max=1)}
    given_waiting(shared_connection, issuer, *(f"A-{number}" for number in range(5)))
    for _round in range(5):
        file_payments(shared_connection, issuer, rails)
    assert [payments for payments, _total, _put in batches(shared_connection, issuer)] == [1] * 5
    line.got.clear()
    assert file_payments(shared_connection, issuer, rails) == 0
    assert len(line.got) == 3
    line.up = True
    assert file_payments(shared_connection, issuer, rails) == 5
