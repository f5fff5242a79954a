"""The papers of purchases: what stands on each, kept under a number of its own when it is issued.

pro-forma invoice     when stock is held: what it costs, and how to pay
receipt               when a payment was approved
commission invoice    when it is allocated: what was charged on top of the face value
credit note           when unused value was paid back
"""

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Final
from uuid import UUID

import msgspec
from django.utils import timezone

from counterfoil.money import Money
from counterfoil.portal.access import zone_named
from counterfoil.portal.models import (
    OrganisationProfile,
    Paper,
    PaperKind,
    Person,
    Purchase,
    PurchasePayment,
    letterhead,
    portal_settings,
)
from counterfoil.portal.names import organisation_name
from counterfoil.portal.purchases.reading import SaleState
from counterfoil.portal.purchases.series import next_number
from counterfoil.portal.queries import rows

_PREFIX: Final[Mapping[str, str]] = {
    PaperKind.PRO_FORMA: "PF",
    PaperKind.RECEIPT: "R",
    PaperKind.COMMISSION: "CI",
    PaperKind.CREDIT_NOTE: "CN",
}
_PERSON: Final = "person:"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    address: str = ""
    tax_id: str = ""
    contact: str = ""


class PaperLine(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    count: int
    unit_minor: int

    @property
    def total_minor(self) -> int:
        return self.count * self.unit_minor


class PaperContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands on a paper besides its kind, number and date. `face_minor` and
    `commission_minor` together are the total where there are lines; `money_minor` is what came in
    or went out.
    """

    issuer: Party
    buyer: Party
    currency: str
    purchase: str = ""
    lines: tuple[PaperLine, ...] = ()
    commission_minor: int = 0
    money_minor: int = 0
    from_balance_minor: int = 0
    bank_reference: str = ""
    value_date: date | None = None
    until: date | None = None
    how_to_pay: str = ""
    account: str = ""

    @property
    def face_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def total(self) -> Money:
        return Money(self.face_minor + self.commission_minor, self.currency)


def reference(paper: Paper) -> str:
    """Such as `PF-0001`."""
    return f"{_PREFIX[paper.kind]}-{paper.number:04}"


def content_of(paper: Paper) -> PaperContent:
    return msgspec.convert(paper.content, PaperContent)


def pro_forma(purchase: Purchase, sale: SaleState) -> Paper:
    """The day on it is the last on which stock is held: that ends at midnight."""
    last = sale.held_until - timedelta(microseconds=1)
    until = timezone.localtime(last, _zone(purchase.issuer_id)).date()
    content = msgspec.structs.replace(
        _quoted(purchase, sale), until=until, how_to_pay=letterhead(purchase.issuer_id).how_to_pay
    )
    return _issued(PaperKind.PRO_FORMA, purchase, f"sale:{purchase.sale_id}", content)


def receipt(purchase: Purchase, sale: SaleState, payment: PurchasePayment) -> Paper:
    """What came in, and what of it the balance gave or got."""
    content = msgspec.structs.replace(
        _quoted(purchase, sale),
        money_minor=payment.amount_minor,
        from_balance_minor=sale.budget_minor - payment.amount_minor,
        bank_reference=payment.bank_reference,
        value_date=payment.value_date,
        account="",
    )
    return _issued(PaperKind.RECEIPT, purchase, f"sale:{purchase.sale_id}", content)


def commission_invoice(purchase: Purchase, sale: SaleState) -> Paper:
    """Of what was charged: less than was quoted where only a part was sold."""
    content = PaperContent(
        issuer=_issuer_party(purchase.issuer_id),
        buyer=_buyer_party(purchase.issuer_id, purchase.organisation_id),
        currency=purchase.currency,
        purchase=purchase.reference,
        commission_minor=sale.charged_minor,
        money_minor=sale.sold_minor,
    )
    return _issued(PaperKind.COMMISSION, purchase, f"sale:{purchase.sale_id}", content)


def credit_note(
    issuer_id: int,
    organisation_id: int,
    command_id: UUID,
    *,
    money: Money,
    bank_reference: str,
    value_date: date | None,
) -> Paper:
    """For unused value that was paid back by that command: numbered once, in the caller's
    transaction, however often it is asked for. `pdf.rendered` draws it.
    """
    content = PaperContent(
        issuer=_issuer_party(issuer_id),
        buyer=_buyer_party(issuer_id, organisation_id),
        currency=money.currency,
        money_minor=money.amount_minor,
        bank_reference=bank_reference,
        value_date=value_date,
    )
    return _kept(
        Paper(
            issuer_id=issuer_id,
            organisation_id=organisation_id,
            kind=PaperKind.CREDIT_NOTE,
            subject=f"command:{command_id}",
            language=portal_settings(issuer_id).language,
        ),
        content,
    )


def papers_of(purchase: Purchase) -> list[Paper]:
    """Oldest first."""
    found = Paper.objects.filter(issuer_id=purchase.issuer_id, about=purchase.subject)
    return list(found.order_by("issued_at", "number"))


def local_date(paper: Paper) -> date:
    """The day on it: of the issuer's clocks."""
    return timezone.localtime(paper.issued_at, _zone(paper.issuer_id)).date()


def _quoted(purchase: Purchase, sale: SaleState) -> PaperContent:
    lines = [
        PaperLine(text=line.name, count=line.quantity, unit_minor=line.amount_minor)
        for line in sale.lines
    ]
    return PaperContent(
        issuer=_issuer_party(purchase.issuer_id),
        buyer=_buyer_party(purchase.issuer_id, purchase.organisation_id),
        currency=purchase.currency,
        purchase=purchase.reference,
        lines=tuple(lines),
        commission_minor=sale.commission_minor,
        account=account_text(purchase.issuer_id, purchase.funding_account_id),
    )


def _issued(kind: PaperKind, purchase: Purchase, subject: str, content: PaperContent) -> Paper:
    return _kept(
        Paper(
            issuer_id=purchase.issuer_id,
            organisation_id=purchase.organisation_id,
            kind=kind,
            subject=subject,
            about=purchase.subject,
            language=_language(purchase),
        ),
        content,
    )


def _kept(paper: Paper, content: PaperContent) -> Paper:
    """The one that is there, where it was issued before."""
    there = Paper.objects.filter(
        issuer_id=paper.issuer_id, kind=paper.kind, subject=paper.subject
    ).first()
    if there is not None:
        return there
    paper.number = next_number(paper.issuer_id, paper.kind)
    paper.content = msgspec.to_builtins(content)
    paper.save(force_insert=True)
    return paper


def account_text(issuer_id: int, funding_account_id: int) -> str:
    """Where is paid into: bank and number."""
    found = rows(
        __package__,
        "funding_account",
        {"issuer_id": issuer_id, "funding_account_id": funding_account_id},
    )
    return f"{found[0][0]} · {found[0][1]}" if found else ""


def _issuer_party(issuer_id: int) -> Party:
    head = letterhead(issuer_id)
    name = head.legal_name or str(rows(__package__, "issuer_name", {"issuer_id": issuer_id})[0][0])
    return Party(name=name, address=head.address, tax_id=head.tax_id, contact=head.contact)


def _buyer_party(issuer_id: int, organisation_id: int) -> Party:
    profile = OrganisationProfile.objects.filter(
        issuer_id=issuer_id, organisation_id=organisation_id
    ).first()
    if profile is None:
        return Party(name=organisation_name(issuer_id, organisation_id))
    return Party(
        name=profile.registered_name,
        address=profile.invoice_address,
        tax_id=profile.tax_id,
        contact=profile.invoice_email,
    )


def _language(purchase: Purchase) -> str:
    """The buyer's: of whoever put it together."""
    number = purchase.made_by.removeprefix(_PERSON)
    person = Person.objects.filter(pk=int(number)).first() if number.isdigit() else None
    chosen = "" if person is None else person.language
    return chosen or portal_settings(purchase.issuer_id).language


def _zone(issuer_id: int) -> tzinfo:
    return zone_named(portal_settings(issuer_id).time_zone)
