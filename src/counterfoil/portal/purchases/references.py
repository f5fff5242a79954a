"""Where a bank's reference, or the file of a receipt, came before: at this issuer, from anybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands import sale_content as sales
from counterfoil.portal.models import Purchase, PurchaseProof, reference_of
from counterfoil.portal.queries import rows

_COUNTS: Final = frozenset({"payment", "operation", "waiting"})


@dataclass(frozen=True, slots=True)
class Used:
    """`by` is `file` or `reference`; `what` a `proof` or a `payment` of a purchase, the `evidence`
    of a command, a command that is `waiting`, or what the journal has recorded (`operation`).
    """

    by: str
    what: str
    at: datetime
    purchase_id: UUID | None = None
    number: int | None = None
    command_id: UUID | None = None
    funding_account_id: int | None = None

    @property
    def counts(self) -> bool:
        """Money that is counted, or will be: nothing else can be recorded under the reference."""
        return self.by == "reference" and self.what in _COUNTS

    @property
    def text(self) -> str:
        purchase = "" if self.number is None else reference_of(self.number)
        match self.by, self.what:
            case "file", "proof":
                return _("The same file came with purchase %(purchase)s.") % {"purchase": purchase}
            case "file", _evidence:
                return _("The same file came with another payment.")
            case _reference, "proof":
                return _("The same bank reference was written for purchase %(purchase)s.") % {
                    "purchase": purchase
                }
            case _reference, "payment":
                return _("This bank reference is recorded for purchase %(purchase)s.") % {
                    "purchase": purchase
                }
            case _reference, "waiting":
                return _("This bank reference waits for approval with another payment.")
            case _:
                return _("This bank reference is recorded for this account already.")


def reference_key(reference: str) -> str:
    """As the journal compares references of a bank."""
    return reference.replace(" ", "").lower()


def used_by(
    purchase: Purchase, reference: str, digest: bytes | None = None, *, once: UUID | None = None
) -> list[Used]:
    """Elsewhere than in this purchase, those that count first; `once` is the form that asks."""
    key = reference_key(reference)
    found = rows(
        __package__,
        "used_before",
        {
            "issuer_id": purchase.issuer_id,
            "funding_account_id": purchase.funding_account_id,
            "reference_key": key or None,
            "digest": digest,
            "purchase_id": purchase.pk,
        },
    )
    used = [
        Used(*row)
        for *row, content in found
        if content is None or _asks_for(content, purchase.funding_account_id, key)
    ]
    elsewhere = [each for each in used if once is None or each.command_id != once]
    return sorted(elsewhere, key=lambda each: not each.counts)


def used_of_proof(purchase: Purchase, proof: PurchaseProof) -> list[Used]:
    return used_by(purchase, proof.bank_reference, bytes(proof.digest))


def _asks_for(content: bytes, funding_account_id: int, key: str) -> bool:
    try:
        asked = asks.decoded(bytes(content))
    except msgspec.ValidationError:
        return False
    match asked:
        case asks.Deposit():
            account, reference = asked.funding_account_id, asked.reference
        case sales.ReceivePayment():
            account, reference = asked.funding_account_id, asked.paid.bank_reference
        case _:
            return False
    return account == funding_account_id and reference_key(reference) == key
