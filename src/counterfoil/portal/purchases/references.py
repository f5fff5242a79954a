"""Where a bank's reference, or the file of a receipt, came before: at this issuer, from anybody."""

from collections.abc import Iterable, Sequence
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
    def way(self) -> str:
        """How it is the same."""
        match self.by, self.what:
            case "file", _proof_or_evidence:
                return _("the same file")
            case _reference, "proof":
                return _("the same bank reference")
            case _reference, "waiting":
                return _("its payment waits for approval under this bank reference")
            case _:
                return _("a payment is recorded under this bank reference")


@dataclass(frozen=True, slots=True)
class Place:
    """Where it came before: a purchase, a command, or the movements of an account."""

    used: Sequence[Used]

    @property
    def purchase_id(self) -> UUID | None:
        return self.used[0].purchase_id

    @property
    def command_id(self) -> UUID | None:
        return None if self.purchase_id else self.used[0].command_id

    @property
    def funding_account_id(self) -> int | None:
        return self.used[0].funding_account_id

    @property
    def name(self) -> str:
        number = self.used[0].number
        if number is not None:
            return _("Purchase %(number)s") % {"number": reference_of(number)}
        return _("Another payment") if self.command_id else _("This funding account")

    @property
    def text(self) -> str:
        signs = sorted(self.used, key=lambda each: each.counts)
        ways = ", ".join(dict.fromkeys(each.way for each in signs))
        return _("%(place)s: %(ways)s") % {"place": self.name, "ways": ways}


@dataclass(frozen=True, slots=True)
class Repeated:
    """A payment or its proof that came before: one thing to say, however many signs there are."""

    places: Sequence[Place]

    @property
    def counts(self) -> bool:
        return any(each.counts for place in self.places for each in place.used)

    @property
    def headline(self) -> str:
        if self.counts:
            return _("This payment is used already: it cannot be counted again.")
        return _("This proof of payment came before: make sure that it is another payment.")

    @property
    def text(self) -> str:
        return " ".join([self.headline, *(f"{each.text}." for each in self.places)])


def repeated(used: Iterable[Used]) -> Repeated | None:
    """By the place, that which counts first; None where it is new."""
    found: dict[object, list[Used]] = {}
    for each in sorted(dict.fromkeys(used), key=lambda each: not each.counts):
        found.setdefault(each.purchase_id or each.command_id, []).append(each)
    return Repeated([Place(each) for each in found.values()]) if found else None


def reference_key(reference: str) -> str:
    """As the journal compares references of a bank."""
    return reference.replace(" ", "").lower()


def used_by(
    purchase: Purchase, reference: str, digest: bytes | None = None, *, once: UUID | None = None
) -> list[Used]:
    """Elsewhere than in this purchase; `once` is the form that asks."""
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
    return [each for each in used if once is None or each.command_id != once]


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
