"""What does not agree with the bank: with its evidence, and how much it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.resolving import WAYS, How, moved_minor
from counterfoil.engine.commands.bank_content import ResolveException
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.banking.words import (
    advice,
    difference_text,
    difference_word,
    file_kind,
)
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.pager import Key
from counterfoil.portal.payouts.words import payout_state
from counterfoil.portal.queries import rows
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.words import Word, action_word

_SYSTEM: Final = "system"
_NO_SUBJECT: Final = Subject("")


@dataclass(frozen=True, slots=True)
class Difference:
    """As the statement gives it; amounts in minor units, None where it is about none."""

    exception_id: int
    kind_name: str
    funding_account_id: int
    currency: str
    about: str
    expected_minor: int | None
    found_minor: int | None
    opened_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str | None
    entry_id: int | None
    bank_reference: str | None
    entry_minor: int | None
    is_credit: bool | None
    booked_on: date | None
    matched_minor: int
    payment_id: UUID | None
    payment_minor: int | None
    payment_status: str | None
    run_id: int | None
    acceptor_id: int | None
    serial: int | None
    acceptor: str | None
    batch_id: UUID | None
    batch_rail: str | None
    batch_payments: int | None
    batch_minor: int | None
    put_at: datetime | None
    file_id: int | None
    file_rail: str | None
    file_kind_name: str | None
    message_id: str | None
    taken_at: datetime | None
    action: int | None
    operation_serial: int | None
    operation_subject: str | None

    @property
    def key(self) -> Key:
        return (self.exception_id,)

    @property
    def subject(self) -> str:
        """As commands and the journal name it."""
        return f"exception:{self.exception_id}"

    @property
    def kind(self) -> ExceptionKind:
        return ExceptionKind(self.kind_name)

    @property
    def word(self) -> Promise:
        return difference_word(self.kind)

    @property
    def means(self) -> Promise:
        return difference_text(self.kind)

    @property
    def advice(self) -> Promise:
        return advice(self.kind)

    @property
    def ways(self) -> Sequence[How]:
        return WAYS[self.kind]

    @property
    def expected(self) -> Money | None:
        return self._money(self.expected_minor)

    @property
    def found(self) -> Money | None:
        return self._money(self.found_minor)

    @property
    def difference(self) -> Money | None:
        """How much more there is than there should be."""
        if self.expected_minor is None or self.found_minor is None:
            return None
        return Money(self.found_minor - self.expected_minor, self.currency)

    @property
    def line(self) -> Money | None:
        """Below zero where it left the account."""
        return None if self.entry_minor is None else Money(self.line_minor, self.currency)

    @property
    def line_minor(self) -> int:
        return (self.entry_minor or 0) if self.is_credit else -(self.entry_minor or 0)

    @property
    def payment(self) -> Money | None:
        return self._money(self.payment_minor)

    @property
    def payment_state(self) -> Word:
        return payment_word(self.payment_status or "")

    @property
    def batch(self) -> Money | None:
        return self._money(self.batch_minor)

    @property
    def file_kind(self) -> Promise | str:
        return file_kind(self.file_kind_name or "")

    @property
    def operation(self) -> Promise | str:
        return "" if self.action is None else action_word(self.action)

    @property
    def days(self) -> tuple[date, date] | None:
        """Of a statement that is missing, those that it lies between."""
        first, dots, last = self.about.partition("..")
        if self.kind is not ExceptionKind.STATEMENT_GAP or not dots:
            return None
        return date.fromisoformat(first), date.fromisoformat(last)

    @property
    def days_open(self) -> int:
        return ((self.ended_at or datetime.now(UTC)) - self.opened_at).days

    @property
    def age(self) -> str:
        days = self.days_open
        if not days:
            return _("since today")
        text = ngettext("%(number)s day", "%(number)s days", days)
        return text % {"number": count(days)}

    @property
    def is_of_itself(self) -> bool:
        """It agreed again, and nobody had to say so."""
        return self.ended_by == _SYSTEM

    @property
    def why(self) -> str:
        """It ended."""
        return _("It agrees again.") if self.is_of_itself else self.ended_why or ""

    def _money(self, amount_minor: int | None) -> Money | None:
        return None if amount_minor is None else Money(amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Row:
    """One of a list, with who ended it, or the command that asks for its end and waits."""

    difference: Difference
    by: str
    waiting: UUID | None

    @property
    def key(self) -> Key:
        return self.difference.key


def payment_word(status: str) -> Word:
    """Payments have the states of payouts, and one that is only theirs."""
    return payout_state("failed" if status == "rejected" else status)


def differences_page(office: Office, wanted: Wanted) -> list[Row]:
    """Three queries."""
    asked = {
        **wanted.after,
        "is_ended": wanted.filters["state"] == "ended",
        "kind": wanted.filters["kind"] or "",
        "is_newest": wanted.sort == "newest",
        "rows_max": wanted.rows_max,
    }
    found = _differences(office, asked)
    those = [each.ended_by for each in found if each.ended_by and not each.is_of_itself]
    names = names_of(those)
    waiting = _ends_waiting(office, [each for each in found if each.ended_at is None])
    return [
        Row(each, names.get(each.ended_by or "", ""), waiting.get(each.subject)) for each in found
    ]


def _ends_waiting(office: Office, those: Sequence[Difference]) -> dict[str, UUID]:
    asked = {"issuer_id": office.issuer_id, "subjects": [each.subject for each in those]}
    return dict(rows(__package__, "ends_waiting", asked)) if those else {}


def difference_of(office: Office, exception_id: int) -> Difference:
    """Raises Http404."""
    found = _differences(office, {"exception_id": exception_id, "rows_max": 1})
    if not found:
        raise Http404
    return found[0]


def operation_about(office: Office, found: Difference) -> Subject:
    """What the operation is about that stands on no statement."""
    key = found.operation_subject or ""
    if found.operation_serial is not None:
        key = f"voucher:{found.operation_serial}"
    return subjects_of(office, {key})[key] if key else _NO_SUBJECT


def content_of(found: Difference, how: How) -> ResolveException:
    return ResolveException(
        exception_id=found.exception_id,
        exception_kind=found.kind.value,
        about=found.about,
        how=how,
        amount_minor=at_stake_minor(found, how),
        currency=found.currency,
    )


def at_stake_minor(found: Difference, how: How) -> int:
    """What decides how many must agree: what moves, or what it is about where nothing does."""
    difference = found.difference
    moves = moved_minor(
        how,
        payment_minor=found.payment_minor,
        line_minor=found.line_minor,
        matched_minor=found.matched_minor,
        difference_minor=(found.found_minor or 0) - (found.expected_minor or 0),
    )
    if moves is not None:
        return moves
    if difference is not None:
        return abs(difference.amount_minor)
    return found.expected_minor or found.payment_minor or found.batch_minor or 0


def _differences(office: Office, asked: dict[str, object]) -> list[Difference]:
    found = rows(
        __package__,
        "differences",
        {
            "issuer_id": office.issuer_id,
            "exception_id": None,
            "is_ended": None,
            "kind": "",
            "after_id": 0,
            "is_newest": False,
            **asked,
        },
    )
    return [Difference(*row) for row in found]
