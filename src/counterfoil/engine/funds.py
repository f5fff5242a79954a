"""Money that arrives in a funding account or leaves it. Each is one transaction, journaled; the
same reference counts once for an account, whoever it came from and however it is spaced.
"""

from datetime import date
from typing import Final
from uuid import UUID

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.catalogue import FundingAccount
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import reference_key
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action

_ONCE: Final = "operation_bank_reference"


def deposit(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    reference: str,
    funding_account_id: int | None = None,
    value_on: date | None = None,
    reason: str = "",
    scope: str = "",
) -> bool:
    """Record money that arrived in a funding account; the first of its currency if none is named.
    `value_on` is the day on which the bank had it, where that is known. A bank's own reference
    counts within a `scope`, which is its account: another bank may have it too.

    False where the same deposit is recorded already under this reference. Raises ConflictError
    where the reference stands for another amount or account, or the account has another currency;
    NotFoundError where there is no such account.
    """
    return _move_funds(
        connection,
        issuer,
        caller,
        Action.DEPOSIT,
        money,
        reference=reference,
        funding_account_id=funding_account_id,
        value_on=value_on,
        reason=reason,
        scope=scope,
    )


def withdraw(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    reference: str,
    funding_account_id: int | None = None,
    value_on: date | None = None,
    reason: str = "",
    scope: str = "",
) -> bool:
    """Record money that left a funding account; never beyond what is available."""
    return _move_funds(
        connection,
        issuer,
        caller,
        Action.WITHDRAW,
        money,
        reference=reference,
        funding_account_id=funding_account_id,
        value_on=value_on,
        reason=reason,
        scope=scope,
    )


def _move_funds(  # the two callers above are the readable form
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    action: Action,
    money: Money,
    *,
    reference: str,
    funding_account_id: int | None,
    value_on: date | None,
    reason: str,
    scope: str,
) -> bool:
    if money.amount_minor <= 0:
        raise ConflictError("An amount above zero is needed.")
    journal = issuer.begin(connection)
    try:
        account = funding_account(issuer, money.currency, funding_account_id)
        subject = f"funding:{account.funding_account_id}"
        key = reference_key(caller.client_id, action, scope + reference)
        is_new = _is_new(connection, issuer, key, reference, money, subject)
    except BaseException:
        connection.rollback()
        raise
    if not is_new:
        connection.rollback()
        return False
    funding = Account(AccountKind.FUNDING, account.funding_account_id)
    available = Account(AccountKind.AVAILABLE, account.funding_account_id)
    posting = (
        Posting(funding, available, money.amount_minor)
        if action is Action.DEPOSIT
        else Posting(available, funding, money.amount_minor)
    )
    operation_id = journal.record(
        action,
        caller,
        reference=reference,
        amount_minor=money.amount_minor,
        subject=subject,
        reason=reason,
        scope=scope,
    )
    journal.post(operation_id, posting)
    journal.note_value_date(operation_id, value_on)
    journal.add_leaf(
        action,
        amount_minor=money.amount_minor,
        currency=money.currency,
        actor=caller.actor,
        reference=reference,
    )
    try:
        commit(connection, issuer, journal)
    except pg.CheckViolation as error:
        connection.rollback()
        raise ConflictError("That is more than is available.") from error
    except pg.UniqueViolation as error:
        connection.rollback()
        if error.diag.constraint_name != _ONCE:
            raise
        raise ConflictError(
            f"The reference {reference} is recorded for this account already; it counts once."
        ) from error
    return True


def funding_account(
    issuer: Issuer, currency: str, funding_account_id: int | None
) -> FundingAccount:
    """The first of the currency if none is named. Raises NotFoundError, ConflictError."""
    accounts = issuer.catalogue.funding_accounts
    if funding_account_id is None:
        ids = [each for each, account in accounts.items() if account.currency == currency]
        if not ids:
            raise NotFoundError(f"{issuer.code} has no funding account in {currency}.")
        return accounts[min(ids)]
    account = accounts.get(funding_account_id)
    if account is None:
        raise NotFoundError(f"{issuer.code} has no funding account {funding_account_id}.")
    if account.currency != currency:
        raise ConflictError(f"Funding account {funding_account_id} is in {account.currency}.")
    return account


def _is_new(  # under which key, and what it should stand for
    connection: Connection,
    issuer: Issuer,
    key: bytes,
    reference: str,
    money: Money,
    subject: str,
) -> bool:
    """Raises ConflictError where the reference stands for something else."""
    row = connection.execute(
        statement(__package__, "operation_by_reference"),
        {"issuer_id": issuer.issuer_id, "reference_key": UUID(bytes=key)},
    ).fetchone()
    if row is None:
        return True
    _operation_id, amount_minor, recorded, *_rest = row
    if amount_minor != money.amount_minor:
        raise ConflictError(f"The reference {reference} stands for another amount.")
    if recorded != subject:
        raise ConflictError(f"The reference {reference} stands for another funding account.")
    return False
