"""A credit that a gateway tells of by itself, without a file. It is taken in as a file of one line:
under a reference that somebody recorded it is that deposit, and else it is proposed as one.
"""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final

from counterfoil.engine.banking.taking import take_file
from counterfoil.engine.banking.told import FileRefusedError, ToldEntry, ToldFile, ToldReport
from counterfoil.engine.catalogue import FundingAccount
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.errors import ReferenceReusedError
from counterfoil.keys.digests import content_hash
from counterfoil.statements import statement

NOTICES: Final = "notices"  # what stands for the rail of what came in no file


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNotice:
    """Of money on the account, in its currency. The reference is the bank's own: a statement names
    the same credit by it later.
    """

    account: FundingAccount
    amount_minor: int
    bank_reference: str
    booked_on: date
    value_on: date
    payer_name: str = field(default="", repr=False)
    payer_reference: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NotedCredit:
    """`is_attached` where the ledger has it; else it waits for a person or a rule."""

    is_attached: bool
    is_new: bool


def take_notice(
    connection: Connection, issuer: Issuer, caller: Caller, notice: CreditNotice
) -> NotedCredit:
    """Once for each reference, whoever tells of it and how often. Raises ReferenceReusedError where
    the reference stands for another movement of the account.
    """
    try:
        taken_as = take_file(connection, issuer, caller, _as_file(issuer, notice)).file_id
    except FileRefusedError:
        taken_as = None  # its reference is known; the line says whether it is the same
    row = connection.execute(
        statement(__package__, "credit_of_reference"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_id": notice.account.funding_account_id,
            "bank_reference": notice.bank_reference,
            "amount_minor": notice.amount_minor,
        },
    ).fetchone()
    connection.rollback()
    if row is None:
        raise ReferenceReusedError("That reference stands for another movement of the account.")
    status, file_id = row
    return NotedCredit(is_attached=status == "attached", is_new=file_id == taken_as)


def _as_file(issuer: Issuer, notice: CreditNotice) -> ToldFile:
    account = notice.account
    message_id = f"{account.funding_account_id}:{notice.bank_reference}"
    entry = ToldEntry(
        bank_reference=notice.bank_reference,
        amount_minor=notice.amount_minor,
        is_credit=True,
        booked_on=notice.booked_on,
        value_on=notice.value_on,
        payment_id=None,
        batch_id=None,
        return_reason=None,
        return_because=None,
        payer_name=notice.payer_name,
        payer_reference=notice.payer_reference,
        note=notice.note,
    )
    report = ToldReport(
        account=account.account,
        funding_account_id=account.funding_account_id,
        report_id=message_id,
        currency=account.currency,
        number=None,
        opening_minor=None,
        closing_minor=None,
        closed_on=None,
        entries=(entry,),
    )
    return ToldFile(
        digest=_digest(issuer, message_id, entry),
        rail=NOTICES,
        kind="notification",
        message_id=message_id,
        answers_to=None,
        refused=None,
        refused_because=None,
        is_repeat=False,
        payments=(),
        reports=(report,),
    )


def _digest(issuer: Issuer, message_id: str, entry: ToldEntry) -> bytes:
    """Keyed: what is in it could be guessed."""
    fields: list[str | int] = [
        message_id,
        entry.amount_minor,
        entry.booked_on.isoformat(),
        entry.value_on.isoformat(),
        entry.payer_name,
        entry.payer_reference,
        entry.note,
    ]
    return sha256(content_hash(issuer.keys, fields)).digest()
