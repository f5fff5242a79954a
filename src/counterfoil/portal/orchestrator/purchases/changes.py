"""What who approves a payment for a purchase is shown: what was agreed, what came, what speaks
against it; and what holding stock and giving it back mean.
"""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands import sale_content as asks
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.models import Purchase, PurchasePayment, PurchaseProof, WhenShort
from counterfoil.portal.names import organisation_name
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.vouchers.design import last_moment_text
from counterfoil.portal.purchases.reading import Around, SaleState, around, sale_state
from counterfoil.portal.purchases.references import repeated, used_by
from counterfoil.portal.templatetags.counterfoil import count


@shown.register
def _hold(asked: asks.HoldStock, office: Office) -> Shown:
    buyer = _name(office, asked.organisation_id)
    vouchers = sum(line.quantity for line in asked.lines)
    lines = [
        Change(_("Buyer"), None, buyer),
        *(
            Change(
                f"{line.group} · {_('Version %(number)s') % {'number': line.group_version}}",
                None,
                count(line.quantity),
            )
            for line in asked.lines
        ),
        Change(_("Until"), None, last_moment_text(asked.held_until)),
    ]
    title = _("Hold %(count)s vouchers for %(buyer)s") % {"count": count(vouchers), "buyer": buyer}
    return Shown(title, lines, _url(_of_sale(office, asked.sale_id), office))


@shown.register
def _release(asked: asks.ReleaseStock, office: Office) -> Shown:
    purchase = _of_sale(office, asked.sale_id)
    if purchase is None:
        return Shown(_("Give back what is held for a purchase"), [])
    title = _("Give back what is held for purchase %(code)s") % {"code": purchase.reference}
    buyer = _name(office, purchase.organisation_id)
    return Shown(title, [Change(_("Buyer"), None, buyer)], _url(purchase, office))


@shown.register
def _approve(asked: asks.ApprovePurchase, office: Office) -> Shown:
    total = Money(asked.total_minor, asked.currency)
    payment = _payment(office, asked)
    if payment is None:
        title = _("Approve a purchase of %(money)s") % {"money": money_text(total)}
        return Shown(title, [], None, [_("There is no such purchase; it will be refused.")])
    purchase, proof = payment.purchase, payment.proof
    sale, near = sale_state(purchase), around(purchase)
    title = _("Approve purchase %(code)s of %(buyer)s: %(money)s") % {
        "code": purchase.reference,
        "buyer": near.organisation,
        "money": money_text(total),
    }
    commission = Money(purchase.commission_minor, purchase.currency)
    return Shown(
        title,
        [
            Change(_("Buyer"), None, near.organisation),
            *_lines(purchase, sale),
            Change(_("Commission"), None, money_text(commission)),
            Change(_("Total"), None, money_text(total)),
            *_received(asked, office, proof),
        ],
        _url(purchase, office),
        _warnings(asked, purchase, sale, near, proof),
        _balances(asked, near),
    )


def _payment(office: Office, asked: asks.ApprovePurchase) -> PurchasePayment | None:
    """As it was recorded here: a command need not come from here."""
    found = PurchasePayment.objects.filter(
        issuer_id=office.issuer_id,
        purchase__sale_id=asked.sale_id,
        bank_reference="" if asked.paid is None else asked.paid.bank_reference,
    )
    payment = found.select_related("purchase", "proof__upload").order_by("-made_at").first()
    if payment is None or str(payment.purchase.pk) != asked.purchase:
        return None
    return payment


def _lines(purchase: Purchase, sale: SaleState | None) -> list[Change]:
    found = []
    for line in () if sale is None else sale.lines:
        each = Money(line.amount_minor, purchase.currency)
        text = _("%(count)s of %(amount)s: %(total)s") % {
            "count": count(line.quantity),
            "amount": money_text(each),
            "total": money_text(each * line.quantity),
        }
        if line.missing:
            text = _("%(text)s; %(count)s are not in stock") % {
                "text": text,
                "count": count(line.missing),
            }
        found.append(Change(line.name, None, text))
    return found


