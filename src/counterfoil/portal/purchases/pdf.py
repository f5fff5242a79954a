"""Papers of purchases drawn as PDF: the same bytes whenever they are asked for."""

from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext as _

from counterfoil.money import Money
from counterfoil.portal.drawing import (
    GAP,
    MARGIN,
    PLAIN,
    SMALL,
    STRONG,
    WIDTH,
    facts,
    head,
    row,
    rule,
    sheet_of,
    totals,
    write,
)
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.models import Paper, PaperKind
from counterfoil.portal.purchases.papers import (
    PaperContent,
    Party,
    content_of,
    local_date,
    reference,
)
from counterfoil.portal.templatetags.counterfoil import count

if TYPE_CHECKING:
    from fpdf import FPDF

_RIGHT_COLUMN: Final = 95  # where it begins
_COLUMNS: Final = (66, 24, 38, 42)  # what, how many, each, together


def rendered(paper: Paper) -> bytes:
    with translation.override(paper.language):
        content = content_of(paper)
        title = f"{_title(paper)} {reference(paper)}"
        sheet = sheet_of(title, paper.language, paper.issued_at, str(content))
        head(sheet, content.issuer.name, title)
        _parties(sheet, content)
        facts(sheet, _facts_of(paper, content))
        if content.lines:
            _table(sheet, content)
        totals(
            sheet,
            [
                (label, money_text(Money(amount_minor, content.currency)))
                for label, amount_minor in _totals_of(paper, content)
            ],
        )
        _foot(sheet, paper, content)
        return bytes(sheet.output())


def _title(paper: Paper) -> str:
    return str(PaperKind(paper.kind).label)


def _parties(sheet: "FPDF", content: PaperContent) -> None:
    top = sheet.get_y()
    ends = []
    for left, label, party in (
        (MARGIN, _("From"), content.issuer),
        (MARGIN + _RIGHT_COLUMN, _("To"), content.buyer),
    ):
        sheet.set_y(top)
        for number, text in enumerate([label, *_party_lines(party)]):
            write(
                sheet,
                text,
                left=left,
                width=WIDTH - _RIGHT_COLUMN,
                size=PLAIN if number == 1 else SMALL,
                is_soft=number != 1,
            )
        ends.append(sheet.get_y())
    sheet.set_y(max(ends) + GAP)


def _party_lines(party: Party) -> list[str]:
    tax = _("Tax number %(number)s") % {"number": party.tax_id} if party.tax_id else ""
    return [text for text in (party.name, party.address, tax, party.contact) if text]


def _facts_of(paper: Paper, content: PaperContent) -> list[tuple[str, str]]:
    found = [(_("Date"), day_text(local_date(paper)))]
    if content.purchase:
        found.append((_("Purchase"), content.purchase))
    if content.until is not None:
        found.append((_("Stock is held until"), day_text(content.until)))
    if content.bank_reference:
        found.append((_("Bank reference"), content.bank_reference))
    if content.value_date is not None:
        found.append((_("Value date"), day_text(content.value_date)))
    return found


def _table(sheet: "FPDF", content: PaperContent) -> None:
    row(sheet, (_("Voucher"), _("Quantity"), _("Each"), _("Together")), _COLUMNS, is_soft=True)
    rule(sheet)
    for line in content.lines:
        row(
            sheet,
            (
                line.text,
                count(line.count),
                money_text(Money(line.unit_minor, content.currency)),
                money_text(Money(line.total_minor, content.currency)),
            ),
            _COLUMNS,
        )
    rule(sheet)


def _totals_of(paper: Paper, content: PaperContent) -> list[tuple[str, int]]:
    """The last of them is what the paper is about."""
    face, total = content.face_minor, content.total.amount_minor
    match paper.kind:
        case PaperKind.RECEIPT:
            return _receipt_totals(content, face, total)
        case PaperKind.COMMISSION:
            return [
                (_("Face value of the vouchers sold"), content.money_minor),
                (_("Commission"), content.commission_minor),
            ]
        case PaperKind.CREDIT_NOTE:
            return [(_("Paid back"), content.money_minor)]
        case _:
            return [
                (_("Face value"), face),
                (_("Commission"), content.commission_minor),
                (_("Total to pay"), total),
            ]


def _receipt_totals(content: PaperContent, face: int, total: int) -> list[tuple[str, int]]:
    found = [
        (_("Face value"), face),
        (_("Commission"), content.commission_minor),
        (_("Total of the purchase"), total),
    ]
    if content.from_balance_minor > 0:
        found.append((_("From the balance, or still missing"), content.from_balance_minor))
    elif content.from_balance_minor < 0:
        found.append((_("Stays on the balance"), -content.from_balance_minor))
    return [*found, (_("Received"), content.money_minor)]


def _foot(sheet: "FPDF", paper: Paper, content: PaperContent) -> None:
    """How to pay, where there is something to be paid."""
    if paper.kind != PaperKind.PRO_FORMA:
        return
    rule(sheet)
    sheet.ln(2)
    write(sheet, _("How to pay"), size=STRONG)
    if content.account:
        write(sheet, _("Into %(account)s") % {"account": content.account})
    write(sheet, _("Give the reference %(code)s.") % {"code": content.purchase})
    if content.how_to_pay:
        write(sheet, content.how_to_pay)
    write(
        sheet,
        _("This is not an invoice for tax: it says what the vouchers cost until that day."),
        size=SMALL,
        is_soft=True,
    )
