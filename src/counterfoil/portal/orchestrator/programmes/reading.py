"""What pages of programmes show: read from counts, accounts and programmes, never vouchers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404
from django.utils import timezone

from counterfoil.engine.budgets import committed_minor
from counterfoil.engine.catalogue import GENERAL_PURPOSE, Programme
from counterfoil.engine.programme_figures import Holding, programme_by_code
from counterfoil.engine.programme_report import Step
from counterfoil.errors import NotFoundError
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.words import Word, programme_status
from counterfoil.programme import ProgrammeStatus

_ENGINE: Final = "counterfoil.engine"
_NEARLY_PERCENT: Final = 90


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of it is committed; `budget` is None where there is no limit."""

    committed: Money
    budget: Money | None

    @property
    def left(self) -> Money | None:
        return None if self.budget is None else self.budget - self.committed

    @property
    def percent(self) -> int:
        """Of the budget, in whole per cents; 100 only when it is used up."""
        if self.budget is None or not self.budget.amount_minor:
            return 0
        return 100 * self.committed.amount_minor // self.budget.amount_minor

    @property
    def is_nearly_used(self) -> bool:
        return self.percent >= _NEARLY_PERCENT


@dataclass(frozen=True, slots=True)
class Dates:
    """When a programme starts, and when each of its steps is planned."""

    starts_on: date | None
    sales_close_on: date | None
    redemption_close_on: date | None
    claims_close_on: date | None

    def of(self, status: ProgrammeStatus) -> date | None:
        return {
            ProgrammeStatus.OPEN: self.starts_on,
            ProgrammeStatus.SALES_CLOSED: self.sales_close_on,
            ProgrammeStatus.REDEMPTION_CLOSED: self.redemption_close_on,
            ProgrammeStatus.CLAIMS_CLOSED: self.claims_close_on,
        }.get(status)


@dataclass(frozen=True, slots=True)
class Names:
    """How people name a programme's vouchers and those it shares its account with, by code; and
    that account.
    """

    groups: Mapping[str, str]
    programmes: Mapping[str, str]
    account: str


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A line of the list."""

    programme_id: int
    code: str
    name: str
    status: ProgrammeStatus
    funding_account_id: int
    currency: str
    dates: Dates
    budget: Budget
    open_vouchers: int
    open_money: Money
    key: Key

    @property
    def word(self) -> Word:
        return programme_status(self.status)

    @property
    def next_on(self) -> date | None:
        return next_on(self.status, self.dates)

    @property
    def is_overdue(self) -> bool:
        return is_overdue(self.status, self.dates)


def programmes_page(office: Office, asked: Wanted) -> list[ProgrammeRow]:
    """Two queries."""
    parameters = {"issuer_id": office.issuer_id, **asked.parameters}
    found = rows(__package__, "programmes_page", parameters)
    committed = dict(
        rows(
            _ENGINE,
            "programmes_committed",
            {"issuer_id": office.issuer_id, "programme_ids": [row[0] for row in found]},
        )
    )
    return [_row(row, committed) for row in found]


def _row(row: tuple, committed: Mapping[int, int]) -> ProgrammeRow:  # type: ignore[type-arg]
    programme_id, code, name, status, account_id, currency, budget_minor, *rest = row[:-3]
    *dates, open_vouchers, open_minor = rest
    return ProgrammeRow(
        programme_id,
        code,
        name,
        ProgrammeStatus(status),
        account_id,
        currency,
        Dates(*dates),
        _budget(committed.get(programme_id, 0), budget_minor, currency),
        open_vouchers,
        Money(open_minor, currency),
        row[-3:],
    )


def programme_or_404(office: Office, code: str) -> Programme:
    try:
        return programme_by_code(engine_connection(), office.issuer_id, code)
    except NotFoundError as error:
        raise Http404 from error


def budget_of(office: Office, programme: Programme) -> Budget:
    committed = committed_minor(engine_connection(), office.issuer_id, programme.programme_id)
    return _budget(committed, programme.budget_minor, programme.currency)


def _budget(committed: int, budget_minor: int | None, currency: str) -> Budget:
    return Budget(
        Money(committed, currency),
        None if budget_minor is None else Money(budget_minor, currency),
    )


def dates_of(programme: Programme) -> Dates:
    return Dates(
        programme.starts_on,
        programme.sales_close_on,
        programme.redemption_close_on,
        programme.claims_close_on,
    )


def next_on(status: ProgrammeStatus, dates: Dates) -> date | None:
    """When the next step is planned."""
    return None if status.next is None else dates.of(status.next)


def is_overdue(status: ProgrammeStatus, dates: Dates) -> bool:
    """The day of the next step is past, and nobody took it."""
    planned = next_on(status, dates)
    return planned is not None and planned < timezone.localdate()


def steps_of(office: Office, programme: Programme) -> Sequence[Step]:
    found = rows(
        _ENGINE,
        "programme_steps",
        {"issuer_id": office.issuer_id, "programme_id": programme.programme_id},
    )
    return [Step(ProgrammeStatus(status), *rest) for status, *rest in found]


def used(groups: Sequence[Holding]) -> list[Holding]:
    """Without the one that every issuer begins with, where nobody has used it."""
    return [each for each in groups if each.issued.vouchers or each.group_code != GENERAL_PURPOSE]


def names_about(office: Office, programme: Programme) -> Names:
    found = rows(
        __package__,
        "names",
        {
            "issuer_id": office.issuer_id,
            "programme_id": programme.programme_id,
            "funding_account_id": programme.funding_account_id,
        },
    )
    account = next(
        name or f"{fsp} · {short_number(number)} · {currency}"
        for kind, _code, name, fsp, number, currency in found
        if kind == "account"
    )
    return Names(
        {code: name for kind, code, name, *_where in found if kind == "group"},
        {code: name for kind, code, name, *_where in found if kind == "programme"},
        account,
    )
