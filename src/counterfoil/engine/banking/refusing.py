"""Whether a file speaks of what is ours. It counts whole or not at all: one line that cannot be
believed, and nothing of it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
class KnownEntry:
    """A line that an earlier file said already."""

    entry_id: int
    funding_account_id: int
    bank_reference: str
    amount_minor: int
    is_credit: bool
    payment_id: UUID | None
    batch_id: UUID | None
    is_on_statement: bool


@dataclass(frozen=True, slots=True)
class Named:
    """What a file names, all of it ours. `funds` are the funding accounts of its reports, in their
    order; `batches` the funding account of each batch; `entries` those that are known already, by
    funding account and the bank's reference.
    """

    funds: tuple[int, ...]
    payments: Mapping[UUID, NamedPayment]
    batches: Mapping[UUID, int]
    entries: Mapping[tuple[int, str], KnownEntry]


def named_in(connection: Connection, issuer: Issuer, told: ToldFile) -> Named:
    """Raises FileRefusedError. The head is ours."""
    _refuse_again(connection, issuer, told)
    _refuse_half(told)
    funds = tuple(_fund(issuer, number, each) for number, each in enumerate(told.reports, 1))
    entries = [entry for report in told.reports for entry in report.entries]
    named = Named(
        funds,
        _payments(connection, issuer, told, entries),
        _batches(connection, issuer, told, entries),
        _known(connection, issuer, told, funds),
    )
    _refuse_foreign_payments(told, named)
    for number, (fund, report) in enumerate(zip(funds, told.reports, strict=True), 1):
        try:
            _refuse_foreign_entries(report, fund, named)
        except FileRefusedError as error:
            raise FileRefusedError(f"Report {number}: {error}") from error
    _refuse_entries_twice(told, named)
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


def _fund(issuer: Issuer, number: int, report: ToldReport) -> int:
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


def _known(
    connection: Connection, issuer: Issuer, told: ToldFile, funds: tuple[int, ...]
) -> dict[tuple[int, str], KnownEntry]:
    keys = [
        (fund, entry.bank_reference)
        for fund, report in zip(funds, told.reports, strict=True)
        for entry in report.entries
    ]
    rows = connection.execute(
        statement(__package__, "known_entries"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_ids": [fund for fund, _reference in keys],
            "bank_references": [reference for _fund, reference in keys],
        },
    )
    known = [KnownEntry(*row) for row in rows]
    return {(each.funding_account_id, each.bank_reference): each for each in known}


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


def _refuse_entries_twice(told: ToldFile, named: Named) -> None:
    """A line may be said by several files, always in the same way, and is on one statement."""
    said = dict[tuple[int, str], ToldEntry]()
    stated = {key for key, each in named.entries.items() if each.is_on_statement}
    for fund, report in zip(named.funds, told.reports, strict=True):
        for number, entry in enumerate(report.entries, 1):
            key = fund, entry.bank_reference
            first, known = said.setdefault(key, entry), named.entries.get(key)
            if _differs(entry, first) or (known is not None and _differs(entry, known)):
                raise FileRefusedError(
                    f"Entry {number} has the reference of another one, and is not the same."
                )
            if report.closed_on is None:
                continue
            if key in stated:
                raise FileRefusedError(f"Entry {number} stands on another statement already.")
            stated.add(key)


def _differs(entry: ToldEntry, other: ToldEntry | KnownEntry) -> bool:
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
