"""Closed periods, what stood in them, and what came later. Each leaves the transaction open."""

from dataclasses import dataclass
from datetime import date, datetime

from counterfoil.chart import AccountKind
from counterfoil.engine.database import Connection
from counterfoil.statements import statement
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """Up to the end of a day in UTC; `last_operation` is the last one in it."""

    through: date
    last_operation: int
    closed_by: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What all accounts of a kind were debited and credited from the beginning on, in minor units
    of the funding account's currency.
    """

    funding_account_id: int
    kind: int
    debits_minor: int
    credits_minor: int

    @property
    def account_kind(self) -> AccountKind:
        return AccountKind(self.kind)

    @property
    def balance_minor(self) -> int:
        """What it stands at: of FUNDING what is at the provider, of others whom it is for."""
        net = self.credits_minor - self.debits_minor
        return -net if self.kind == AccountKind.FUNDING else net


@dataclass(frozen=True, slots=True)
class LateEvent:
    """Recorded after a period was closed in which the bank made it."""

    operation_id: int
    action: Action
    at: datetime
    value_on: date
    amount_minor: int
    subject: str


def closed_periods(
    connection: Connection, issuer_id: int, *, periods_max: int = 120
) -> list[ClosedPeriod]:
    """The last one first."""
    rows = connection.execute(
        statement(__package__, "closed_periods"),
        {"issuer_id": issuer_id, "periods_max": periods_max},
    )
    return [ClosedPeriod(*row) for row in rows]


def last_closed(connection: Connection, issuer_id: int) -> ClosedPeriod | None:
    found = closed_periods(connection, issuer_id, periods_max=1)
    return found[0] if found else None


def balances_at(connection: Connection, issuer_id: int, through: date) -> list[Balance]:
    """As they stood at the end of a closed period, by funding account and kind."""
    rows = connection.execute(
        statement(__package__, "balances_at"), {"issuer_id": issuer_id, "through": through}
    )
    return [Balance(*row) for row in rows]


def late_events(
    connection: Connection, issuer_id: int, through: date, *, events_max: int = 200
) -> list[LateEvent]:
    """The latest first; those that the period before had closed already are not among them."""
    rows = connection.execute(
        statement(__package__, "late_events"),
        {"issuer_id": issuer_id, "through": through, "events_max": events_max},
    )
    return [LateEvent(operation_id, Action(action), *rest) for operation_id, action, *rest in rows]
