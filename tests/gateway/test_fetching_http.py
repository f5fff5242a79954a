"""A bank over HTTP: what stands in its mailbox is taken in once, whatever gets lost on the way."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx
import pytest
from tests.engine.payouts.given import given_redeemed, given_sent, given_shops, read_payouts
from tests.gateway.fetched import taken
from tests.gateway.iso20022.mock_bank import MockBank
from tests.given import SYSTEM, given_group

from counterfoil.engine.acceptors import AcceptorChange, change_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway import inbox
from counterfoil.gateway.delivery import Delivery, HttpDelivery
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.inbox import Arrived, HttpInbox, Inbox
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import parse_amount

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


def fetch_from(connection: Connection, issuer: Issuer, mailbox: Inbox) -> int:
    return fetch_files(connection, issuer, rail=BANK, file_format=Iso20022(), inbox=mailbox)


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
    mailbox = Meanwhile(line.inbox(), credit)
    assert fetch_from(shared_connection, banked, mailbox) == 2, "the answer, and the credit"
    assert taken(shared_connection, banked) == (2, 0)


def test_what_was_taken_off_the_list_and_lost_stands_in_the_archive(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    put(shared_connection, banked, line.delivery())
    assert bank.collect("pain.002", "FUND"), "somebody took it off, and died"
    assert fetch_from(shared_connection, banked, line.inbox()) == 0
    mailbox = line.inbox(with_archive=True)
    assert len(mailbox.waiting()) == 1, "and whoever looked could not take it in"
    assert fetch_from(shared_connection, banked, mailbox) == 1
    assert payouts(shared_connection, banked) == ["processed"]
    assert fetch_from(shared_connection, banked, mailbox) == 0, "the archive is looked at once"


def test_what_came_meanwhile_and_whose_answer_was_lost_stands_in_the_archive(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    mailbox = line.inbox(with_archive=True)
    assert fetch_from(shared_connection, banked, mailbox) == 0, "the first look"
    put(shared_connection, banked, line.delivery())

    def lose() -> None:
        """A credit comes, and the acknowledgement is heard twice; we get the second answer."""
        bank.credit(account="FUND", amount=500, note="x", reference="r")
        httpx.get(f"{bank.base_url}/_mock/mailbox", trust_env=False).raise_for_status()

    assert fetch_from(shared_connection, banked, Meanwhile(mailbox, lose)) == 1
    assert taken(shared_connection, banked) == (1, 0)
    assert fetch_from(shared_connection, banked, mailbox) == 2, "all there was"
    assert taken(shared_connection, banked) == (2, 0)
    assert fetch_from(shared_connection, banked, mailbox) == 0, "the archive is looked at once"


def test_what_an_acknowledgement_took_off_late_stands_in_the_archive(
    shared_connection: Connection,
    banked: Issuer,
    bank: MockBank,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After so many looks in a row that found nothing, whatever was clearly answered before."""
    monkeypatch.setattr(inbox, "QUIET_LOOKS_MAX", 3)
    mailbox = line.inbox(with_archive=True)
    assert fetch_from(shared_connection, banked, mailbox) == 0, "the first look"
    assert fetch_from(shared_connection, banked, mailbox) == 0
    put(shared_connection, banked, line.delivery())
    assert fetch_from(shared_connection, banked, mailbox) == 1, "those in a row begin anew"
    bank.credit(account="FUND", amount=500, note="x", reference="r")
    assert bank.collect("camt.054", "FUND"), "an acknowledgement of long ago reached the bank"
    looks = [fetch_from(shared_connection, banked, mailbox) for _ in range(5)]
    assert looks == [0, 0, 0, 2, 0], "all there was, and then the list again"
    assert taken(shared_connection, banked) == (2, 0)
    assert check(shared_connection, banked.issuer_id) == []


def test_a_mailbox_without_archive_is_looked_at_for_ever(
    shared_connection: Connection,
    banked: Issuer,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox, "QUIET_LOOKS_MAX", 2)
    mailbox = line.inbox()
    assert [fetch_from(shared_connection, banked, mailbox) for _ in range(4)] == [0, 0, 0, 0]
    put(shared_connection, banked, line.delivery())
    assert fetch_from(shared_connection, banked, mailbox) == 1


def test_a_mailbox_that_does_not_answer_is_no_trouble(
    shared_connection: Connection, banked: Issuer, bank: MockBank, line: Line
) -> None:
    for address in ("http://127.0.0.1:9", f"{bank.base_url}/payments", bank.base_url):
        mailbox = line.inbox_at(address, address)
        assert fetch_from(shared_connection, banked, mailbox) == 0
