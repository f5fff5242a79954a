"""The report of a programme, for as long as it runs and when it is closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from counterfoil.engine.catalogue import Programme
from counterfoil.engine.database import Connection
from counterfoil.engine.programme_figures import (
    Holding,
    ProgrammeMoney,
    holdings,
    programme_by_code,
    programme_money,
)
from counterfoil.programme import ProgrammeStatus
from counterfoil.statements import statement
from counterfoil.voucher import Action

ACCEPTORS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Who took it, when and why."""

    status: ProgrammeStatus
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClosingWork:
    """One of the two bulk changes that closing leaves: stock is cancelled, what is out expires."""

    bulk_id: int
    action: Action
    done: int
    refused: int
    status: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class AcceptorFigures:
    acceptor_id: int
    name: str
    earned_minor: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class ProgrammeReport:
    """`acceptors` are those who earned most, up to ACCEPTORS_MAX; `money` has the totals."""

    programme: Programme
    steps: tuple[Step, ...]
    holdings: tuple[Holding, ...]
    money: ProgrammeMoney
    acceptors: tuple[AcceptorFigures, ...]
    closing: tuple[ClosingWork, ...]

    @property
    def committed_minor(self) -> int:
        """What counts against the budget: earmarked, reserved and redeemed."""
        return self.money.earmarked_minor + sum(
            each.open.value_minor + each.redeemed.value_minor for each in self.holdings
        )

    @property
    def budget_left_minor(self) -> int | None:
        budget_minor = self.programme.budget_minor
        return None if budget_minor is None else budget_minor - self.committed_minor

    @property
    def is_finished(self) -> bool:
        """Closed, and nothing of it is open any more."""
        return (
            self.programme.status is ProgrammeStatus.CLOSED
            and all(work.status == "finished" for work in self.closing)
            and not any(each.open.vouchers for each in self.holdings)
        )


def programme_report(connection: Connection, issuer_id: int, code: str) -> ProgrammeReport:
    """In the caller's transaction. Raises NotFoundError."""
    programme = programme_by_code(connection, issuer_id, code)
    programme_id = programme.programme_id
    wanted: dict[str, object] = {"issuer_id": issuer_id, "programme_id": programme_id}
    steps = connection.execute(statement(__package__, "programme_steps"), wanted).fetchall()
    bulks = connection.execute(statement(__package__, "closing_bulks"), wanted).fetchall()
    acceptors = connection.execute(
        statement(__package__, "programme_acceptors"), wanted | {"rows_max": ACCEPTORS_MAX}
    ).fetchall()
    return ProgrammeReport(
        programme,
        tuple(Step(ProgrammeStatus(status), *rest) for status, *rest in steps),
        tuple(holdings(connection, issuer_id, programme_id)),
        programme_money(connection, issuer_id, programme_id),
        tuple(AcceptorFigures(*row) for row in acceptors),
        tuple(ClosingWork(bulk_id, Action(action), *rest) for bulk_id, action, *rest in bulks),
    )
