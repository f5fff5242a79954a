"""The statement of account of an organisation: what came in, was charged, paid back or given
back, a line for each step of the ledger, with the balance after each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.engine.journal import OWN_REFERENCE
from counterfoil.money import Money
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.listing import ListForm, Listing, Place, Wanted, day_field, span
from counterfoil.portal.names import names_of
from counterfoil.portal.pager import AT_FIRST, Key, Order
from counterfoil.portal.queries import rows
from counterfoil.portal.words import action_word
from counterfoil.voucher import Action

_FIRST: Final = {"after_number": AT_FIRST["after_number"]}
_COMMAND: Final = "command:"
_ACTOR: Final = 13  # of a row
_OF_PEOPLE: Final = -2  # the last columns
_SALE: Final = "sale:"
_WORDS: Final[Mapping[Action, Promise]] = {
    Action.RECEIVE: _("Payment received"),
    Action.REFUND: _("Paid back"),
    Action.ALLOCATE: _("Vouchers bought"),
    Action.CANCEL: _("Given back: vouchers cancelled"),
    Action.EXPIRE: _("Given back: vouchers expired"),
    Action.LAPSE: _("Given back: not activated in time"),
}


class StatementFilter(ListForm):
    orders: ClassVar = (
        Order("newest", _("Newest first"), _FIRST),
        Order("oldest", _("Oldest first"), _FIRST),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("All")),
            ("received", _("Payments received")),
            ("bought", _("Vouchers bought")),
            ("commission", _("Commission")),
            ("refunded", _("Paid back")),
            ("given_back", _("Given back")),
        ],
    )
    since = day_field(_("From"))
    until = day_field(_("Until"))


@dataclass(frozen=True, slots=True)
class Entry:
    """`signed` is below zero for what left the balance; `after` is None where too much came since.
    `sale` is the key of a purchase, if it was for one; `vouchers` is how many were changed, and
    `serial` which, if it was one.
    """

    posting_id: int
    at: datetime
    what: str
    account: str
    signed: Money
    after: Money | None
    reference: str
    sale: str
    vouchers: int
    serial: int | None
    by: str
    reason: str
    key: Key


def statement_of(organisation_id: int, *, has_people: bool = True) -> Listing[Place, Entry]:
    """Without `has_people` as the organisation takes it away: not who recorded it and why."""

    def read(place: Place, wanted: Wanted) -> list[Entry]:
        found = _rows(place, organisation_id, wanted)
        names = names_of({row[_ACTOR] for row in found}) if has_people else {}
        return [_entry(row, names, wanted.sort) for row in found]

    return Listing(
        name="statement",
        form=StatementFilter,
        read=read,
        columns=COLUMNS if has_people else COLUMNS[:_OF_PEOPLE],
        subject=f"organisation:{organisation_id}",
    )


def latest(place: Place, organisation_id: int, *, rows_max: int) -> list[Entry]:
    """The newest of it, for a page that shows more besides: not who recorded what."""
    nothing = dict.fromkeys(("kind", "since", "until"))
    wanted = Wanted(nothing, "newest", _FIRST, rows_max)
    return [_entry(row, {}, wanted.sort) for row in _rows(place, organisation_id, wanted)]


def _rows(place: Place, organisation_id: int, wanted: Wanted) -> list[tuple[Any, ...]]:
    return rows(
        __package__,
        "statement",
        {
            **wanted.parameters,
            **span(wanted.filters),
            "issuer_id": place.issuer_id,
            "organisation_id": organisation_id,
        },
    )


def _entry(row: tuple[Any, ...], names: Mapping[str, str], sort: str) -> Entry:
    (posting_id, at, action, is_commission, _account_id, account, currency, signed, after) = row[:9]
    reference, subject, vouchers, serial, actor, reason = row[9:]
    subject = subject or ""
    return Entry(
        posting_id,
        at,
        str(_("Commission") if is_commission else _WORDS.get(action) or action_word(action)),
        account,
        Money(signed, currency),
        None if after is None else Money(after, currency),
        _bank_reference(action, reference or ""),
        subject.removeprefix(_SALE) if subject.startswith(_SALE) else "",
        vouchers,
        serial if vouchers == 1 else None,
        names.get(actor, ""),
        reason,
        (posting_id if sort == "oldest" else -posting_id,),
    )


def _bank_reference(action: int, reference: str) -> str:
    """Of what a bank moved; other references are of machines."""
    is_of_bank = action in {Action.RECEIVE, Action.REFUND}
    return reference if is_of_bank and not reference.startswith((OWN_REFERENCE, _COMMAND)) else ""


COLUMNS: Final[tuple[Column[Entry], ...]] = (
    moment(_("When"), lambda row: row.at),
    text(_("What"), lambda row: row.what),
    text(_("Funding account"), lambda row: row.account),
    text(_("Bank reference"), lambda row: row.reference),
    money(_("Amount"), lambda row: row.signed),
    money(_("Balance after it"), lambda row: row.after),
    number(_("Vouchers"), lambda row: row.vouchers or None),
    text(_("Who"), lambda row: row.by),
    text(_("Why"), lambda row: row.reason),
)
