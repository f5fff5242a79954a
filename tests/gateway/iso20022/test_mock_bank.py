"""The format against a bank that is not ours: it reads what we write, and we read its answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid4

import pytest
from tests.gateway.iso20022.mock_bank import MockBank

from counterfoil.gateway.bank_files import (
    BankFile,
    BankFileError,
    Entry,
    FileKind,
    News,
    Party,
    Payment,
    PaymentBatch,
)
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.port import PaymentResult, PaymentStatus, RejectReason
from counterfoil.money import Money

FORMAT: Final = Iso20022()
THURSDAY: Final = date(2026, 10, 1)
FUND: Final = Party(name="Acme", scheme="iban", account="NL41MOCK0000000001", fsp="MOCKNL2A")
SHOP: Final = Party(name="Peña", scheme="iban", account="NL30MOCK0000000005", fsp="MOCKNL2A")
CLOSED: Final = Party(name="Initech", scheme="iban", account="NL84MOCK0000000003", fsp="MOCKNL2A")
WRONG_BANK: Final = Party(
    name="Eurodis", scheme="iban", account="NL57MOCK0000000004", fsp="ZZZZNL2AXXX"
)
WALLET: Final = Party(name="Ana", scheme="wallet", account="+254700123456", fsp="")
ACCEPTED: Final = PaymentResult(PaymentStatus.ACCEPTED)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockBank]:
    with MockBank(tmp_path_factory.mktemp("bank") / "log") as started:
        yield started


@pytest.fixture
def bank(process: MockBank) -> MockBank:
    process.reset()
    return process


def payment(creditor: Party, amount_minor: int, currency: str = "EUR") -> Payment:
    money = Money(amount_minor, currency)
    return Payment(payment_id=uuid4(), creditor=creditor, money=money, narrative="Payout 7")


def batch(*payments: Payment, debtor: Party = FUND) -> PaymentBatch:
    return PaymentBatch(
        batch_id=uuid4(),
        debtor=debtor,
        payments=payments,
        pay_on=THURSDAY,
        made_at=datetime(2026, 9, 30, 9, 5, tzinfo=UTC),
    )


def read(bank: MockBank, kind: str, account: str = "ACME") -> list[BankFile]:
    return [FORMAT.read(content) for content in bank.collect(kind, account)]


def booked(files: list[BankFile]) -> list[Entry]:
    return [entry for file in files for report in file.reports for entry in report.entries]


def rejected(payment_id: UUID, reason: RejectReason) -> News:
    return News(payment_id=payment_id, result=PaymentResult(PaymentStatus.REJECTED, reason))


def test_a_file_is_taken_on_in_part_booked_stated_and_one_payment_comes_back(
    bank: MockBank,
) -> None:
    paid, returned = payment(SHOP, 12_345), payment(WALLET, 5_000)
    closed, lost = payment(CLOSED, 700), payment(WRONG_BANK, 800)
    sent = batch(paid, returned, closed, lost)
    later = {"days": 3, "reason": "MD07", "end_to_end_id": returned.payment_id.hex}
    bank.change("ACME", behaviour="return-later", parameters=later)

    assert bank.send(FORMAT.write(sent)) == 202
    [status] = read(bank, "pain.002")
    assert (status.kind, status.answers_to, status.refused) == (
        FileKind.STATUS,
        sent.batch_id,
        None,
    )
    assert status.news == (
        News(payment_id=paid.payment_id, result=ACCEPTED),
        News(payment_id=returned.payment_id, result=ACCEPTED),
        rejected(closed.payment_id, RejectReason.CANNOT_CREDIT),
        rejected(lost.payment_id, RejectReason.CANNOT_CREDIT),
    )

    bank.advance("2026-10-01")
    debits = booked(read(bank, "camt.054"))
    assert [(e.payment_id, e.money, e.is_credit, e.booked_on) for e in debits] == [
        (paid.payment_id, paid.money, False, THURSDAY),
        (returned.payment_id, returned.money, False, THURSDAY),
    ]

    bank.advance("2026-10-02")
    first, second = (file.reports[0] for file in read(bank, "camt.053"))
    assert (first.number, first.opening_minor, first.closing_minor) == (1, 12_500_000, 12_500_000)
    assert (second.number, second.opening_minor, second.closing_minor) == (
        2,
        12_500_000,
        12_500_000 - 17_345,
    )
    assert second.account == FUND.account
    assert list(second.entries) == debits

    bank.advance("2026-10-07")
    [back] = read(bank, "pacs.004")
    gone = PaymentResult(PaymentStatus.RETURNED, RejectReason.CANNOT_CREDIT, "MB-RTR-2")
    assert (back.kind, back.answers_to) == (FileKind.RETURN, sent.batch_id)
    assert back.news == (
        News(
            payment_id=returned.payment_id,
            result=gone,
            money=returned.money,
            on=date(2026, 10, 6),
        ),
    )
    [credit] = booked(read(bank, "camt.054"))
    assert (credit.payment_id, credit.money, credit.is_credit, credit.return_reason) == (
        returned.payment_id,
        returned.money,
        True,
        "MD07",
    )
    statements = read(bank, "camt.053")
    assert booked(statements) == [credit]
    assert statements[-1].reports[0].closing_minor == 12_500_000 - 12_345


def test_a_file_sent_again_is_told_apart_from_one_that_failed(bank: MockBank) -> None:
    content = FORMAT.write(batch(payment(SHOP, 100)))
    assert (bank.send(content), bank.send(content)) == (202, 422)
    first, second = read(bank, "pain.002")
    assert (first.refused, first.is_repeat) == (None, False)
    assert (second.refused, second.is_repeat, second.news) == ("DUPL", True, ())
    assert second.answers_to == first.answers_to


def test_a_file_that_the_bank_rejects_is_refused_whole(bank: MockBank) -> None:
    bank.change("ACME", behaviour="reject-file")
    sent = batch(payment(SHOP, 100))
    assert bank.send(FORMAT.write(sent)) == 422
    [status] = read(bank, "pain.002")
    assert (status.answers_to, status.refused, status.is_repeat) == (sent.batch_id, "FF01", False)
    assert status.news == ()


def test_money_that_arrives_tells_who_paid_and_for_what(bank: MockBank) -> None:
    bank.credit(
        account="ACME",
        amount=118_000,
        note="INV-1001 less 70.00 damaged goods",
        reference="RF18539007547034",
        debtor={"name": "Müller Ltd", "iban": "NL14MOCK0000000002"},
    )
    expected = Entry(
        bank_reference="MB-RCV-1",
        money=Money(118_000, "EUR"),
        is_credit=True,
        booked_on=date(2026, 9, 30),
        value_on=date(2026, 9, 30),
        payment_id=None,
        batch_id=None,
        return_reason=None,
        payer_name="Müller Ltd",
        payer_reference="RF18539007547034",
        note="INV-1001 less 70.00 damaged goods",
    )
    assert booked(read(bank, "camt.054")) == [expected]
    bank.advance("2026-10-01")
    assert booked(read(bank, "camt.053")) == [expected]


def test_a_statement_with_a_hole_is_refused_with_what_is_missing(bank: MockBank) -> None:
    bank.change("ACME", behaviour="statement-gap")
    bank.send(FORMAT.write(batch(payment(SHOP, 4_100), payment(SHOP, 900))))
    bank.advance("2026-10-02")
    assert [entry.money.amount_minor for entry in booked(read(bank, "camt.054"))] == [4_100, 900]
    quiet, gap = bank.collect("camt.053")
    assert booked([FORMAT.read(quiet)]) == []
    with pytest.raises(BankFileError, match=r"closing balance: -9\.00 EUR is missing"):
        FORMAT.read(gap)


def test_a_silent_bank_says_nothing_until_it_books(bank: MockBank) -> None:
    bank.change("ACME", behaviour="silent")
    sent = payment(SHOP, 100)
    bank.send(FORMAT.write(batch(sent)))
    assert read(bank, "pain.002") == []
    bank.advance("2026-10-01")
    assert [entry.payment_id for entry in booked(read(bank, "camt.054"))] == [sent.payment_id]


def test_a_payment_taken_on_is_rejected_when_its_account_closes(bank: MockBank) -> None:
    sent = payment(SHOP, 100)
    bank.send(FORMAT.write(batch(sent)))
    [first] = read(bank, "pain.002")
    bank.change("ACME", closed=True)
    bank.advance("2026-10-01")
    [second] = read(bank, "pain.002")
    assert first.news == (News(payment_id=sent.payment_id, result=ACCEPTED),)
    assert second.news == (rejected(sent.payment_id, RejectReason.CANNOT_CREDIT),)
    assert second.answers_to == first.answers_to


@pytest.mark.parametrize(("currency", "amount_minor"), [("JPY", 1_500), ("KWD", 1_501)])
def test_other_decimals_arrive_as_they_were_sent(
    bank: MockBank, currency: str, amount_minor: int
) -> None:
    iban = "NL89MOCK0000000010"
    bank.open_account(id="FOREIGN", iban=iban, name="Fund", currency=currency, balance=9_999)
    sent = payment(SHOP, amount_minor, currency)
    assert bank.send(FORMAT.write(batch(sent, debtor=replace(FUND, account=iban)))) == 202
    bank.advance("2026-10-02")
    statements = read(bank, "camt.053", "FOREIGN")
    assert [entry.money for entry in booked(statements)] == [sent.money]
    report = statements[-1].reports[0]
    assert (report.currency, report.closing_minor) == (currency, 9_999 - amount_minor)
