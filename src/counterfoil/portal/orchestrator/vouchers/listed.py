"""The list of vouchers: its filters, its orders, and what a file of it holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, money, number, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted
from counterfoil.portal.orchestrator.vouchers.design import Names, names_of_issuer
from counterfoil.portal.orchestrator.vouchers.reading import Stock, free_stock
from counterfoil.portal.pager import Key, Order, keyed
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, group_status

_NAMED: Final = 2  # of those who accept a voucher, in a list
STATUSES: Final = ("open", "paused", "closed")


class VoucherFilter(ListForm):
    orders: ClassVar = (
        Order("name", _("By name")),
        Order("code", _("By code")),
        Order("newest", _("Newest first")),
        Order("stock", _("Least free first")),
    )
    name = forms.CharField(
        label=_("Name or code"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((each, group_status(each).text) for each in STATUSES)],
    )

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        names = names_of_issuer(office.issuer_id)
        programmes = [("", gettext("Any")), *names.programmes.items()]
        self.fields["programme"].choices = programmes  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One voucher of the list, and what is free of each of its amounts."""

    group_id: int
    code: str
    name: str
    status: str
    version: int
    programme: str
    currency: str
    denominations: tuple[int, ...]
    amount_minor_max: int | None
    accepted: str
    restock_level: int | None
    created_at: datetime
    stock: tuple[Stock, ...]
    key: Key

    @property
    def state(self) -> Word:
        return group_status(self.status)

    @property
    def low(self) -> list[Stock]:
        """Of which amounts there are few."""
        return [each for each in self.stock if each.is_low]


def _lines(office: Office, asked: Wanted) -> list[GroupLine]:
    found = rows(__package__, "groups_page", {"issuer_id": office.issuer_id, **asked.parameters})
    free = free_stock(office.issuer_id, [row[0] for row in found])
    names = names_of_issuer(office.issuer_id)
    return [_line(row, free, names) for row in found]


def _line(row: tuple[Any, ...], free: Mapping[int, tuple[Stock, ...]], names: Names) -> GroupLine:
    *of, denominations, amount_max, accepts, accepts_names, restock_level, at, key = keyed(row)
    amounts = tuple(sorted(denominations))
    group_id, code, name, status, version, programme, currency = of
    return GroupLine(
        group_id,
        code,
        name,
        status,
        version,
        programme,
        currency,
        amounts,
        amount_max,
        _accepted(accepts, accepts_names, names),
        restock_level,
        at,
        free.get(group_id, ()),
        key,
    )


def _accepted(accepts: str, accepts_names: Sequence[str], names: Names) -> str:
    """Short, for a cell: the first two by name."""
    if accepts == "any":
        return gettext("everybody approved")
    shown = [names.groups.get(each, each) for each in sorted(accepts_names)]
    more = len(shown) - _NAMED
    if more > 0:
        shown = [*shown[:_NAMED], gettext("%(more)s more") % {"more": more}]
    return ", ".join(shown)


def _by_amount(line: GroupLine) -> Iterable[GroupLine]:
    """A line of a file for each amount that is in stock; one where it is made on demand."""
    return [replace(line, stock=(each,)) for each in line.stock] or [line]


def _amount(line: GroupLine) -> Money | None:
    return Money(line.stock[0].amount_minor, line.currency) if line.stock else None


COLUMNS: Final[tuple[Column[GroupLine], ...]] = (
    text(_("Voucher"), lambda line: line.name),
    text(_("Code"), lambda line: line.code),
    text(_("State"), lambda line: str(line.state)),
    number(pgettext_lazy("of a voucher", "Version"), lambda line: line.version),
    moment(_("Published"), lambda line: line.created_at),
    text(_("Programme"), lambda line: line.programme),
    text(_("Accepted by"), lambda line: line.accepted),
    money(_("Amount"), _amount),
    number(_("Free in stock"), lambda line: line.stock[0].vouchers if line.stock else None),
)
VOUCHERS: Final = Listing(
    name="vouchers", form=VoucherFilter, read=_lines, columns=COLUMNS, spread=_by_amount
)


@require_POST
@office_page(sees=EVERYONE, acts=EVERYONE)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, VOUCHERS)
