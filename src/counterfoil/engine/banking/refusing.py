"""Whether a file speaks of what is ours. It counts whole or not at all: one line that cannot be
believed, and nothing of it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from counterfoil.engine.banking.told import (
    FileRefusedError,
    TakenAlreadyError,
    ToldEntry,
    ToldFile,
    ToldReport,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.statements import statement

_AHEAD_AT_MOST: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class NamedPayment:
    """`is_payout` is false of a payment that is made while a voucher is redeemed."""

    payment_id: UUID
    funding_account_id: int
    batch_id: UUID | None
    is_payout: bool
    status: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A line as it is kept by now, whichever file said it first."""

    funding_account_id: int
    bank_reference: str
    amount_minor: int
    is_credit: bool
    payment_id: UUID | None
    batch_id: UUID | None
    statement_id: int | None
    statement_no: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """What a file names, all of it ours. `funds` are the funding accounts of its reports, in their
    order; `batches` the funding account of each batch.
    """

    funds: tuple[int, ...]
    payments: Mapping[UUID, NamedPayment]
    batches: Mapping[UUID, int]


def named_in(connection: Connection, issuer: Issuer, told: ToldFile, now: datetime) -> Named:
    """Raises FileRefusedError. The head is ours."""
    _refuse_again(connection, issuer, told)
    _refuse_half(told)
    _refuse_days_to_come(told, now.astimezone(UTC).date())
    funds = tuple(_fund(issuer, number, each) for number, each in enumerate(told.reports, 1))
    entries = [entry for report in told.reports for entry in report.entries]
    named = Named(
        funds,
        _payments(connection, issuer, told, entries),
        _batches(connection, issuer, told, entries),
    )
    _refuse_foreign_payments(told, named)
    for number, (fund, report) in enumerate(zip(funds, told.reports, strict=True), 1):
        try:
            _refuse_foreign_entries(report, fund, named)
        except FileRefusedError as error:
            raise FileRefusedError(f"Report {number}: {error}") from error
    _refuse_entries_twice(told, funds)
    _refuse_statements_again(connection, issuer, told, funds)
    return named


def _refuse_again(connection: Connection, issuer: Issuer, told: ToldFile) -> None:
    rows = connection.execute(
        statement(__package__, "known_file"),
        {
            "issuer_id": issuer.issuer_id,
            "digest": told.digest,
            "rail": told.rail,
            "message_id": told.message_id,
        },
    ).fetchall()
    if any(is_same for (is_same,) in rows):
        raise TakenAlreadyError("That file was taken in already.")
    if rows:
        raise FileRefusedError("Another file was taken in under the same message id.")


def _refuse_half(told: ToldFile) -> None:
    if not told.payments and not told.reports and told.answers_to is None:
        raise FileRefusedError("It answers nothing that was sent.")
    for number, report in enumerate(told.reports, 1):
        if (report.closing_minor is None) != (report.closed_on is None):
            raise FileRefusedError(f"Report {number} does not say on which day it closes.")


def _refuse_days_to_come(told: ToldFile, today: date) -> None:
    """A statement of a wrong year to come would be the latest one until then."""
    latest = today + _AHEAD_AT_MOST
    for number, report in enumerate(told.reports, 1):
        days = [entry.booked_on for entry in report.entries]
        if report.closed_on is not None:
            days.append(report.closed_on)
        if max(days, default=today) > latest:
            raise FileRefusedError(f"Report {number} is of a day more than a month to come.")


def _fund(issuer: Issuer, number: int, report: ToldReport) -> int:
    if report.funding_account_id is not None:
        return report.funding_account_id
    account = _plain(report.account)
    those = [
        each
        for each in issuer.catalogue.funding_accounts.values()
        if _plain(each.account) == account
    ]
    if not those:
        raise FileRefusedError(f"Report {number} is of an account that is no funding account.")
    fitting = [each.funding_account_id for each in those if each.currency == report.currency]
    if not fitting:
        raise FileRefusedError(
            f"Report {number} is in {report.currency}, and the funding account in"
            f" {those[0].currency}."
        )
    if len(fitting) > 1:
        raise FileRefusedError(f"Report {number} may be of several funding accounts.")
    return fitting[0]


def _plain(account: str) -> str:
    """As it is compared: banks and people space it differently."""
    return "".join(account.split()).upper()


def _payments(
    connection: Connection, issuer: Issuer, told: ToldFile, entries: list[ToldEntry]
) -> dict[UUID, NamedPayment]:
    ids = {payment.payment_id for payment in told.payments}
    ids |= {each.named_payment for each in entries if each.named_payment is not None}
    rows = connection.execute(
        statement(__package__, "named_payments"),
        {"issuer_id": issuer.issuer_id, "payment_ids": list(ids)},
    )
    return {row[0]: NamedPayment(*row) for row in rows}


def _batches(
    connection: Connection, issuer: Issuer, told: ToldFile, entries: list[ToldEntry]
) -> dict[UUID, int]:
    ids = {each.named_batch for each in entries if each.named_batch is not None}
    if told.answers_to is not None:
        ids.add(told.answers_to)
    rows = connection.execute(
        statement(__package__, "named_batches"),
        {"issuer_id": issuer.issuer_id, "batch_ids": list(ids)},
    )
    batches = {batch_id: int(fund) for batch_id, fund in rows}
    if told.answers_to is not None and told.answers_to not in batches:
        raise FileRefusedError("It answers a batch that is none of this issuer's.")
    return batches