def _received(
    asked: asks.ApprovePurchase, office: Office, proof: PurchaseProof | None
) -> list[Change]:
    if asked.paid is None:
        return [Change(_("Paid by"), None, _("the balance alone; nothing has arrived for it"))]
    found = [
        Change(_("Received"), None, money_text(Money(asked.paid.amount_minor, asked.currency))),
        Change(_("Bank reference"), None, asked.paid.bank_reference),
        Change(_("Value date"), None, day_text(asked.paid.value_date)),
    ]
    if proof is not None:
        url = reverse("upload", args=[office.code, proof.upload.pk])
        said = _("%(file)s, of %(money)s, %(reference)s") % {
            "file": proof.upload.name,
            "money": money_text(Money(proof.amount_minor, asked.currency)),
            "reference": proof.bank_reference,
        }
        found.append(Change(_("Proof of the buyer"), None, said, url))
    return found


def _warnings(
    asked: asks.ApprovePurchase,
    purchase: Purchase,
    sale: SaleState | None,
    near: Around,
    proof: PurchaseProof | None,
) -> list[str]:
    found: list[str] = []
    if purchase.status != "recorded" or (sale is not None and sale.is_lapsed):
        found.append(_("Its stock is not held any more, or it is decided: it would be refused."))
    total = Money(asked.total_minor, asked.currency)
    if purchase.total_minor != asked.total_minor:
        found.append(_("It was quoted for another amount since: it would be refused."))
    paid = Money(asked.paid.amount_minor if asked.paid else 0, asked.currency)
    there = near.balance + paid
    if there < total:
        found.append(_too_little(total - there, takes_part=asked.takes_part))
    if asked.paid is not None:
        digest = None if proof is None else bytes(proof.digest)
        before = repeated(used_by(purchase, asked.paid.bank_reference, digest))
        found += [] if before is None else [before.text]
        found += _differences(asked.paid, proof)
    if sale is not None and sale.missing:
        found.append(_short(sale.missing, asked.when_short))
    return found


def _too_little(missing: Money, *, takes_part: bool) -> str:
    text = (
        _("With the balance it is %(money)s less than it costs: a part is delivered.")
        if takes_part
        else _("With the balance it is %(money)s less than it costs: it would be refused.")
    )
    return text % {"money": money_text(missing)}


def _differences(paid: asks.PaidIn, proof: PurchaseProof | None) -> list[str]:
    """Between what was recorded and what the buyer has sent."""
    if proof is None:
        return [_("The buyer has sent no proof: look at the bank's statement yourself.")]
    found = []
    if proof.amount_minor != paid.amount_minor:
        found.append(_("The proof names another amount than was recorded."))
    if proof.reference_key != paid.bank_reference.replace(" ", "").lower():
        found.append(_("The proof names another bank reference than was recorded."))
    if paid.evidence is not None and bytes(proof.digest).hex() != paid.evidence:
        found.append(_("The buyer has sent another file since."))
    return found


def _short(missing: int, when_short: str) -> str:
    text = (
        _("%(count)s vouchers are not in stock: they are made, paid from this payment.")
        if when_short == WhenShort.PROVISION.value
        else _("%(count)s vouchers are not in stock: what they cost stays on the balance.")
    )
    return text % {"count": count(missing)}


def _balances(asked: asks.ApprovePurchase, near: Around) -> list[Change]:
    """The buyer's, if all of it is delivered: over- and underpayment show in it."""
    before = near.balance
    paid = Money(asked.paid.amount_minor if asked.paid else 0, asked.currency)
    total = Money(asked.total_minor, asked.currency)
    nothing = Money(0, asked.currency)
    after = before + paid - total
    return [
        Change(
            _("Balance of the buyer"),
            money_text(before),
            money_text(max(nothing, after)),
        )
    ]


def _of_sale(office: Office, sale_id: UUID) -> Purchase | None:
    return Purchase.objects.filter(issuer_id=office.issuer_id, sale_id=sale_id).first()


def _url(purchase: Purchase | None, office: Office) -> str | None:
    return None if purchase is None else reverse("purchase", args=[office.code, purchase.pk])


def _name(office: Office, organisation_id: int) -> str:
    return organisation_name(office.issuer_id, organisation_id) or _("nobody known")
