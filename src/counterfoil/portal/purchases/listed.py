"""The lists of purchases: of an issuer, and of one organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from counterfoil.money import Money
from counterfoil.portal.access import Buyer, Office
from counterfoil.portal.exporting.columns import Column, day, moment, money, text
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.models import PurchaseStatus, reference_of
from counterfoil.portal.pager import Key, Order, keyed
from counterfoil.portal.purchases.standing import buyers_word, purchase_word
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

_NUMBER_MAX: Final = 2**31 - 1
_AMOUNT_MAX: Final = 2**63 - 1
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_NEWEST: Final = Order("newest", _("Newest first"), {"before_number": _NUMBER_MAX})
_WAITING: Final = Order(
    "waiting", _("Waiting longest first"), {"after_at": _EARLIEST, "after_rank": 0}
)
_AMOUNT: Final = Order(
    "amount", _("Largest first"), {"before_amount": _AMOUNT_MAX, "before_number": _NUMBER_MAX}
)
_STATEMENTS: Final = {
    "newest": "purchases_newest",
    "waiting": "purchases_waiting",
    "amount": "purchases_by_amount",
}


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    purchase_id: UUID
    number: int
    organisation_id: int
    organisation: str
    status: str
    currency: str
    total_minor: int
    commission_minor: int
    since: datetime
    quote_until: datetime | None
    waits_since: datetime | None
    key: Key = ()

    @property
    def reference(self) -> str:
        return reference_of(self.number)

    @property
    def state(self) -> Word:
        return purchase_word(self.status)

    @property
    def buyers_state(self) -> Word:
        return buyers_word(self.status)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def is_quoted(self) -> bool:
        return self.status in {PurchaseStatus.QUOTED, PurchaseStatus.PROOF}


class NumberField(forms.CharField):
    """Cleaned to the number of `P-0012`."""

    def clean(self, value: str | None) -> int | None:
        said = str(super().clean(value)).strip().upper().removeprefix("P-").strip()
        if not said:
            return None
        if not (said.isascii() and said.isdigit()) or int(said) > _NUMBER_MAX:
            raise ValidationError(_("Write a number such as P-0012."))
        return int(said)


def _status_field(word: Callable[[str], Word]) -> forms.ChoiceField:
    choices = [
        (status.value, word(status).text)
        for status in PurchaseStatus
        if status != PurchaseStatus.DRAFT
    ]
    return forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *choices]
    )


def _number_field() -> NumberField:
    return NumberField(
        label=_("Number"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class OfficeFilter(ListForm):
    orders: ClassVar = (_NEWEST, _WAITING, _AMOUNT)
    organisation = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    number = _number_field()
    status = _status_field(purchase_word)


class BuyerFilter(ListForm):
    orders: ClassVar = (_NEWEST, _AMOUNT)
    number = _number_field()
    status = _status_field(buyers_word)


def _of_office(office: Office, asked: Wanted) -> list[PurchaseRow]:
    return _read(office.issuer_id, asked, organisation_id=None)


def _of_buyer(buyer: Buyer, asked: Wanted) -> list[PurchaseRow]:
    return _read(buyer.issuer_id, asked, organisation_id=buyer.organisation_id)


def _read(issuer_id: int, asked: Wanted, *, organisation_id: int | None) -> list[PurchaseRow]:
    """What is wrong in the place a page begins at is left to the database's types."""
    parameters = {
        "issuer_id": issuer_id,
        "organisation_id": organisation_id,
        "organisation": None,
        **asked.parameters,
    }
    found = rows(__package__, _STATEMENTS[asked.sort], parameters)
    return [PurchaseRow(*keyed(row, parts=len(asked.after))) for row in found]


_COMMON: Final[tuple[Column[PurchaseRow], ...]] = (
    money(_("Total"), lambda row: row.total),
    money(_("Commission"), lambda row: Money(row.commission_minor, row.currency)),
    moment(_("In this state since"), lambda row: row.since),
    day(_("Stock is held until"), lambda row: row.quote_until if row.is_quoted else None),
)
_NUMBER: Final[Column[PurchaseRow]] = text(_("Number"), lambda row: row.reference)
PURCHASES: Final = Listing(
    name="purchases",
    form=OfficeFilter,
    read=_of_office,
    columns=(
        _NUMBER,
        text(_("Organisation"), lambda row: row.organisation),
        text(_("State"), lambda row: str(row.state)),
        *_COMMON,
    ),
)
BUYER_PURCHASES: Final = Listing(
    name="buyer-purchases",
    form=BuyerFilter,
    read=_of_buyer,
    columns=(_NUMBER, text(_("State"), lambda row: str(row.buyers_state)), *_COMMON),
)
