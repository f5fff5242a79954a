"""An organisation's money: paid in, set aside for a sale, refunded.

What the bank calls a movement counts once for a funding account, in each direction, whether it was
recorded for a sale, for the balance alone, or as a deposit.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import funding_account
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.organisations import approved_organisation, organisation_of
from counterfoil.engine.sales.reading import (
    Allocation,
    Sale,
    allocations_of,
    free_balance,
    sale_of,
)
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action

_ONCE: Final = frozenset({"operation_bank_reference", "operation_reference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that arrived in a funding account, or left it, under the bank's reference."""

    money: Money
    bank_reference: str
    value_on: date | None = None


def sell(  # which sale, for what, paid how, and who asks
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    sale_id: UUID,
    *,
    total: Money,
    receipt: Receipt | None,
    when_short: str,
    takes_part: bool,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Record what was paid for a sale, if anything came in, and let it be allocated.

    `total` is what was agreed. Where the money does not reach for it, nothing is sold unless
    `takes_part`; where the stock does not, `when_short` says whether the rest is provisioned from
    this payment or left on the balance.

    Raises NotFoundError; ConflictError where the promise has lapsed or is another one, what was
    promised could not be redeemed any more, or the money is counted already or does not suffice.
    """
    asked = Asked(
        caller=caller,
        action=Action.SELL,
        content=[str(sale_id), *_parts(total, receipt), when_short, takes_part],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        sale = sale_of(connection, issuer, sale_id)
        free_minor = _spendable(connection, issuer, sale, total, receipt, takes_part=takes_part)
    with _counted_once(connection, receipt):
        if receipt is not None:
            _move(
                journal,
                caller,
                Action.RECEIVE,
                sale.organisation_id,
                sale.funding_account_id,
                receipt,
                reason=reason,
            )
        connection.execute(
            statement(__package__, "pay_sale"),
            {
                "issuer_id": issuer.issuer_id,
                "sale_id": sale_id,
                "budget_minor": max(min(free_minor, total.amount_minor), 0),
                "when_short": when_short,
                "now": journal.head.now,
            },
        )
        record(issuer, journal, asked, subject=f"sale:{sale_id}")
        commit(connection, issuer, journal)


def _spendable(  # of which sale, for what, paid how
    connection: Connection,
    issuer: Issuer,
    sale: Sale,
    total: Money,
    receipt: Receipt | None,
    *,
    takes_part: bool,
) -> int:
    """What is on the balance for it, in minor units. Raises ConflictError where it cannot be."""
    approved_organisation(connection, issuer, sale.organisation_id)
    if sale.status not in {"holding", "held"}:
        raise ConflictError(f"The purchase is {sale.status} already.")
    if sale.is_lapsed:
        raise ConflictError("Its stock was held until a day that is past; quote it again.")
    if receipt is not None and (
        receipt.money.amount_minor <= 0 or receipt.money.currency != sale.currency
    ):
        raise ConflictError(f"An amount in {sale.currency} above zero is needed.")
    lines = allocations_of(connection, issuer, sale.sale_id)
    _check_redeemable(issuer, lines)
    if total != Money(sum(line.total_minor for line in lines), sale.currency):
        raise ConflictError("It was quoted for another amount.")
    free_minor = free_balance(connection, issuer, sale.organisation_id, sale.funding_account_id)
    if receipt is not None:
        free_minor += receipt.money.amount_minor
    if free_minor < total.amount_minor and not takes_part:
        free = Money(free_minor, sale.currency)
        raise ConflictError(f"{free} is on the balance, and {total} is needed.")
    return free_minor


def _check_redeemable(issuer: Issuer, lines: Sequence[Allocation]) -> None:
    """Raises ConflictError for vouchers that nobody could redeem any more."""
    catalogue = issuer.catalogue
    for line in lines:
        programme_id = catalogue.group_versions[line.group_id, line.group_version].programme_id
        if programme_id in catalogue.redemption_closed:
            code = catalogue.programmes_by_id[programme_id].code
            raise ConflictError(f"{code} has closed its redemption; what is sold of it is useless.")


def receive(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    organisation_id: int,
    *,
    receipt: Receipt,
    funding_account_id: int,
    reason: str = "",
) -> None:
    """Money for the balance alone; a purchase may use it later.

    Raises NotFoundError; ConflictError where it is counted already.
    """
    journal = _begin(connection, issuer, organisation_id, receipt, funding_account_id)
    _move(
        journal, caller, Action.RECEIVE, organisation_id, funding_account_id, receipt, reason=reason
    )
    with _counted_once(connection, receipt):
        commit(connection, issuer, journal)


def refund(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    organisation_id: int,
    *,
    receipt: Receipt,
    funding_account_id: int,
    reason: str = "",
) -> None:
    """Record what was paid back of the balance; never more than is free of it."""
    journal = _begin(connection, issuer, organisation_id, receipt, funding_account_id)
    free = free_balance(connection, issuer, organisation_id, funding_account_id)
    if receipt.money.amount_minor > free:
        connection.rollback()
        raise ConflictError(
            f"{Money(free, receipt.money.currency)} of the balance is free to be refunded."
        )
    _move(
        journal, caller, Action.REFUND, organisation_id, funding_account_id, receipt, reason=reason
    )
    with _counted_once(connection, receipt):
        commit(connection, issuer, journal)


def _begin(
    connection: Connection,
    issuer: Issuer,
    organisation_id: int,
    receipt: Receipt,
    funding_account_id: int,
) -> Journal:
    journal = issuer.begin(connection)
    with or_nothing(connection):
        if receipt.money.amount_minor <= 0:
            raise ConflictError("An amount above zero is needed.")
        if organisation_of(connection, issuer, organisation_id) is None:
            raise NotFoundError(f"There is no organisation {organisation_id}.")
        funding_account(issuer, receipt.money.currency, funding_account_id)
    return journal


def _move(
    journal: Journal,
    caller: Caller,
    action: Action,
    organisation_id: int,
    funding_account_id: int,
    receipt: Receipt,
    *,
    reason: str,
) -> None:
    """In, or out again."""
    subject = f"funding:{funding_account_id}"
    operation_id = journal.record(
        action,
        caller,
        reference=receipt.bank_reference,
        scope=f"{subject}:",
        amount_minor=receipt.money.amount_minor,
        subject=subject,
        reason=reason,
    )
    funding = Account(AccountKind.FUNDING, funding_account_id)
    customer = Account(AccountKind.CUSTOMER, funding_account_id, organisation_id)
    debit, credit = (funding, customer) if action is Action.RECEIVE else (customer, funding)
    journal.post(operation_id, Posting(debit, credit, receipt.money.amount_minor))
    journal.note_value_date(operation_id, receipt.value_on)
    journal.add_leaf(
        action,
        amount_minor=receipt.money.amount_minor,
        currency=receipt.money.currency,
        actor=caller.actor,
        reference=receipt.bank_reference,
    )


@contextmanager
def _counted_once(connection: Connection, receipt: Receipt | None) -> Iterator[None]:
    try:
        yield
    except pg.UniqueViolation as error:
        connection.rollback()
        if receipt is None or error.diag.constraint_name not in _ONCE:
            raise
        raise ConflictError(
            f"The reference {receipt.bank_reference} is recorded for this account already;"
            " it counts once."
        ) from error


def _parts(total: Money, receipt: Receipt | None) -> list[str | int | None]:
    return [
        total.amount_minor,
        total.currency,
        None if receipt is None else receipt.money.amount_minor,
        None if receipt is None else receipt.bank_reference,
    ]
