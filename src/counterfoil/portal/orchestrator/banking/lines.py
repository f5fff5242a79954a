"""Lines of a bank: what each is in the ledger, or what is still to be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.utils.functional import Promise

from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.orchestrator.banking.words import line_state
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, action_word

BIGINT_MAX: Final = 2**63 - 1
_LINE_COLUMNS: Final = 17
_NO_SUBJECT: Final = Subject("")


@dataclass(frozen=True, slots=True)
class InLedger:
    """What a line is there: how many operations, what was done, and to what."""

    operations: int
    word: Promise
    about: Subject


@dataclass(frozen=True, slots=True)
class Line:
    """`exception_id` is of the open difference about it; `why_not` says what a rule for deposits
    could not do with it.
    """

    entry_id: int
    funding_account_id: int
    currency: str
    bank_reference: str
    amount_minor: int
    is_credit: bool
    booked_on: date
    value_on: date
    status: str
    payer_name: str
    payer_reference: str
    note: str
    return_reason: str | None
    is_on_statement: bool
    file_id: int
    payment_id: UUID | None
    batch_id: UUID | None
    in_ledger: InLedger | None
    exception_id: int | None
    why_not: str

    @property
    def key(self) -> Key:
        return (self.booked_on, self.entry_id)

    @property
    def state(self) -> Word:
        return line_state(self.status)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def signed(self) -> Money:
        """Below zero where it left the account."""
        return self.money if self.is_credit else self.money * -1

    @property
    def is_proposed(self) -> bool:
        return self.status == "proposed"


def lines_page(account: FundingAccount, office: Office, wanted: Wanted) -> list[Line]:
    filters = wanted.filters
    return _lines(
        office,
        {
            "funding_account_id": account.funding_account_id,
            "status": filters["status"] or "",
            "since": filters["since"],
            "until": filters["until"],
            "reference": filters["reference"] or "",
            **wanted.after,
            "rows_max": wanted.rows_max,
        },
    )


def line_of(office: Office, entry_id: int) -> Line:
    """Raises Http404."""
    found = lines_by_id(office, [entry_id])
    if not found:
        raise Http404
    return found[0]


def lines_by_id(office: Office, entry_ids: Sequence[int]) -> list[Line]:
    """In the order of their numbers."""
    found = _lines(office, {"entry_ids": list(entry_ids), "rows_max": len(entry_ids)})
    return sorted(found, key=lambda line: line.entry_id)


def _lines(office: Office, asked: dict[str, object]) -> list[Line]:
    found = rows(
        __package__,
        "lines",
        {
            "issuer_id": office.issuer_id,
            "funding_account_id": None,
            "entry_ids": None,
            "status": "",
            "since": None,
            "until": None,
            "reference": "",
            "before_day": date.max,
            "before_id": BIGINT_MAX,
            **asked,
        },
    )
    keys = {key for row in found if (key := _subject_key(row))}
    subjects = subjects_of(office, keys) if keys else {}
    return [
        Line(
            *[
                *row[:_LINE_COLUMNS],
                _in_ledger(row, subjects.get(_subject_key(row), _NO_SUBJECT)),
                row[-2],
                refusal_text(row[-1]),
            ]
        )
        for row in found
    ]


def _in_ledger(row: Sequence[Any], about: Subject) -> InLedger | None:
    operations, action = row[_LINE_COLUMNS], row[_LINE_COLUMNS + 1]
    return None if action is None else InLedger(operations, action_word(action), about)


def _subject_key(row: Sequence[Any]) -> str:
    serial, subject = row[_LINE_COLUMNS + 2], row[_LINE_COLUMNS + 3]
    return f"voucher:{serial}" if serial is not None else subject or ""
