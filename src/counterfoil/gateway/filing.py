"""Payments of payouts on rails that are files: gathered into batches, written, put to the bank.

waiting payments ─▶ batch ─▶ file ─▶ put by name ─▶ the bank has it, and answers in files
        └ that cannot be written ─▶ rejected, as malformed
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.batching import (
    BATCH_PAYMENTS,
    Batch,
    Unbatched,
    make_batch,
    note_put,
    payments_in,
    unbatched,
    unput_batches,
)
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.gateway.bank_files import (
    FileFormat,
    Party,
    Payment,
    PaymentBatch,
    written_id,
)
from counterfoil.gateway.delivery import Delivery
from counterfoil.gateway.port import RejectReason
from counterfoil.money import Money

# Of a bank that is away not every file is tried each time; one that it does not take holds up none.
PUT_FAILURES_MAX: Final = 3
_SYSTEM: Final = Caller(0, "system:payouts")


@dataclass(frozen=True, slots=True)
class FileRail:
    """`debtor` is how the bank knows who pays; the account is the funding account's, and so is the
    bank where no `debtor_fsp` is said. Where each payment is `asked_about`, `paying` does so.
    """

    format: FileFormat
    delivery: Delivery
    debtor_scheme: str = "account"
    debtor_fsp: str | None = None
    batch_max: int = BATCH_PAYMENTS
    asked_about: bool = False


FileRails = Mapping[str, FileRail]


def file_payments(connection: Connection, issuer: Issuer, rails: FileRails) -> int:
    """Batch what waits and put what is not put; how many payments and files that were."""
    return sum(
        _gather(connection, issuer, name, rail) + _put(connection, issuer, name, rail)
        for name, rail in rails.items()
    )


def _gather(connection: Connection, issuer: Issuer, name: str, rail: FileRail) -> int:
    waiting = unbatched(connection, issuer, name, payments_max=rail.batch_max)
    faulty = [each for each in waiting if rail.format.fault(_payment(each)) is not None]
    if faulty:
        connection.rollback()
        news = [News(each.payment_id, Told.REJECTED, RejectReason.MALFORMED) for each in faulty]
        hear(connection, issuer, _SYSTEM, news)
    elif waiting:
        make_batch(connection, issuer, name, _first_file(issuer, rail, waiting))
    else:
        connection.rollback()
    return len(waiting)


def _first_file(issuer: Issuer, rail: FileRail, waiting: Sequence[Unbatched]) -> list[Unbatched]:
    """What does not fit into it waits for the next one."""
    debtor = _debtor(issuer, rail, waiting[0].funding_account_id)
    fitting = rail.format.first_file(debtor, [_payment(each) for each in waiting])
    payment_ids = {payment.payment_id for payment in fitting}
    return [each for each in waiting if each.payment_id in payment_ids]


def _put(connection: Connection, issuer: Issuer, name: str, rail: FileRail) -> int:
    put, failed = 0, 0
    for batch in unput_batches(connection, issuer, name):
        if failed == PUT_FAILURES_MAX:
            break
        content = rail.format.write(_file(connection, issuer, rail, batch))
        if rail.delivery.put(written_id(batch.batch_id), content):
            note_put(connection, issuer, batch.batch_id, asked_about=rail.asked_about)
            put += 1
        else:
            failed += 1
    return put


def _file(connection: Connection, issuer: Issuer, rail: FileRail, batch: Batch) -> PaymentBatch:
    return PaymentBatch(
        batch_id=batch.batch_id,
        debtor=_debtor(issuer, rail, batch.funding_account_id),
        payments=[_payment(each) for each in payments_in(connection, issuer, batch.batch_id)],
        pay_on=batch.pay_on,
        made_at=batch.made_at,
    )


def _debtor(issuer: Issuer, rail: FileRail, funding_account_id: int) -> Party:
    fund = issuer.catalogue.funding_accounts[funding_account_id]
    return Party(
        name=issuer.name,
        scheme=rail.debtor_scheme,
        account=fund.account,
        fsp=fund.fsp if rail.debtor_fsp is None else rail.debtor_fsp,
    )


def _payment(waiting: Unbatched) -> Payment:
    return Payment(
        payment_id=waiting.payment_id,
        creditor=Party(
            name=waiting.acceptor_name,
            scheme=waiting.scheme,
            account=waiting.account,
            fsp=waiting.fsp,
        ),
        money=Money(waiting.amount_minor, waiting.currency),
        narrative=waiting.narrative,
    )
