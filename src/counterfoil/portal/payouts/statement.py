"""What stands on a merchant's statement of one payout: everything in it, each line with its sign,
so that together they are what was paid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.money import Money
from counterfoil.portal.exporting.columns import Cell, Column, cells, headings, moment, money, text
from counterfoil.portal.exporting.csv_text import csv_text
from counterfoil.portal.payouts.earned import earned_in
from counterfoil.portal.payouts.reading import Shown, redeemed_in, refunds_in
from counterfoil.portal.streams import as_here

if TYPE_CHECKING:
    from counterfoil.portal.pager import Part

_AT_ONCE: Final = 500
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """`money` is below zero where it lessens what is paid."""

    what: str
    at: datetime | None
    programme: str
    voucher: str
    serial: int | None
    money: Money


COLUMNS: Final[tuple[Column[Entry], ...]] = (
    text(gettext_lazy("What"), lambda row: row.what),
    moment(gettext_lazy("When"), lambda row: row.at),
    text(gettext_lazy("Programme"), lambda row: row.programme),
    text(gettext_lazy("Voucher"), lambda row: row.voucher),
    text(gettext_lazy("Serial"), lambda row: str(row.serial or "")),
    money(gettext_lazy("Amount"), lambda row: row.money),
)


def entries(issuer_id: int, shown: Shown) -> Iterator[Sequence[Entry]]:
    """Some at a time: redemptions, refunds, then what was earned and what is kept."""
    yield from _redemptions(issuer_id, shown)
    yield from _refunds(issuer_id, shown)
    yield [*_earned(issuer_id, shown), *_kept(shown)]


def statement_csv(issuer_id: int, code: str, shown: Shown) -> StreamingHttpResponse:
    """The last line is what is paid: the sum of those above it."""

    def pages() -> Iterator[Sequence[Sequence[Cell]]]:
        for page in entries(issuer_id, shown):
            yield [cells(COLUMNS, entry) for entry in page]
        yield [cells(COLUMNS, Entry(_("Payout"), None, "", "", None, shown.net))]

    content = StreamingHttpResponse(as_here(csv_text(headings(COLUMNS), pages())))
    to_be_saved(content, "text/csv; charset=utf-8", f"{code}-{shown.number}.csv")
    return content


def to_be_saved(content: HttpResponseBase, kind: str, name: str) -> None:
    content.headers["Content-Type"] = kind
    content.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    content.headers["X-Content-Type-Options"] = "nosniff"
    content.headers["Cache-Control"] = "private, no-store"


def _redemptions(issuer_id: int, shown: Shown) -> Iterator[Sequence[Entry]]:
    after_at, after_id = _FIRST, 0
    while True:
        after: dict[str, Part] = {"after_at": after_at, "after_id": after_id}
        found = redeemed_in(issuer_id, shown, after, _AT_ONCE)
        yield [
            Entry(
                _("Redemption"),
                each.at,
                each.programme,
                each.group_name,
                each.serial,
                Money(each.amount_minor, shown.payout.currency),
            )
            for each in found
        ]
        if len(found) < _AT_ONCE:
            return
        after_at, after_id = found[-1].at, found[-1].operation_id


def _refunds(issuer_id: int, shown: Shown) -> Iterator[Sequence[Entry]]:
    after_id = 0
    while True:
        found = refunds_in(issuer_id, shown, after_id, _AT_ONCE)
        yield [
            Entry(
                _("Redemption taken back"),
                each.at,
                each.programme,
                "",
                each.serial,
                Money(-each.amount_minor, shown.payout.currency),
            )
            for each in found
        ]
        if len(found) < _AT_ONCE:
            return
        after_id = found[-1].operation_id


def _earned(issuer_id: int, shown: Shown) -> list[Entry]:
    """By rule; what is not settled yet by programme alone."""
    rules = earned_in(issuer_id, shown)
    if sum(each.money.amount_minor for each in rules) == shown.payout.earned_minor:
        return [
            Entry(
                _("Commission earned, %(rule)s") % {"rule": each.text},
                None,
                each.programme,
                "",
                None,
                each.money,
            )
            for each in rules
        ]
    return [
        Entry(_("Commission earned"), None, line.programme, "", None, _money(shown, amount_minor))
        for line in shown.lines
        if (amount_minor := line.earned_minor)
    ]


def _kept(shown: Shown) -> list[Entry]:
    payout = shown.payout
    kept = ((_("Commission"), payout.commission_minor), (_("Fee"), payout.fee_minor))
    return [
        Entry(what, None, "", "", None, _money(shown, -amount_minor))
        for what, amount_minor in kept
        if amount_minor
    ]


def _money(shown: Shown, amount_minor: int) -> Money:
    return Money(amount_minor, shown.payout.currency)