def _refuse_foreign_payments(told: ToldFile, named: Named) -> None:
    for number, each in enumerate(told.payments, 1):
        payment = named.payments.get(each.payment_id)
        if payment is None:
            raise FileRefusedError(f"Payment {number} is none of this issuer's.")
        if told.answers_to is not None and payment.batch_id != told.answers_to:
            raise FileRefusedError(f"Payment {number} is not in the batch that it answers.")
        if each.money is not None and each.money.currency != payment.currency:
            raise FileRefusedError(f"Payment {number} is in another currency.")


def _refuse_foreign_entries(report: ToldReport, fund: int, named: Named) -> None:
    for number, entry in enumerate(report.entries, 1):
        payment_id, batch_id = entry.named_payment, entry.named_batch
        payment = None if payment_id is None else named.payments.get(payment_id)
        if payment_id is not None and (payment is None or payment.funding_account_id != fund):
            raise FileRefusedError(
                f"Entry {number} is of a payment that is none of this funding account's."
            )
        if batch_id is not None and named.batches.get(batch_id) != fund:
            raise FileRefusedError(
                f"Entry {number} is of a batch that is none of this funding account's."
            )


def refuse_changed(told: ToldFile, named: Named, file_id: int, kept: Iterable[KeptEntry]) -> None:
    """A line may be said by several files, always in the same way, and is on one statement. All of
    them are written by now; raises FileRefusedError where one was kept otherwise.
    """
    as_kept = {(each.funding_account_id, each.bank_reference): each for each in kept}
    for fund, report_no, number, entry in _numbered(told, named.funds):
        known = as_kept[fund, entry.bank_reference]
        if _differs(entry, known):
            raise _changed(report_no, number)
        is_here = (known.statement_id, known.statement_no) == (file_id, report_no)
        if told.reports[report_no - 1].closed_on is not None and not is_here:
            raise _stated_already(report_no, number)


def _refuse_entries_twice(told: ToldFile, funds: tuple[int, ...]) -> None:
    """The same within the file."""
    said = dict[tuple[int, str], ToldEntry]()
    stated = set[tuple[int, str]]()
    for fund, report_no, number, entry in _numbered(told, funds):
        key = fund, entry.bank_reference
        if _differs(entry, said.setdefault(key, entry)):
            raise _changed(report_no, number)
        if told.reports[report_no - 1].closed_on is None:
            continue
        if key in stated:
            raise _stated_already(report_no, number)
        stated.add(key)


def _numbered(told: ToldFile, funds: tuple[int, ...]) -> Iterator[tuple[int, int, int, ToldEntry]]:
    """Of which funding account, in which report, the how many-th."""
    for report_no, (fund, report) in enumerate(zip(funds, told.reports, strict=True), 1):
        for number, entry in enumerate(report.entries, 1):
            yield fund, report_no, number, entry


def _changed(report_no: int, number: int) -> FileRefusedError:
    return FileRefusedError(
        f"Report {report_no}: Entry {number} has the reference of another one, and is not the same."
    )


def _stated_already(report_no: int, number: int) -> FileRefusedError:
    return FileRefusedError(
        f"Report {report_no}: Entry {number} stands on another statement already."
    )


def _differs(entry: ToldEntry, other: ToldEntry | KeptEntry) -> bool:
    """A file may say less of a line than another does, and nothing else."""
    is_payment = entry.named_payment is not None and other.payment_id is not None
    is_batch = entry.named_batch is not None and other.batch_id is not None
    return (
        (entry.amount_minor, entry.is_credit) != (other.amount_minor, other.is_credit)
        or (is_payment and entry.payment_id != other.payment_id)
        or (is_batch and entry.batch_id != other.batch_id)
    )


def _refuse_statements_again(
    connection: Connection, issuer: Issuer, told: ToldFile, funds: tuple[int, ...]
) -> None:
    stated = [
        (fund, report)
        for fund, report in zip(funds, told.reports, strict=True)
        if report.closed_on is not None
    ]
    if not stated:
        return
    rows = connection.execute(
        statement(__package__, "known_statements"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_ids": [fund for fund, _report in stated],
            "numbers": [report.number for _fund, report in stated],
            "opening_minors": [report.opening_minor for _fund, report in stated],
            "closing_minors": [report.closing_minor for _fund, report in stated],
            "closed_ons": [report.closed_on for _fund, report in stated],
        },
    ).fetchall()
    alike = {_mark(fund, report) for fund, report in stated}
    if rows or len(alike) < len(stated):
        raise FileRefusedError("A statement in it was taken in already.")


def _mark(fund: int, report: ToldReport) -> tuple[int | date | None, ...]:
    """By what two statements of a file are the same one."""
    if report.number is None:
        return fund, report.closed_on, report.opening_minor, report.closing_minor
    return fund, report.number, report.closed_on.year if report.closed_on else None
