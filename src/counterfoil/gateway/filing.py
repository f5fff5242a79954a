"""Payments of payouts on rails that are files: gathered into batches, written, put to the bank.

waiting payments ─▶ batch ─▶ file ─▶ put by name ─▶ the bank has it, and answers in files
        └ that cannot be written ─▶ rejected, as malformed

Where it is who pays that cannot be written, the file waits until that is mended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

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
    BankFileError,
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
_ID: Final = UUID(int=0)
_SOMEBODY: Final = Party(name="A", scheme="account", account="1", fsp="A")

_log = structlog.get_logger("counterfoil.gateway.filing")


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
    done = 0
    for name, rail in rails.items():
        with bound_contextvars(issuer=issuer.code, rail=name):
            done += _gather(connection, issuer, name, rail) + _put(connection, issuer, name, rail)
    return done


def debtor_faults(issuer: Issuer, name: str, rail: FileRail) -> list[str]:
    """A sentence for each funding account from which the issuer's routes let payments go by this
    rail, and which its files cannot name.
    """
    faults = (
        f"the funding account in {fund.currency}: {fault}"
        for fund_id, fund in issuer.catalogue.funding_accounts.items()
        if any(
            route.rail == name and route.currency in {None, fund.currency}
            for route in issuer.catalogue.routes
        )
        and (fault := _debtor_fault(issuer, rail, fund_id)) is not None
    )
    return list(dict.fromkeys(faults))


def _debtor_fault(issuer: Issuer, rail: FileRail, funding_account_id: int) -> str | None:
    """What is said of a file in which it pays somebody."""
    debtor = _debtor(issuer, rail, funding_account_id)
    money = Money(1, issuer.catalogue.funding_accounts[funding_account_id].currency)
    payment = Payment(payment_id=_ID, creditor=_SOMEBODY, money=money, narrative="")
    now = datetime.now(UTC)
    batch = PaymentBatch(
        batch_id=_ID, debtor=debtor, payments=[payment], pay_on=now.date(), made_at=now
    )
    try:
        rail.format.write(batch)
    except BankFileError as error:
        return str(error)
    return None


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
        try:
            content = rail.format.write(_file(connection, issuer, rail, batch))
        except BankFileError as error:
            _log.error("delivery.unwritable", batch=batch.batch_id.hex, why=str(error))
            failed += 1
            continue
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
