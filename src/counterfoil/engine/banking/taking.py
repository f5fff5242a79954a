"""A file of a bank is one transaction: what it says of payments is heard, its lines are kept and
held against the ledger, its statements against each other. Nothing of it counts where anything is
wrong.

    refuse ─▶ file, reports, lines ─▶ hear ─▶ attach ─▶ balances ─▶ commit
"""

from uuid import UUID

import structlog

from counterfoil.engine.administering import or_nothing
from counterfoil.engine.arrays import Int8s
from counterfoil.engine.banking.balancing import note_start
from counterfoil.engine.banking.exceptions import ExceptionKind, Wanted
from counterfoil.engine.banking.explaining import explain
from counterfoil.engine.banking.looking import (
    finish_instants,
    lock_look,
    look,
    look_again,
    write,
)
from counterfoil.engine.banking.refusing import KeptEntry, Named, named_in, refuse_changed
from counterfoil.engine.banking.told import (
    FileRefusedError,
    TakenAlreadyError,
    TakenFile,
    ToldEntry,
    ToldFile,
    ToldPayment,
)
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.outcomes import Heard, News, Told, hear_within
from counterfoil.keys.digests import content_hash
from counterfoil.statements import statement
from counterfoil.voucher import Action

__all__ = ["FileRefusedError", "TakenAlreadyError", "TakenFile", "note_refused", "take_file"]

_log = structlog.get_logger("counterfoil.engine.banking")


def take_file(connection: Connection, issuer: Issuer, caller: Caller, told: ToldFile) -> TakenFile:
    """Raises FileRefusedError, and changes nothing then; TakenAlreadyError for the same content."""
    refresh_plans(connection)
    journal = issuer.begin(connection)
    with or_nothing(connection):
        now = lock_look(connection, issuer)
        named = named_in(connection, issuer, told, now)
        file_id = _keep_file(connection, issuer, journal, caller, told)
        _keep_reports(connection, issuer, journal, file_id, told, named)
        _keep_entries(connection, issuer, file_id, told, named)
        heard, wanted = _hear(connection, issuer, journal, caller, file_id, told, named)
        _note_answered(connection, issuer, journal, told, named)
        explained = explain(connection, issuer, caller, journal)
        write(connection, issuer, journal)
        look(connection, issuer, journal.head.now, explained, told=wanted, funds=named.funds)
        connection.commit()
    journal.remember()
    if finish_instants(connection, issuer, caller, explained.instants):
        look_again(connection, issuer)
    _log.info("banking.taken", issuer=issuer.code, file=file_id, kind=told.kind)
    return TakenFile(
        file_id, told.kind, len(told.payments), told.entries, heard.moved + explained.moved
    )


def note_refused(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    digest: bytes,
    rail: str,
    name: str,
    why: str,
) -> None:
    """That a file was refused, once for the same content. Commits."""
    with or_nothing(connection):
        lock_look(connection, issuer)
        connection.execute(
            statement(__package__, "insert_refused"),
            {
                "issuer_id": issuer.issuer_id,
                "digest": digest,
                "rail": rail,
                "name": name,
                "why": why,
                "brought_by": caller.actor,
            },
        )
        connection.commit()


def _keep_file(
    connection: Connection, issuer: Issuer, journal: Journal, caller: Caller, told: ToldFile
) -> int:
    """Its id."""
    rows = connection.execute(
        statement(__package__, "insert_file"),
        {
            "issuer_id": issuer.issuer_id,
            "digest": told.digest,
            "rail": told.rail,
            "kind": told.kind,
            "message_id": told.message_id,
            "answers_to": told.answers_to,
            "payments": len(told.payments),
            "entries": told.entries,
            "operation_id": journal.head.next_operation,
            "taken_by": caller.actor,
            "now": journal.head.now,
        },
    ).fetchall()
    ((file_id,),) = rows
    journal.record(
        Action.TAKE_BANK_FILE,
        caller,
        content_hash=content_hash(issuer.keys, [told.digest]),
        subject=f"bank-file:{file_id}",
    )
    journal.add_leaf(Action.TAKE_BANK_FILE, rows=told.digest, actor=caller.actor)
    return int(file_id)


def _keep_reports(  # of which file, as it named what is ours
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    file_id: int,
    told: ToldFile,
    named: Named,
) -> None:
    if not told.reports:
        return
    reports = told.reports
    connection.execute(
        statement(__package__, "insert_reports"),
        {
            "issuer_id": issuer.issuer_id,
            "file_id": file_id,
            "funding_account_ids": list(named.funds),
            "report_ids": [report.report_id for report in reports],
            "numbers": [report.number for report in reports],
            "opening_minors": [report.opening_minor for report in reports],
            "closing_minors": [report.closing_minor for report in reports],
            "closed_ons": [report.closed_on for report in reports],
        },
    )
    for fund, report in sorted(
        zip(named.funds, reports, strict=True), key=lambda each: str(each[1].closed_on)
    ):
        if report.since is not None:
            note_start(
                connection,
                issuer,
                journal,
                funding_account_id=fund,
                since=report.since,
                opening_minor=report.opening_minor or 0,
            )
    connection.execute(
        statement(__package__, "look_anew"), {"issuer_id": issuer.issuer_id, "file_id": file_id}
    )


