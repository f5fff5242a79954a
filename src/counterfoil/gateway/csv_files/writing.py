"""Payments as rows. What a spreadsheet would work out instead of showing it is made harmless where
a person only reads it, and is not written at all where it says whom to pay.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Final
from unicodedata import category

from counterfoil.gateway.bank_files import (
    NAME_LETTERS_MAX,
    BankFileError,
    Party,
    Payment,
    PaymentBatch,
    total_of,
    written_id,
)
from counterfoil.gateway.csv_files.template import CsvTemplate, PaymentColumn
from counterfoil.gateway.iso20022.accounts import iban_of, is_account, is_bank_id
from counterfoil.money import decimal_text

_NOTE_MAX: Final = 140
# The second four are the same signs as wide as Asian letters, which spreadsheets take for them.
_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def fault_of(payment: Payment) -> str | None:
    if payment.money.amount_minor <= 0:
        return "Its amount is not above zero."
    return _fault_of_party(payment.creditor)


def write_payments(batch: PaymentBatch, template: CsvTemplate) -> bytes:
    """Raises BankFileError."""
    total_of(batch)
    fault = _fault_of_party(batch.debtor)
    if fault is not None:
        raise BankFileError(f"Who pays cannot be written. {fault}")
    file = io.StringIO()
    writer = csv.writer(file, delimiter=template.separator, quoting=csv.QUOTE_ALL)
    if template.has_headings:
        writer.writerow(heading for _, heading in template.columns)
    writer.writerows(_rows(batch, template))
    return file.getvalue().encode("utf-8-sig" if template.has_byte_order_mark else "utf-8")


def _rows(batch: PaymentBatch, template: CsvTemplate) -> Iterator[list[str]]:
    for payment in batch.payments:
        fault = fault_of(payment)
        if fault is not None:
            raise BankFileError(f"Payment {payment.payment_id} cannot be written. {fault}")
        cells = _cells(batch, payment, template)
        yield [cells[column] for column, _ in template.columns]


def _cells(
    batch: PaymentBatch, payment: Payment, template: CsvTemplate
) -> Mapping[PaymentColumn, str]:
    amount = decimal_text(payment.money.amount_minor, payment.money.currency)
    return {
        PaymentColumn.PAYMENT_ID: written_id(payment.payment_id),
        PaymentColumn.BATCH_ID: written_id(batch.batch_id),
        PaymentColumn.PAY_ON: batch.pay_on.strftime(template.date_format),
        PaymentColumn.DEBTOR_NAME: _read_by_people(batch.debtor.name, NAME_LETTERS_MAX),
        PaymentColumn.DEBTOR_ACCOUNT: _account(batch.debtor),
        PaymentColumn.DEBTOR_BANK: batch.debtor.fsp,
        PaymentColumn.NAME: _read_by_people(payment.creditor.name, NAME_LETTERS_MAX),
        PaymentColumn.SCHEME: payment.creditor.scheme,
        PaymentColumn.ACCOUNT: _account(payment.creditor),
        PaymentColumn.BANK: payment.creditor.fsp,
        PaymentColumn.AMOUNT: amount.replace(".", template.decimal_sign),
        PaymentColumn.CURRENCY: payment.money.currency,
        PaymentColumn.NARRATIVE: _read_by_people(payment.narrative, _NOTE_MAX),
    }


def _account(party: Party) -> str:
    """An IBAN without the spaces that people write in it; any other as it is."""
    return iban_of(party.account) or party.account if party.scheme == "iban" else party.account


def _fault_of_party(party: Party) -> str | None:
    if not _one_line(party.name):
        return "The name is missing."
    if party.scheme == "iban" and iban_of(party.account) is None:
        return "The account is not an IBAN with the right check digits."
    if not is_account(party.account):
        return "The account is missing, has over 34 letters, or letters that banks do not read."
    if party.fsp and not is_bank_id(party.fsp):
        return "The bank's id has over 35 letters, or letters that banks do not read."
    if _is_formula(party.account) or _is_formula(party.fsp):
        return "The account or its bank begins as a formula does."
    return None


def _read_by_people(text: str, letters_max: int) -> str:
    line = _one_line(text)[:letters_max].strip()
    return f"'{line}" if _is_formula(line) else line


def _is_formula(text: str) -> bool:
    """A number with its sign is none: telephone numbers begin with a plus."""
    return text.startswith(_STARTS) and not _NUMBER.fullmatch(text)


def _one_line(text: str) -> str:
    """Without control characters, which a spreadsheet skips before a formula."""
    if not text.isprintable():
        text = "".join(" " if category(sign) in {"Cc", "Cf", "Cs"} else sign for sign in text)
    return " ".join(text.split())
