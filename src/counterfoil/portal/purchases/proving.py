"""The proof of payment that a buyer sends: the paper, and what it says."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from counterfoil.portal.access import Buyer
from counterfoil.portal.models import PurchaseProof, Upload
from counterfoil.portal.purchases.answering import Sent
from counterfoil.portal.purchases.life import Side, Step
from counterfoil.portal.purchases.references import reference_key
from counterfoil.portal.purchases.stepping import check_version, locked, take_step, was_taken
from counterfoil.portal.purchases.telling import tell_issuer
from counterfoil.portal.trail import Actor
from counterfoil.portal.uploads import attach


@dataclass(frozen=True, slots=True)
class Proof:
    upload: Upload
    amount_minor: int
    bank_reference: str
    paid_on: date


@transaction.atomic
def send_proof(buyer: Buyer, purchase_id: UUID, sent: Sent, proof: Proof, by: Actor) -> None:
    """In place of the one before, which stays to be seen. Raises ConflictError."""
    purchase = locked(buyer.issuer_id, purchase_id, buyer.organisation_id)
    if was_taken(purchase, sent.once):
        return
    check_version(purchase, sent.version)
    purchase.proofs.filter(ended_at=None).update(ended_at=timezone.now())
    attach(proof.upload)
    PurchaseProof.objects.create(
        purchase=purchase,
        issuer_id=purchase.issuer_id,
        upload=proof.upload,
        digest=bytes(proof.upload.digest),
        amount_minor=proof.amount_minor,
        bank_reference=proof.bank_reference,
        reference_key=reference_key(proof.bank_reference),
        paid_on=proof.paid_on,
        sent_by=by.name,
    )
    purchase.told = ""
    take_step(purchase, Step.PROVE, by, side=Side.BUYER, once=sent.once)
    tell_issuer(purchase, "proof_submitted", by)
