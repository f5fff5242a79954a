"""Periods that are closed: the list of them, what stood in each, and what came later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, cast
from uuid import UUID

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.chart import AccountKind
from counterfoil.engine.periods.reading import Balance, balances_at, late_events
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, Part, funding_accounts
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.words import account_word, action_word

ONE_DAY: Final = timedelta(days=1)
_LATE_MAX: Final = 10_000
_FUNDING_NOTE: Final = _("what stood at the bank or provider")


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """Up to the end of `through`; it begins after `after_day`, the first at the beginning."""

    through: date
    closed_by: str
    closed_at: datetime
    after_day: date | None
    reason: str
    command_id: UUID | None
    by: str

    @property
    def key(self) -> Key:
        return (self.through,)

    @property
    def subject(self) -> str:
        """As commands and the journal name it."""
        return f"period:{self.through}"

    @property
    def since(self) -> date | None:
        """Its first day."""
        return None if self.after_day is None else self.after_day + ONE_DAY


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One kind of account of one funding account in a period. Amounts in minor units."""

    account: FundingAccount
    kind: AccountKind
    opening_minor: int
    debits_minor: int
    credits_minor: int
    closing_minor: int

    @property
    def key(self) -> Key:
        return (self.account.funding_account_id, self.kind.value)

    @property
    def name(self) -> Promise:
        return account_word(self.kind)

    @property
    def note(self) -> Promise:
        if self.kind is AccountKind.FUNDING:
            return _FUNDING_NOTE
        return Part(self.kind, self.money(0)).note

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.account.currency)


@dataclass(frozen=True, slots=True)
class Trial:
    """The balances of one funding account; what was debited is what was credited."""

    account: FundingAccount
    rows: Sequence[BalanceRow]

    @property
    def debits_minor(self) -> int:
        return sum(row.debits_minor for row in self.rows)

    @property
    def credits_minor(self) -> int:
        return sum(row.credits_minor for row in self.rows)

    @property
    def adds_up(self) -> bool:
        """And what is at the provider is for somebody."""
        held_minor = sum(
            row.closing_minor if row.kind is AccountKind.FUNDING else -row.closing_minor
            for row in self.rows
        )
        return self.debits_minor == self.credits_minor and held_minor == 0


@dataclass(frozen=True, slots=True)
class LateRow:
    """`money` is None of what moved no funding account."""

    operation_id: int
    word: Promise
    at: datetime
    value_on: date
    money: Money | None
    about: Subject

    @property
    def key(self) -> Key:
        return (self.operation_id,)


def periods_page(office: Office, wanted: Wanted) -> list[PeriodRow]:
    """Two queries."""
    return _periods(office, {**wanted.parameters, "through": None})


def last_period(office: Office) -> PeriodRow | None:
    return period_before(office, date.max)


def period_before(office: Office, day: date) -> PeriodRow | None:
    """The last one that was over before this day."""
    found = _periods(office, {"before_day": day, "through": None, "rows_max": 1})
    return found[0] if found else None


def period_of(office: Office, through: date) -> PeriodRow:
    """Raises Http404."""
    found = _periods(office, {"before_day": date.max, "through": through, "rows_max": 1})
    if not found:
        raise Http404
    return found[0]


def _periods(office: Office, asked: dict[str, object]) -> list[PeriodRow]:
    found = rows(__package__, "periods", {**asked, "issuer_id": office.issuer_id})
    names = names_of(row[1] for row in found)
    return [PeriodRow(*[*row, names[row[1]]]) for row in found]


def balances_of(office: Office, period: PeriodRow) -> list[BalanceRow]:
    """Of every kind in which anything ever moved, by funding account. Three queries."""
    before = {} if period.after_day is None else _balances(office, period.after_day)
    accounts = {each.funding_account_id: each for each in funding_accounts(office)}
    return [
        _row(accounts[each.funding_account_id], before.get(key), each)
        for key, each in _balances(office, period.through).items()
    ]


def trials_of(balances: Sequence[BalanceRow]) -> list[Trial]:
    return [
        Trial(account, list(found))
        for account, found in groupby(balances, key=lambda row: row.account)
    ]


def _balances(office: Office, through: date) -> dict[tuple[int, int], Balance]:
    found = balances_at(engine_connection(), office.issuer_id, through)
    return {(each.funding_account_id, each.kind): each for each in found}


def _row(account: FundingAccount, before: Balance | None, then: Balance) -> BalanceRow:
    return BalanceRow(
        account,
        then.account_kind,
        before.balance_minor if before else 0,
        then.debits_minor - (before.debits_minor if before else 0),
        then.credits_minor - (before.credits_minor if before else 0),
        then.balance_minor,
    )


def balances_page(period: PeriodRow, office: Office, wanted: Wanted) -> list[BalanceRow]:
    """For a file: they are few."""
    after = tuple(wanted.after.values())
    return [row for row in balances_of(office, period) if row.key > after][: wanted.rows_max]


def late_page(period: PeriodRow, office: Office, wanted: Wanted) -> list[LateRow]:
    """What came after it was closed, the latest first. Four queries."""
    found = late_events(engine_connection(), office.issuer_id, period.through, events_max=_LATE_MAX)
    before = cast("int", wanted.after["before_operation"])
    shown = [each for each in found if each.operation_id < before][: wanted.rows_max]
    asked = {"issuer_id": office.issuer_id, "operation_ids": [e.operation_id for e in shown]}
    currencies = dict(rows(__package__, "currencies_moved", asked)) if shown else {}
    subjects = subjects_of(office, {each.subject for each in shown if each.subject})
    return [
        LateRow(
            each.operation_id,
            action_word(each.action),
            each.at,
            each.value_on,
            Money(each.amount_minor, currencies[each.operation_id])
            if each.operation_id in currencies and each.amount_minor is not None
            else None,
            subjects.get(each.subject, Subject("")),
        )
        for each in shown
    ]


def closable(last: date | None, today: date) -> date | None:
    """The day up to which one would close next: the end of last month, else yesterday; None where
    that is closed already.
    """
    yesterday = today - ONE_DAY
    month_end = today.replace(day=1) - ONE_DAY
    if last is None or last < month_end:
        return month_end
    return yesterday if last < yesterday else None
