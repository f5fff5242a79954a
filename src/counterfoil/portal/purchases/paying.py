"""Recording what was paid for a purchase: a command that somebody else approves, and what is known
of the payment meanwhile.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from counterfoil.engine.commands.sale_content import ApprovePurchase, PaidIn
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.actions import actor_of, write_command
from counterfoil.portal.language import money_text
from counterfoil.portal.models import Evidence, Purchase, PurchasePayment, PurchaseProof
from counterfoil.portal.purchases.answering import Sent
from counterfoil.portal.purchases.life import Side, Step
from counterfoil.portal.purchases.reading import around
from counterfoil.portal.purchases.references import reference_key, used_by
from counterfoil.portal.purchases.stepping import check_version, locked, take_step, was_taken

_PAID_ONCE: Final = "purchase_paid_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """`amount_minor` is 0 where the balance pays all; then there is no reference and no day."""

    amount_minor: int
    bank_reference: str
    value_date: date | None
    when_short: str
    takes_part: bool


class PaidBeforeError(ConflictError):
    """The reference is counted already: `used_by` says where."""


@transaction.atomic
def record_payment(
    request: HttpRequest, office: Office, purchase_id: UUID, sent: Sent, paid: Paid, *, reason: str
) -> None:
    """Waits for a second person then. Raises ConflictError, PaidBeforeError."""
    purchase = locked(office.issuer_id, purchase_id)
    if was_taken(purchase, sent.once):
        return
    check_version(purchase, sent.version)
    proof = purchase.proofs.filter(ended_at=None).select_related("upload").first()
    used = used_by(purchase, paid.bank_reference, once=sent.once) if paid.bank_reference else []
    if any(each.counts for each in used):
        raise PaidBeforeError(_("This bank reference is used already: it counts once."))
    _check_money(purchase, paid)
    _keep(purchase, sent.once, paid, proof, office.actor)
    purchase.command_id = sent.once
    actor = actor_of(request, office)
    take_step(purchase, Step.RECORD, actor, side=Side.ISSUER, reason=reason, once=sent.once)
    if proof is not None and paid.amount_minor:
        Evidence.objects.get_or_create(
            issuer_id=office.issuer_id, command_id=sent.once, defaults={"upload": proof.upload}
        )
    content = content_of(purchase, paid, proof)
    write_command(request, office, content, command_id=sent.once, reason=reason)


def content_of(purchase: Purchase, paid: Paid, proof: PurchaseProof | None) -> ApprovePurchase:
    """Of one that has a quote."""
    if purchase.sale_id is None:
        raise ConflictError(_("It is not quoted."))
    receipt = None
    if paid.amount_minor and paid.value_date is not None:
        receipt = PaidIn(
            amount_minor=paid.amount_minor,
            bank_reference=paid.bank_reference,
            value_date=paid.value_date,
            evidence=None if proof is None else bytes(proof.digest).hex(),
        )
    return ApprovePurchase(
        sale_id=purchase.sale_id,
        purchase=str(purchase.pk),
        organisation_id=purchase.organisation_id,
        total_minor=purchase.total_minor,
        currency=purchase.currency,
        paid=receipt,
        when_short=paid.when_short,
        takes_part=paid.takes_part,
    )


def _check_money(purchase: Purchase, paid: Paid) -> None:
    """Enough, or it is said that a part will do."""
    there = around(purchase).balance.amount_minor + paid.amount_minor
    if there >= purchase.total_minor or (paid.takes_part and paid.amount_minor):
        return
    missing = Money(purchase.total_minor - there, purchase.currency)
    raise ConflictError(
        _(
            "With the balance this is %(missing)s less than it costs. Say that a part is to be"
            " delivered, or record it when the rest has arrived."
        )
        % {"missing": money_text(missing)}
    )


def _keep(
    purchase: Purchase, command_id: UUID, paid: Paid, proof: PurchaseProof | None, actor: str
) -> None:
    try:
        with transaction.atomic():
            PurchasePayment.objects.create(
                command_id=command_id,
                purchase=purchase,
                issuer_id=purchase.issuer_id,
                funding_account_id=purchase.funding_account_id,
                amount_minor=paid.amount_minor,
                bank_reference=paid.bank_reference,
                reference_key=reference_key(paid.bank_reference),
                value_date=paid.value_date,
                when_short=paid.when_short,
                takes_part=paid.takes_part,
                proof=proof,
                made_by=actor,
            )
    except IntegrityError as error:
        if _PAID_ONCE not in str(error):
            raise
        raise PaidBeforeError(_("This bank reference is used already: it counts once.")) from error
