"""What a bank says of an account: camt.054, what was booked, and camt.053, all of a day between its
balances. Whatever they say they add up to, they do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from counterfoil.gateway.bank_files import (
    ACCOUNT_LETTERS_MAX,
    AccountReport,
    BankFile,
    BankFileError,
    FileKind,
)
from counterfoil.gateway.iso20022.elements import (
    day_or_none,
    each,
    found,
    is_credit,
    is_true,
    needed_count,
    needed_id,
    needed_money,
    read_count,
    read_money,
    text_or_none,
)
from counterfoil.gateway.iso20022.entries import Line, read_line
from counterfoil.money import decimal_text

_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_NUMBER_MAX: Final = 2**31 - 1
_SIDES: Final = (("TtlNtries", None), ("TtlCdtNtries", True), ("TtlDbtNtries", False))


@dataclass(frozen=True, slots=True)
class _Balance:
    minor: int
    currency: str
    on: date | None


def read_notification(message: Element) -> BankFile:
    return _file(message, FileKind.NOTIFICATION, "Ntfctn")


def read_statement(message: Element) -> BankFile:
    return _file(message, FileKind.STATEMENT, "Stmt")


def _file(message: Element, kind: FileKind, name: str) -> BankFile:
    _refuse_pages(found(message, "GrpHdr", "MsgPgntn"))
    reports = tuple(_report(each_report, kind, name) for each_report in each(message, name))
    if not reports:
        raise BankFileError(f"{name} is missing.")
    _refuse_twice(reports)
    message_id = needed_id(message, "GrpHdr", "MsgId")
    return BankFile(kind=kind, message_id=message_id, reports=reports)


def _report(report: Element, kind: FileKind, name: str) -> AccountReport:
    _refuse_pages(found(report, f"{name}Pgntn"))
    report_id = needed_id(report, "Id")
    lines = tuple(_lines(report, report_id))
    has_balances = kind is FileKind.STATEMENT
    opening = _balance(report, _OPENING) if has_balances else None
    closing = _balance(report, _CLOSING) if has_balances else None
    balances = [balance for balance in (opening, closing) if balance is not None]
    currency = _currency(report, lines, balances)
    _check_sums(report, lines, currency)
    if opening is not None and closing is not None:
        _check_balances(opening, closing, lines)
    return AccountReport(
        account=_account(report),
        report_id=report_id,
        currency=currency,
        number=_number(report),
        opening_minor=None if opening is None else opening.minor,
        closing_minor=None if closing is None else closing.minor,
        closed_on=None if closing is None else closing.on,
        entries=tuple(entry for line in lines for entry in line.entries),
    )


def _lines(report: Element, report_id: str) -> Iterator[Line]:
    seen, numbers = set[str](), set[str | None]({None})
    for number, line in enumerate(each(report, "Ntry"), 1):
        try:
            read = read_line(line, report_id)
        except BankFileError as error:
            raise BankFileError(f"Entry {number}: {error}") from error
        if read.number not in numbers:
            read = read.told_apart(seen)
        numbers.add(read.number)
        seen.update(entry.bank_reference for entry in read.entries)
        yield read


def _account(report: Element) -> str:
    iban = text_or_none(report, "Acct", "Id", "IBAN")
    account = iban or text_or_none(report, "Acct", "Id", "Othr", "Id")
    if account is None or len(account) > ACCOUNT_LETTERS_MAX:
        raise BankFileError(f"Acct/Id is missing, or has over {ACCOUNT_LETTERS_MAX} letters.")
    return account


def _number(report: Element) -> int | None:
    """None also of one that is too high for a count: it is a date, or another name."""
    name = "LglSeqNb" if found(report, "LglSeqNb") is not None else "ElctrncSeqNb"
    number = None if found(report, name) is None else needed_count(report, name)
    return number if number is None or number <= _NUMBER_MAX else None


def _currency(report: Element, lines: Sequence[Line], balances: Sequence[_Balance]) -> str:
    currencies = {line.money.currency for line in lines}
    currencies |= {balance.currency for balance in balances}
    own = text_or_none(report, "Acct", "Ccy")
    if own is not None:
        currencies.add(read_money("Acct/Ccy", "0", own).currency)
    if len(currencies) != 1:
        raise BankFileError("All amounts of an account are in its one currency.")
    return currencies.pop()


def _balance(report: Element, codes: Sequence[str]) -> _Balance:
    """The first of these that is there; below zero where it is a debit balance."""
    for code in codes:
        those = [
            balance
            for balance in each(report, "Bal")
            if text_or_none(balance, "Tp", "CdOrPrtry", "Cd") == code
        ]
        if len(those) > 1:
            raise BankFileError(f"The balance {code} stands more than once.")
        if those:
            money = needed_money(those[0], "Amt")
            sign = 1 if is_credit(those[0]) else -1
            return _Balance(sign * money.amount_minor, money.currency, day_or_none(those[0], "Dt"))
    raise BankFileError(f"The balance {codes[0]} is missing.")


def _check_balances(opening: _Balance, closing: _Balance, lines: Sequence[Line]) -> None:
    booked = sum(line.signed_minor for line in lines if line.entries)
    missing = closing.minor - opening.minor - booked
    if missing:
        amount = decimal_text(missing, closing.currency)
        raise BankFileError(
            f"The entries do not lead from the opening to the closing balance: {amount}"
            f" {closing.currency} is missing. Ask the bank for the whole statement."
        )


def _check_sums(report: Element, lines: Sequence[Line], currency: str) -> None:
    """Where the bank says how many there are, and what they add up to, that is so."""
    for name, side in _SIDES:
        total = found(report, "TxsSummry", name)
        if total is None:
            continue
        those = [line for line in lines if side is None or line.is_credit is side]
        count = text_or_none(total, "NbOfNtries")
        if count is not None and read_count("NbOfNtries", count) != len(those):
            raise BankFileError(f"{name} counts {count} entries, and there are {len(those)}.")
        added = text_or_none(total, "Sum")
        if added is not None:
            minor = read_money(name, added, currency).amount_minor
            if minor != sum(line.money.amount_minor for line in those):
                raise BankFileError(f"{name} is another sum than that of its entries.")
        _check_net(total, those, currency)


def _check_net(total: Element, lines: Sequence[Line], currency: str) -> None:
    net = found(total, "TtlNetNtry")
    older = text_or_none(total, "TtlNetNtryAmt")
    written = older if net is None else text_or_none(net, "Amt")
    if written is None:
        return
    minor = read_money("TtlNetNtry", written, currency).amount_minor
    sign = 1 if is_credit(total if net is None else net) else -1
    if minor * sign != sum(line.signed_minor for line in lines):
        raise BankFileError("TtlNetNtry is another sum than that of the entries.")


def _refuse_pages(pagination: Element | None) -> None:
    if pagination is None:
        return
    if needed_count(pagination, "PgNb") != 1 or not is_true(pagination, "LastPgInd"):
        raise BankFileError("It is one page of several. Ask the bank for the report in one file.")


def _refuse_twice(reports: Sequence[AccountReport]) -> None:
    """An account may have several currencies, each with a report of its own."""
    seen = set[tuple[str, str, str]]()
    for report in reports:
        for number, entry in enumerate(report.entries, 1):
            key = (report.account, report.currency, entry.bank_reference)
            if key in seen:
                raise BankFileError(f"Entry {number} has the reference of an earlier one.")
            seen.add(key)
