"""What a bank sent in a file, taken in whole or not at all: read by its format, told to the engine.

content ─ read ─▶ BankFile ─ translated ─▶ ToldFile ─ take_file ─▶ the ledger
   └──────────────── refused, and noted once with the reason ───────────────┘
"""

from hashlib import sha256
from typing import Final

from counterfoil.engine.banking.taking import note_refused, take_file
from counterfoil.engine.banking.told import (
    FileRefusedError,
    TakenAlreadyError,
    TakenFile,
    ToldEntry,
    ToldFile,
    ToldPayment,
    ToldReport,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.outcomes import Told
from counterfoil.gateway.bank_files import (
    AccountReport,
    BankFile,
    BankFileError,
    Entry,
    FileFormat,
    News,
)
from counterfoil.gateway.iso20022.reason_codes import reject_reason
from counterfoil.gateway.port import PaymentStatus

NAME_LETTERS_MAX: Final = 200
_TOLD: Final = {
    PaymentStatus.ACCEPTED: Told.ACCEPTED,
    PaymentStatus.COMPLETED: Told.COMPLETED,
    PaymentStatus.REJECTED: Told.REJECTED,
    PaymentStatus.RETURNED: Told.RETURNED,
}


class FileTakenAlreadyError(BankFileError):
    """The same content was taken in before: whoever fetched it has nothing left to do."""


def take_in(  # who brings which content, and what it is
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    rail: str,
    file_format: FileFormat,
    content: bytes,
    name: str,
) -> TakenFile:
    """`name` is what the file was called. Raises BankFileError where it is refused, and changes
    nothing then but that this is noted; FileTakenAlreadyError for the same content again.
    """
    digest = sha256(content).digest()
    try:
        told = _told(file_format.read(content), digest, rail)
        return take_file(connection, issuer, caller, told)
    except (BankFileError, FileRefusedError) as error:
        why = str(error)
        note_refused(
            connection,
            issuer,
            caller,
            digest=digest,
            rail=rail,
            name=_shown(name),
            why=why,
        )
        if isinstance(error, TakenAlreadyError):
            raise FileTakenAlreadyError(why) from error
        raise BankFileError(why) from error


def _shown(name: str) -> str:
    """What a file was called, whoever called it so: a name may have in it what is no text."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:NAME_LETTERS_MAX])


def _told(file: BankFile, digest: bytes, rail: str) -> ToldFile:
    return ToldFile(
        digest=digest,
        rail=rail,
        kind=file.kind.value,
        message_id=file.message_id,
        answers_to=file.answers_to,
        refused=file.refused,
        refused_because=None if file.refused is None else reject_reason(file.refused).value,
        is_repeat=file.is_repeat,
        payments=tuple(_payment(news) for news in file.news),
        reports=tuple(_report(report) for report in file.reports),
    )


def _payment(news: News) -> ToldPayment:
    return ToldPayment(
        payment_id=news.payment_id,
        told=_TOLD.get(news.result.status),
        reason=None if news.result.reason is None else news.result.reason.value,
        provider_reference=news.result.provider_reference,
        money=news.money,
    )


def _report(report: AccountReport) -> ToldReport:
    return ToldReport(
        account=report.account,
        report_id=report.report_id,
        currency=report.currency,
        number=report.number,
        opening_minor=report.opening_minor,
        closing_minor=report.closing_minor,
        closed_on=report.closed_on,
        entries=tuple(_entry(entry) for entry in report.entries),
    )


def _entry(entry: Entry) -> ToldEntry:
    reason = entry.return_reason
    return ToldEntry(
        bank_reference=entry.bank_reference,
        amount_minor=entry.money.amount_minor,
        is_credit=entry.is_credit,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        payment_id=entry.payment_id,
        batch_id=entry.batch_id,
        return_reason=reason,
        return_because=None if reason is None else reject_reason(reason).value,
        payer_name=entry.payer_name,
        payer_reference=entry.payer_reference,
        note=entry.note,
    )