def _keep_entries(
    connection: Connection, issuer: Issuer, file_id: int, told: ToldFile, named: Named
) -> None:
    """Each line once; of one that is known it may be new that it is on a statement, and of what.
    Those of payments that a notification and a statement name otherwise are brought together.
    Raises FileRefusedError where it was said otherwise before.
    """
    kept = dict[tuple[int, str], tuple[ToldEntry, int | None]]()
    notified = set[tuple[int, str]]()
    for number, (fund, report) in enumerate(zip(named.funds, told.reports, strict=True), 1):
        for entry in report.entries:
            key = fund, entry.bank_reference
            on_statement = number if report.closed_on is not None else None
            if on_statement is None:
                notified.add(key)
            if key not in kept or on_statement is not None:
                kept[key] = entry, on_statement
    entries = [entry for entry, _number in kept.values()]
    if not entries:
        return
    rows = connection.execute(
        statement(__package__, "keep_entries"),
        {
            "issuer_id": issuer.issuer_id,
            "file_id": file_id,
            "funding_account_ids": [fund for fund, _reference in kept],
            "bank_references": [entry.bank_reference for entry in entries],
            "amounts": Int8s(entry.amount_minor for entry in entries),
            "are_credits": [entry.is_credit for entry in entries],
            "booked_ons": [entry.booked_on for entry in entries],
            "value_ons": [entry.value_on for entry in entries],
            "payment_ids": [entry.named_payment for entry in entries],
            "batch_ids": [entry.named_batch for entry in entries],
            "return_reasons": [entry.return_reason for entry in entries],
            "return_becauses": [entry.return_because for entry in entries],
            "payer_names": [entry.payer_name for entry in entries],
            "payer_references": [entry.payer_reference for entry in entries],
            "notes": [entry.note for entry in entries],
            "statement_nos": [number for _entry, number in kept.values()],
            "are_notified": [key in notified for key in kept],
            "statuses": [
                "proposed" if entry.is_plain_credit else "unexplained" for entry in entries
            ],
        },
    )
    by_now = [KeptEntry(*row) for row in rows]
    refuse_changed(told, named, file_id, by_now)
    payment_ids = {each.payment_id for each in by_now} - {None}
    connection.execute(
        statement(__package__, "pair_lines"),
        {"issuer_id": issuer.issuer_id, "payment_ids": list(payment_ids)},
    )


def _hear(  # who says what, of which file
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    caller: Caller,
    file_id: int,
    told: ToldFile,
    named: Named,
) -> tuple[Heard, list[Wanted]]:
    """What it says of payments, and what is wrong with that. Where the bank had the batch already,
    it says nothing: what became of it stands in the answer to the first of the two.
    """
    if told.is_repeat:
        return Heard(), []
    said = [each for each in told.payments if each.told is not None]
    wanted = [_differs(each, named, file_id) for each in said if _is_other(each, named)]
    news = [
        News(each.payment_id, each.told, each.reason, each.provider_reference)
        for each in said
        if each.told is not None and not _is_other(each, named)
    ]
    if told.refused is not None and told.answers_to is not None:
        refused = _payments_of(connection, issuer, told.answers_to)
        news += [News(each, Told.REJECTED, told.refused_because) for each in refused]
        fund = named.batches[told.answers_to]
        wanted.append(
            Wanted(
                kind=ExceptionKind.REFUSED_BATCH,
                funding_account_id=fund,
                about=told.answers_to.hex,
                batch_id=told.answers_to,
                file_id=file_id,
            )
        )
        funds = dict.fromkeys(refused, fund)
    else:
        funds = {}
    funds |= {each.payment_id: each.funding_account_id for each in named.payments.values()}
    heard = hear_within(connection, issuer, journal, caller, news)
    wanted += [
        Wanted(
            kind=ExceptionKind.CONTRADICTED,
            funding_account_id=funds[each.payment_id],
            about=each.payment_id.hex,
            payment_id=each.payment_id,
            file_id=file_id,
        )
        for each in heard.contradicted
    ]
    return heard, wanted


def _is_other(each: ToldPayment, named: Named) -> bool:
    """Another amount than is paid; of what comes back, more."""
    paid_minor = named.payments[each.payment_id].amount_minor
    if each.money is None:
        return False
    if each.told is Told.RETURNED:
        return each.money.amount_minor > paid_minor
    return each.money.amount_minor != paid_minor


def _differs(each: ToldPayment, named: Named, file_id: int) -> Wanted:
    payment = named.payments[each.payment_id]
    return Wanted(
        kind=ExceptionKind.AMOUNT_DIFFERS,
        funding_account_id=payment.funding_account_id,
        about=each.payment_id.hex,
        payment_id=each.payment_id,
        file_id=file_id,
        expected_minor=payment.amount_minor,
        found_minor=None if each.money is None else each.money.amount_minor,
    )


def _payments_of(connection: Connection, issuer: Issuer, batch_id: UUID) -> list[UUID]:
    rows = connection.execute(
        statement(__package__, "payments_of_batch"),
        {"issuer_id": issuer.issuer_id, "batch_id": batch_id},
    )
    return [payment_id for (payment_id,) in rows]


def _note_answered(
    connection: Connection, issuer: Issuer, journal: Journal, told: ToldFile, named: Named
) -> None:
    """The bank said something of these batches: in an answer, or by booking what is in them."""
    batch_ids = {each.batch_id for each in named.payments.values() if each.batch_id is not None}
    batch_ids |= named.batches.keys()
    if told.is_repeat or not batch_ids:
        return
    connection.execute(
        statement(__package__, "note_answered"),
        {
            "issuer_id": issuer.issuer_id,
            "batch_ids": list(batch_ids),
            "answers_to": told.answers_to,
            "refused": told.refused,
            "now": journal.head.now,
        },
    )
