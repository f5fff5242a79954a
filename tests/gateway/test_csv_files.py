"""Payments as a bank's CSV file, and the bank's answers in one."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.bank_files import (
    FILE_BYTES_MAX,
    BankFile,
    BankFileError,
    FileFormat,
    FileKind,
    News,
    Party,
    Payment,
    PaymentBatch,
)
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.csv_files.template import AnswerColumn, CsvTemplate, PaymentColumn
from counterfoil.gateway.port import PaymentResult, PaymentStatus, RejectReason
from counterfoil.money import Money

FIRST: Final = UUID("0190f3a1-0000-7000-8000-000000000001")
SECOND: Final = UUID("0190f3a1-0000-7000-8000-000000000002")
DEBTOR: Final = Party(name="Aid Fund", scheme="account", account="001-2", fsp="OURBANK")
SHOP: Final = Party(name="Corner Shop", scheme="wallet", account="+254700123456", fsp="M-PESA")
PAYMENT: Final = Payment(
    payment_id=FIRST, creditor=SHOP, money=Money(1050, "KES"), narrative="Payout 7"
)
FORMAT: Final[FileFormat] = CsvFile()
LOCAL: Final = CsvFile(
    template=CsvTemplate(
        columns=(
            (PaymentColumn.ACCOUNT, "Konto"),
            (PaymentColumn.AMOUNT, "Betrag"),
            (PaymentColumn.PAY_ON, "Datum"),
            (PaymentColumn.PAYMENT_ID, "Kennung"),
        ),
        answer=(
            (AnswerColumn.PAYMENT_ID, "Kennung"),
            (AnswerColumn.STATUS, "Stand"),
            (AnswerColumn.AMOUNT, "Betrag"),
            (AnswerColumn.CURRENCY, "Währung"),
            (AnswerColumn.ON, "Datum"),
        ),
        words=(("gebucht", PaymentStatus.COMPLETED),),
        separator=";",
        decimal_sign=",",
        date_format="%d.%m.%Y",
        has_byte_order_mark=True,
    )
)


def batch(*payments: Payment) -> PaymentBatch:
    return PaymentBatch(
        batch_id=UUID(int=255),
        debtor=DEBTOR,
        payments=payments or (PAYMENT,),
        pay_on=date(2026, 10, 1),
        made_at=datetime(2026, 9, 30, 9, 5, tzinfo=UTC),
    )


def cells(content: bytes) -> dict[str, str]:
    [row] = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return row


def test_payments_are_written_in_the_columns_of_the_template() -> None:
    assert FORMAT.write(batch()).decode() == (
        '"payment_id","batch_id","pay_on","debtor_name","debtor_account","debtor_bank","name",'
        '"scheme","account","bank","amount","currency","narrative"\r\n'
        f'"{FIRST.hex}","000000000000000000000000000000ff","2026-10-01","Aid Fund","001-2",'
        '"OURBANK","Corner Shop","wallet","+254700123456","M-PESA","10.50","KES","Payout 7"\r\n'
    )
    second = replace(PAYMENT, payment_id=SECOND, money=Money(5, "KES"))
    assert LOCAL.write(batch(PAYMENT, second)).decode("utf-8") == (
        '\ufeff"Konto";"Betrag";"Datum";"Kennung"\r\n'
        f'"+254700123456";"10,50";"01.10.2026";"{FIRST.hex}"\r\n'
        f'"+254700123456";"0,05";"01.10.2026";"{SECOND.hex}"\r\n'
    )


def test_a_bank_may_want_no_headings() -> None:
    bare = CsvFile(template=replace(LOCAL.template, has_headings=False, has_byte_order_mark=False))
    expected = f'"+254700123456";"10,50";"01.10.2026";"{FIRST.hex}"\r\n'
    assert bare.write(batch()).decode() == expected


@pytest.mark.parametrize(
    ("money", "amount"),
    [(Money(1500, "JPY"), "1500"), (Money(1500, "KWD"), "1.500"), (Money(1, "EUR"), "0.01")],
)
def test_amounts_have_the_digits_of_their_currency(money: Money, amount: str) -> None:
    assert cells(FORMAT.write(batch(replace(PAYMENT, money=money))))["amount"] == amount


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("\u200b=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("-12.5", "-12.5"),
        ('A "B", C;D', 'A "B", C;D'),
        ("Two\nlines", "Two lines"),
    ],
)
def test_what_a_spreadsheet_would_work_out_is_made_harmless(name: str, written: str) -> None:
    payment = replace(PAYMENT, creditor=replace(SHOP, name=name), narrative=name)
    row = cells(FORMAT.write(batch(payment)))
    assert (row["name"], row["narrative"]) == (written, written)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"money": Money(0, "KES")}, "Its amount is not above zero."),
        ({"creditor": replace(SHOP, name=" ")}, "The name is missing."),
        (
            {"creditor": replace(SHOP, account="=1+1")},
            "The account or its bank begins as a formula does.",
        ),
        (
            {"creditor": replace(SHOP, fsp="@SUM(A1)")},
            "The account or its bank begins as a formula does.",
        ),
        (
            {"creditor": replace(SHOP, account="1\n2")},
            "The account is missing, has over 34 letters, or letters that banks do not read.",
        ),
        (
            {"creditor": replace(SHOP, fsp="B" * 36)},
            "The bank's id has over 35 letters, or letters that banks do not read.",
        ),
        (
            {"creditor": replace(SHOP, scheme="iban", account="NL42MOCK0000000001")},
            "The account is not an IBAN with the right check digits.",
        ),
    ],
)
def test_an_account_is_written_as_it_is_or_not_at_all(
    changed: dict[str, Money | Party], sentence: str
) -> None:
    bad = replace(PAYMENT, **changed)  # type: ignore[arg-type]
    assert FORMAT.fault(PAYMENT) is None
    assert FORMAT.fault(bad) == sentence
    with pytest.raises(BankFileError) as refused:
        FORMAT.write(batch(bad))
    assert str(refused.value) == f"Payment {FIRST} cannot be written. {sentence}"


ANSWER: Final = (
    "Payment_ID , status,other,reason,reference,date,amount,currency\r\n"
    f"{FIRST.hex},Paid,,,B-1,2026-10-02,10.50,KES\r\n"
    "\r\n"
    f'{SECOND.hex.upper()},REJECTED,"a, ""b""\n",AC04,,,,\r\n'
)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_an_answer_is_read_with_and_without_a_byte_order_mark(mark: str, end: str) -> None:
    content = (mark + ANSWER.replace("\r\n", end)).encode()
    paid = PaymentResult(PaymentStatus.COMPLETED, None, "B-1")
    rejected = PaymentResult(PaymentStatus.REJECTED, RejectReason.CANNOT_CREDIT)
    assert FORMAT.read(content) == BankFile(
        kind=FileKind.STATUS,
        message_id=sha256(content).hexdigest()[:32],
        news=(
            News(payment_id=FIRST, result=paid, money=Money(1050, "KES"), on=date(2026, 10, 2)),
            News(payment_id=SECOND, result=rejected),
        ),
    )


def test_an_answer_is_read_as_its_template_says() -> None:
    content = f"Datum;Stand;Kennung;Betrag;Währung\n02.10.2026;GEBUCHT;{FIRST.hex};1234,5;EUR"
    paid = PaymentResult(PaymentStatus.COMPLETED)
    assert LOCAL.read(content.encode()).news == (
        News(payment_id=FIRST, result=paid, money=Money(123_450, "EUR"), on=date(2026, 10, 2)),
    )


@pytest.mark.parametrize(
    ("word", "reason", "result"),
    [
        ("accepted", "", PaymentResult(PaymentStatus.ACCEPTED)),
        ("pending", "", PaymentResult(PaymentStatus.ACCEPTED)),
        ("completed", "", PaymentResult(PaymentStatus.COMPLETED)),
        ("failed", "no idea", PaymentResult(PaymentStatus.REJECTED, RejectReason.OTHER)),
        ("rejected", "AM04", PaymentResult(PaymentStatus.REJECTED, RejectReason.NO_FUNDS)),
        ("rejected", "DUPL", PaymentResult(PaymentStatus.UNKNOWN)),
        ("returned", "AC04", PaymentResult(PaymentStatus.RETURNED, RejectReason.CANNOT_CREDIT)),
    ],
)
def test_each_word_is_a_status(word: str, reason: str, result: PaymentResult) -> None:
    content = f"payment_id,status,reason\n{FIRST.hex},{word},{reason}\n"
    assert FORMAT.read(content.encode()).news == (News(payment_id=FIRST, result=result),)


def answered(row: str, headings: str = "payment_id,status,amount,currency,date,reference") -> bytes:
    return f"{headings}\n{row}\n".encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Row 1: The column payment_id is missing."),
        (b"payment_id,status\n", "It has no payments."),
        (answered("", "payment_id"), "Row 1: The column status is missing."),
        (
            answered("", "payment_id,status,Status"),
            "Row 1: The column status stands there twice.",
        ),
        (answered("1,paid,,,,"), "Row 2: The payment is none of ours."),
        (answered(f"{FIRST.hex},what,,,,"), "Row 2: The status is a word that is not known."),
        (answered(f"{FIRST.hex},paid"), "Row 2: It has 2 cells, and the headings are 6."),
        (
            answered(f"{FIRST.hex},paid,1,ZZZ,,"),
            "Row 2: The amount is in a currency that is not known.",
        ),
        (
            answered(f"{FIRST.hex},paid,1,,,"),
            "Row 2: The amount is in a currency that is not known.",
        ),
        (answered(f"{FIRST.hex},paid,1.005,EUR,,"), "Row 2: The amount is none in its currency."),
        (answered(f"{FIRST.hex},paid,-1,EUR,,"), "Row 2: The amount is none in its currency."),
        (answered(f'{FIRST.hex},paid,"1,5",EUR,,'), "Row 2: The amount is none in its currency."),
        (
            answered(f"{FIRST.hex},paid,,,01.10.2026,"),
            "Row 2: The date is written in another way than the template's.",
        ),
        (
            answered(f"{FIRST.hex},paid,,,,{'R' * 36}"),
            "Row 2: The reference has more than 35 letters.",
        ),
        (
            answered(f"{FIRST.hex},paid,,,,\n{FIRST.hex},paid,,,,"),
            "A payment stands in it more than once.",
        ),
        (answered(f'{FIRST.hex},"paid'), "Row 1: a quote or a line is broken after it."),
        (answered(f'{FIRST.hex},"paid"x'), "Row 1: a quote or a line is broken after it."),
        (answered(f"{FIRST.hex},{'x' * 200_000}"), "Row 1: a quote or a line is broken after it."),
        (answered(f"{FIRST.hex},pa\0id"), "It is no text."),
        ("payment_id,status\n€".encode("utf-16"), "It is not written in UTF-8."),
        ("payment_id,status\né".encode("latin-1"), "It is not written in UTF-8."),
        (b" " * (FILE_BYTES_MAX + 1), "The file is longer than 64 MB."),
    ],
)
def test_an_answer_that_is_none_is_refused_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(BankFileError) as refused:
        FORMAT.read(content)
    assert str(refused.value) == sentence


def test_a_point_is_no_decimal_sign_where_a_comma_is() -> None:
    content = f"Kennung;Stand;Betrag;Währung\n{FIRST.hex};gebucht;1.000;EUR"
    with pytest.raises(BankFileError, match="Row 2: The amount is none in its currency"):
        LOCAL.read(content.encode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"separator": "x"},
        {"separator": ""},
        {"decimal_sign": "'"},
        {"columns": ((PaymentColumn.ACCOUNT, "a"), (PaymentColumn.AMOUNT, "b"))},
        {"answer": ((AnswerColumn.PAYMENT_ID, "a"),)},
        {"answer": ((AnswerColumn.PAYMENT_ID, "a"), (AnswerColumn.STATUS, "A "))},
    ],
)
def test_a_template_that_cannot_be_used_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongSettingError):
        CsvTemplate(**wrong)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(
    name=st.text(max_size=150),
    account=st.text(st.characters(min_codepoint=32, max_codepoint=127), max_size=36),
    narrative=st.text(max_size=150),
    minor=st.integers(1, 10**15),
    separator=st.sampled_from([",", ";", "\t", "|"]),
)
def test_whatever_is_not_refused_is_read_again_as_it_was(
    name: str, account: str, narrative: str, minor: int, separator: str
) -> None:
    rail = CsvFile(template=CsvTemplate(separator=separator))
    payment = replace(
        PAYMENT,
        creditor=replace(SHOP, name=name, account=account),
        money=Money(minor, "KES"),
        narrative=narrative,
    )
    if rail.fault(payment) is not None:
        with pytest.raises(BankFileError):
            rail.write(batch(payment))
        return
    text = rail.write(batch(payment)).decode()
    [row] = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    assert row["account"] == account
    assert row["amount"] == f"{minor // 100}.{minor % 100:02}"
    assert row["payment_id"] == FIRST.hex
    assert not any(cell.startswith(("=", "@", "\t")) for cell in row.values())
