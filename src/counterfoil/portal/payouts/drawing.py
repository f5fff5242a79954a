"""A merchant's statement of one payout, drawn as PDF."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from counterfoil.money import Money
from counterfoil.portal.drawing import (
    SMALL,
    STRONG,
    facts,
    head,
    row,
    rule,
    sheet_of,
    totals,
    write,
)
from counterfoil.portal.language import money_text
from counterfoil.portal.models import letterhead
from counterfoil.portal.payouts.reading import Shown
from counterfoil.portal.payouts.statement import Entry, entries, to_be_saved
from counterfoil.portal.templatetags.counterfoil import count, when
from counterfoil.portal.templatetags.serials import serial as serial_text

if TYPE_CHECKING:
    from fpdf import FPDF

LINES_MAX: Final = 2_000  # fifty pages, and a second to draw; who has more reads the CSV
_LINES: Final = (86, 46, 38)  # what and when, the serial, the amount
_PROGRAMMES: Final = (70, 25, 37, 38)  # its name, how many, redeemed, taken back


def statement_pdf(issuer_id: int, code: str, issuer_name: str, shown: Shown) -> HttpResponse:
    answer = HttpResponse(statement_of(issuer_id, issuer_name, shown))
    to_be_saved(answer, "application/pdf", f"{code}-{shown.number}.pdf")
    return answer


def statement_of(issuer_id: int, issuer_name: str, shown: Shown) -> bytes:
    """The same bytes whenever it is asked for, until something becomes of the payout."""
    issuer = letterhead(issuer_id).legal_name or issuer_name
    listed = _first(entries(issuer_id, shown))
    title = _("Statement of payout %(number)s") % {"number": shown.number}
    text = f"{issuer}{title}{shown.payout.acceptor_name}{shown.bank_name}{listed}{shown.lines}"
    sheet = sheet_of(title, get_language() or "en", shown.payout.changed_at, text)
    head(sheet, issuer, title)
    facts(sheet, _facts(shown))
    _by_programme(sheet, shown)
    totals(sheet, _totals(shown))
    _everything(sheet, shown, listed)
    return bytes(sheet.output())


def _first(pages: Iterable[Sequence[Entry]]) -> list[Entry]:
    """As many as are drawn, and one more where there are more."""
    found: list[Entry] = []
    for page in pages:
        found += page
        if len(found) > LINES_MAX:
            break
    return found[: LINES_MAX + 1]


def _facts(shown: Shown) -> list[tuple[str, str]]:
    return [
        (_("Merchant or agent"), shown.payout.acceptor_name),
        (_("State"), str(shown.state)),
        (_("Paid to"), f"{shown.bank_name} {shown.paid_to}"),
        (_("Cut-off"), _when(shown.run.cut_off_at)),
        (_("Last changed"), _when(shown.payout.changed_at)),
    ]


def _by_programme(sheet: "FPDF", shown: Shown) -> None:
    heads = (_("Programme"), _("Redemptions"), _("Redeemed"), _("Taken back"))
    row(sheet, heads, _PROGRAMMES, is_soft=True)
    rule(sheet)
    for line in shown.lines:
        back = _text(shown, -line.refunded_minor) if line.refunded_minor else ""
        cells = (line.programme, count(line.redemptions), _text(shown, line.gross_minor), back)
        row(sheet, cells, _PROGRAMMES)
    rule(sheet)


def _totals(shown: Shown) -> list[tuple[str, str]]:
    payout = shown.payout
    parts = (
        (_("Redeemed"), payout.gross_minor),
        (_("Taken back"), -payout.refunded_minor),
        (_("Commission earned"), payout.earned_minor),
        (_("Commission"), -payout.commission_minor),
        (_("Fee"), -payout.fee_minor),
    )
    found = [(label, _text(shown, amount_minor)) for label, amount_minor in parts if amount_minor]
    return [*found, (_("Payout"), money_text(shown.net))]


def _everything(sheet: "FPDF", shown: Shown, listed: Sequence[Entry]) -> None:
    write(sheet, _("Everything in it"), size=STRONG)
    row(sheet, (_("What"), _("Serial"), _("Amount")), _LINES, is_soft=True)
    rule(sheet)
    for entry in listed[:LINES_MAX]:
        at = "" if entry.at is None else f" · {_when(entry.at)}"
        number = "" if entry.serial is None else serial_text(entry.serial)
        row(sheet, (f"{entry.what}{at}", number, money_text(entry.money)), _LINES)
    if len(listed) > LINES_MAX:
        said = _("These are the first %(count)s of %(all)s redemptions; the CSV has all of them.")
        numbers = {"count": count(LINES_MAX), "all": count(shown.payout.redemptions)}
        write(sheet, said % numbers, size=SMALL, is_soft=True)


def _text(shown: Shown, amount_minor: int) -> str:
    return money_text(Money(amount_minor, shown.payout.currency))


def _when(moment: datetime) -> str:
    return str(when(timezone.localtime(moment))["text"])
