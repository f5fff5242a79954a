"""What vouchers cost the organisation they are sold to: posted with each range."""

from collections.abc import Sequence
from typing import Final

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.sales.reading import Allocation, Sale
from counterfoil.log.leaf import SerialRange, rows_digest
from counterfoil.statements import statement
from counterfoil.voucher import Action, State

SYSTEM: Final = Caller(0, "system:sales")


def charge(journal: Journal, sale: Sale, line: Allocation, serials: Sequence[int]) -> None:
    """Face value and its part of the commission, from the organisation's balance. The serials are
    in stock, or will be: a whole range of what is made for it.
    """
    account = sale.funding_account_id
    value_minor = line.amount_minor * len(serials)
    commission_minor = line.commission_of(len(serials))
    operation_id = journal.record(
        Action.ALLOCATE,
        SYSTEM,
        reference=f"~allocate:{sale.sale_id}:{serials[0]}",
        amount_minor=value_minor,
        subject=f"sale:{sale.sale_id}",
    )
    customer = Account(AccountKind.CUSTOMER, account, sale.organisation_id)
    journal.post(
        operation_id, Posting(customer, Account(AccountKind.AVAILABLE, account), value_minor)
    )
    if commission_minor:
        journal.post(
            operation_id, Posting(customer, Account(AccountKind.FEES, account), commission_minor)
        )
    journal.add_leaf(
        Action.ALLOCATE,
        group_id=line.group_id,
        amount_minor=value_minor,
        currency=sale.currency,
        state_after=State.STOCKED,
        serials=SerialRange(serials[0], serials[-1], len(serials)),
        rows=rows_digest((serial, line.amount_minor, State.STOCKED) for serial in serials),
        actor=SYSTEM.actor,
    )


def note_sold(
    connection: Connection, issuer: Issuer, sale: Sale, line: Allocation, sold: int
) -> None:
    """On the line and on the sale, in the transaction that charges it."""
    connection.execute(
        statement(__package__, "note_sold"),
        {
            "issuer_id": issuer.issuer_id,
            "sale_id": sale.sale_id,
            "allocation_id": line.allocation_id,
            "sold": sold,
            "commission_minor": line.commission_of(sold),
            "cost_minor": line.cost_of(sold),
        },
    )
