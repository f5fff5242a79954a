"""A bank's file is taken in whole or not at all; what is refused moved nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import pytest
from tests.gateway.bank_days import (
    FORMAT,
    RAIL,
    TODAY,
    Sent,
    account_of,
    answered,
    counted,
    exceptions,
    given_banked,
    given_batch,
    line,
    lines_of,
    matched,
    notified,
    returned,
    stated,
    statuses,
    take,
)
from tests.gateway.iso20022 import messages
from tests.given import SYSTEM

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.gateway.bank_files import BankFileError
from counterfoil.gateway.taking import FileTakenAlreadyError, take_in
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action

TO_COME: Final = datetime.now(UTC).date() + timedelta(days=32)
STRANGER: Final = UUID("0190f3a1-0000-7000-8000-00000000abcd")


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


class Given(NamedTuple):
    """An issuer with two batches, of which a line is known already, and another issuer with one."""

    issuer: Issuer
    first: Sent
    second: Sent
    other: Issuer
    others: Sent


@pytest.fixture(scope="module")
def bank(shared_connection: Connection, provider: LocalKeyProvider) -> Given:
    issuer = given_banked(shared_connection, provider)
    first = given_batch(shared_connection, issuer, 1000, 2000)
    second = given_batch(shared_connection, issuer, 700)
    take(shared_connection, issuer, notified(issuer, line("KNOWN", -1000, of=first.payments[0])))
    take(
        shared_connection,
        issuer,
        stated(issuer, 0, -300, line("STATED", -300), number=7),
    )
    other = given_banked(shared_connection, provider)
    return Given(issuer, first, second, other, given_batch(shared_connection, other, 900))


def _status(bank: Given, *payments: UUID, sent: Sent | None = None, word: str = "ACSC") -> bytes:
    return answered(sent or bank.first, *(messages.payment_status(each, word) for each in payments))


# What is wrong with a file, made of what is given, and what is said of it.
REFUSED: Final[dict[str, tuple[Callable[[Given], bytes], str]]] = {
    "no XML": (lambda _b: b"hello", "XML"),
    "entities": (lambda _b: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
    "another account": (
        lambda b: notified(b.issuer, line("N1", 100)).replace(
            account_of(b.issuer).encode(), b"OTHER"
        ),
        "no funding account",
    ),
    "the account of another issuer": (
        lambda b: notified(b.other, line("N1", 100)),
        "no funding account",
    ),
    "another currency": (
        lambda b: (
            notified(b.issuer, line("N1", 100))
            .replace(b'"KES"', b'"UGX"')
            .replace(b">KES<", b">UGX<")
        ),
        "UGX",
    ),
    "a statement of no day": (
        lambda b: stated(b.issuer, -300, -400, line("N1", -100), number=8).replace(
            f"<Dt><Dt>{TODAY}</Dt></Dt></Bal>".encode(), b"</Bal>"
        ),
        "on which day it closes",
    ),
    "a statement of a day to come": (
        lambda b: stated(b.issuer, -300, -400, line("N1", -100), number=8, day=TO_COME),
        "more than a month to come",
    ),
    "a line booked on a day to come": (
        lambda b: notified(b.issuer, line("N1", 100, day=TO_COME)),
        "more than a month to come",
    ),
    "an answer to nothing of ours": (
        lambda _b: messages.status(original="NOT-OURS").replace(b"M1", b"X2"),
        "answers nothing",
    ),
    "a payment that is nobody's": (
        lambda b: notified(b.issuer, line("N1", 100), line("N2", -500, of=STRANGER)),
        "Entry 2 is of a payment",
    ),
    "a payment of another issuer": (
        lambda b: notified(b.issuer, line("N1", -900, of=b.others.payments[0])),
        "Entry 1 is of a payment",
    ),
    "a return of a payment that is nobody's": (
        lambda b: notified(b.issuer, line("N1", 900, of=STRANGER, back="AC04")),
        "Entry 1 is of a payment",
    ),
    "a batch that is nobody's": (
        lambda b: notified(b.issuer, line("N1", -500, batch=STRANGER)),
        "Entry 1 is of a batch",
    ),
    "an answer to a batch that is nobody's": (
        lambda _b: messages.status(original=STRANGER.hex).replace(b"M1", b"X1"),
        "answers a batch",
    ),
    "an answer to the batch of another issuer": (
        lambda b: _status(b, b.others.payments[0], sent=b.others),
        "answers a batch",
    ),
    "an answer with a payment of another batch": (
        lambda b: _status(b, b.first.payments[0], b.second.payments[0]),
        "Payment 2 is not in the batch",
    ),
    "a return of a stranger": (
        lambda b: returned(messages.back(b.first.payments[0]), messages.back(STRANGER)),
        "Payment 2 is none",
    ),
    "a return in another currency": (
        lambda b: returned(messages.back(b.first.payments[0], currency="EUR")).replace(
            b"KES", b"UGX"
        ),
        "another currency",
    ),
    "a known line with another amount": (
        lambda b: notified(b.issuer, line("N1", 100), line("KNOWN", -999, of=b.first.payments[0])),
        "Entry 2 has the reference",
    ),
    "a known line the other way": (
        lambda b: notified(b.issuer, line("KNOWN", 1000)),
        "Entry 1 has the reference",
    ),
    "a known line of another payment": (
        lambda b: notified(b.issuer, line("KNOWN", -1000, of=b.first.payments[1])),
        "Entry 1 has the reference",
    ),
    "a line of another statement": (
        lambda b: stated(b.issuer, -300, -600, line("STATED", -300), number=8),
        "another statement already",
    ),
    "the number of another statement": (
        lambda b: stated(b.issuer, 0, -40, line("N1", -40), number=7),
        "statement in it was taken",
    ),
    "lines that do not lead to the balance": (
        lambda b: stated(b.issuer, -300, -500, line("N1", -100), number=8),
        "missing",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_believed_is_refused_whole(
    connection: Connection, bank: Given, what: str
) -> None:
    issuer = bank.issuer
    make, why = REFUSED[what]
    content = make(bank)
    before = counted(connection, issuer), counted(connection, bank.other)
    with pytest.raises(BankFileError, match=why) as refused:
        take(connection, issuer, content)
    with pytest.raises(BankFileError, match=why):
        take(connection, issuer, content)
    assert account_of(issuer) not in str(refused.value)
    assert (counted(connection, issuer), counted(connection, bank.other)) == before
    assert _noted(connection, issuer, content) == [("from-bank.xml", str(refused.value))]
    assert check(connection, issuer.issuer_id) == []


def test_the_same_file_again_changes_nothing(connection: Connection, bank: Given) -> None:
    issuer = bank.issuer
    content = notified(issuer, line("ONCE", 4_200))
    take(connection, issuer, content)
    before = counted(connection, issuer)
    with pytest.raises(FileTakenAlreadyError, match="taken in already"):
        take(connection, issuer, content)
    assert counted(connection, issuer) == before


def test_other_content_under_the_same_message_id_is_refused(
    connection: Connection, bank: Given
) -> None:
    issuer = bank.issuer
    content = notified(issuer, line("MINE", 4_200))
    take(connection, issuer, content)
    before = counted(connection, issuer)
    with pytest.raises(BankFileError, match="same message id"):
        take(connection, issuer, content.replace(b"42.00", b"43.00"))
    assert counted(connection, issuer) == before


def test_a_payer_may_write_what_looks_like_an_id_of_ours(
    connection: Connection, bank: Given
) -> None:
    """Otherwise anybody could keep a statement from being taken in."""
    issuer = bank.issuer
    paid_in = notified(
        issuer, line("UUID", 100, of=STRANGER), line("UUID2", 1, of=bank.first.payments[0])
    )
    take(connection, issuer, paid_in)
    found = lines_of(connection, issuer)
    assert (found["UUID"], found["UUID2"]) == ("proposed", "proposed")


def test_a_file_is_an_operation_with_a_leaf(connection: Connection, bank: Given) -> None:
    issuer = bank.issuer
    content = notified(issuer, line("LOGGED", 100))
    taken = take(connection, issuer, content)
    row = connection.execute(
        "SELECT o.action, o.actor, f.taken_by FROM bank_file f JOIN operation o"
        " USING (issuer_id, operation_id) WHERE issuer_id = %s AND file_id = %s AND o.subject = %s",
        (issuer.issuer_id, taken.file_id, f"bank-file:{taken.file_id}"),
    ).fetchone()
    connection.rollback()
    assert row == (Action.TAKE_BANK_FILE, SYSTEM.actor, SYSTEM.actor)


def test_of_two_who_bring_the_same_file_one_takes_it(
    connection: Connection, shared_database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_banked(connection, provider)
    sent = given_batch(connection, issuer, 1000, 2000)
    content = notified(issuer, line("R1", -1000, of=sent.payments[0]), line("R2", 50))

    def bring(_number: int) -> str:
        with connected(shared_database) as own:
            mine = open_issuer(own, issuer.code, provider)
            try:
                take_in(
                    own,
                    mine,
                    SYSTEM,
                    rail=RAIL,
                    file_format=FORMAT,
                    content=content,
                    name="same.xml",
                )
            except FileTakenAlreadyError:
                return "refused"
            return "taken"

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(bring, range(4)))
    assert found == ["refused", "refused", "refused", "taken"]
    assert statuses(connection, issuer, sent) == ["completed", "pending"]
    assert matched(connection, issuer) == [("R1", Action.COMPLETE_PAYOUT, -1000)]
    assert exceptions(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


def _noted(connection: Connection, issuer: Issuer, content: bytes) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT name, why FROM bank_file_refused WHERE issuer_id = %s AND digest = sha256(%s)",
        (issuer.issuer_id, content),
    ).fetchall()
    connection.rollback()
    return [(name, why) for name, why in rows]
