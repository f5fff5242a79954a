"""Sales and their lines, as they stand in the transaction of who asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import NotFoundError
from counterfoil.money import share_of
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class Sale:
    """`budget_minor` of the organisation's balance is set aside for it, `spent_minor` is gone."""

    sale_id: UUID
    organisation_id: int
    funding_account_id: int
    currency: str
    status: str
    held_until: datetime
    is_lapsed: bool
    when_short: str
    budget_minor: int
    spent_minor: int
    outcome: str | None

    @property
    def left_minor(self) -> int:
        return self.budget_minor - self.spent_minor


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many vouchers of one version and amount. `commission_minor` is for the whole quantity."""

    allocation_id: int
    line: int
    group_id: int
    group_version: int
    amount_minor: int
    quantity: int
    commission_minor: int
    held: int
    sold: int
    charged_minor: int

    @property
    def missing(self) -> int:
        return self.quantity - self.held - self.sold

    @property
    def total_minor(self) -> int:
        return self.quantity * self.amount_minor + self.commission_minor

    def commission_of(self, more: int) -> int:
        """What is to be charged when so many more are sold; in all exactly the whole."""
        sold = min(self.sold + more, self.quantity)
        return share_of(self.commission_minor, sold, self.quantity) - self.charged_minor

    def cost_of(self, more: int) -> int:
        return more * self.amount_minor + self.commission_of(more)

    def affordable(self, left_minor: int, wanted: int) -> int:
        """The most of `wanted` that cost no more than is left."""
        fewest, most = 0, min(wanted, left_minor // self.amount_minor)
        while fewest < most:
            middle = (fewest + most + 1) // 2
            if self.cost_of(middle) <= left_minor:
                fewest = middle
            else:
                most = middle - 1
        return fewest


def sale_of(connection: Connection, issuer: Issuer, sale_id: UUID) -> Sale:
    """Raises NotFoundError."""
    row = connection.execute(
        statement(__package__, "sale"), {"issuer_id": issuer.issuer_id, "sale_id": sale_id}
    ).fetchone()
    if row is None:
        raise NotFoundError("There is no such sale.")
    return Sale(*row)


def allocations_of(connection: Connection, issuer: Issuer, sale_id: UUID) -> list[Allocation]:
    """In the order of its lines."""
    found = connection.execute(
        statement(__package__, "allocations"), {"issuer_id": issuer.issuer_id, "sale_id": sale_id}
    ).fetchall()
    return [Allocation(*row) for row in found]


def free_balance(
    connection: Connection, issuer: Issuer, organisation_id: int, funding_account_id: int
) -> int:
    """What an organisation has paid and not spent, less what is set aside for its sales."""
    row = connection.execute(
        statement(__package__, "free_balance"),
        {
            "issuer_id": issuer.issuer_id,
            "organisation_id": organisation_id,
            "funding_account_id": funding_account_id,
        },
    ).fetchone()
    return 0 if row is None else int(row[0])
