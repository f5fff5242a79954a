"""Money that arrives in a funding account or leaves it. Each is one transaction, journaled; the
same reference counts once.
"""

from uuid import UUID

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import reference_key
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action


def deposit(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    reference: str,
    reason: str = "",
) -> bool:
    """Record money that arrived in the funding account of its currency.

    False where the same deposit is recorded already under this reference. Raises ConflictError
    where the reference stands for another amount, NotFoundError for a currency without account.
    """
    return _move_funds(connection, issuer, caller, Action.DEPOSIT, money, reference, reason)


def withdraw(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    reference: str,
    reason: str = "",
) -> bool:
    """Record money that left the funding account; never beyond what is available."""
    return _move_funds(connection, issuer, caller, Action.WITHDRAW, money, reference, reason)


def _move_funds(  # the two callers above are the readable form
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    action: Action,
    money: Money,
    reference: str,
    reason: str,
) -> bool:
    if money.amount_minor <= 0:
        raise ConflictError("An amount above zero is needed.")
    journal = issuer.begin(connection)
    account = next(
        (f for f in issuer.catalogue.funding_accounts.values() if f.currency == money.currency),
        None,
    )
    if account is None:
        connection.rollback()
        raise NotFoundError(f"{issuer.code} has no funding account in {money.currency}.")
    before = _remembered_amount(connection, issuer, caller, action, reference)
    if before is not None:
        connection.rollback()
        if before == money.amount_minor:
            return False
        raise ConflictError(f"The reference {reference} stands for another amount.")
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
        subject=f"funding:{account.funding_account_id}",
        reason=reason,
    )
    journal.post(operation_id, posting)
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
    return True


def _remembered_amount(
    connection: Connection, issuer: Issuer, caller: Caller, action: Action, reference: str
) -> int | None:
    row = connection.execute(
        statement(__package__, "operation_by_reference"),
        {
            "issuer_id": issuer.issuer_id,
            "reference_key": UUID(bytes=reference_key(caller.client_id, action, reference)),
        },
    ).fetchone()
    return None if row is None else row[1]
