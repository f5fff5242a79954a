"""Where a purchase stands, in words: its state, what is to do next, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.models import Purchase, PurchaseStatus
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.purchases.life import Side, Step
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

_STEPS_MAX: Final = 200
_TONES: Final[Mapping[str, str]] = {
    PurchaseStatus.REQUESTED: "wait",
    PurchaseStatus.HOLDING: "info",
    PurchaseStatus.QUOTED: "info",
    PurchaseStatus.PROOF: "wait",
    PurchaseStatus.RECORDED: "wait",
    PurchaseStatus.ALLOCATING: "info",
    PurchaseStatus.ALLOCATED: "good",
    PurchaseStatus.RETURNED: "wait",
    PurchaseStatus.REJECTED: "bad",
    PurchaseStatus.EXPIRED: "bad",
}
_FOR_BUYERS: Final[Mapping[str, Promise]] = {
    PurchaseStatus.HOLDING: gettext_lazy("Being quoted"),
    PurchaseStatus.RECORDED: gettext_lazy("Your payment is being checked"),
    PurchaseStatus.ALLOCATING: gettext_lazy("Paid, your vouchers are on their way"),
    PurchaseStatus.ALLOCATED: gettext_lazy("Your vouchers are ready"),
}
_BUYERS_TONES: Final[Mapping[str, str]] = {PurchaseStatus.RECORDED: "info"}
_STEPS: Final[Mapping[str, Promise]] = {
    Step.REQUEST: gettext_lazy("Requested"),
    Step.PROVE: gettext_lazy("Proof of payment sent"),
    Step.QUOTE: gettext_lazy("Quote begun: stock is asked for"),
    Step.RETURN: gettext_lazy("Returned for correction"),
    Step.RECORD: gettext_lazy("Payment recorded, waits for approval"),
    Step.REJECT: gettext_lazy("Rejected"),
    Step.CANCEL: gettext_lazy("Cancelled"),
    Step.HELD: gettext_lazy("Quoted: stock is held"),
    Step.NOT_HELD: gettext_lazy("No stock could be held"),
    Step.APPROVE: gettext_lazy("Payment approved"),
    Step.NOT_PAID: gettext_lazy("Payment not approved"),
    Step.ALLOCATE: gettext_lazy("Allocated"),
    Step.EXPIRE: gettext_lazy("Expired: not paid in time"),
}
_STEPS_FOR_BUYERS: Final[Mapping[str, Promise]] = {
    Step.HELD: gettext_lazy("Quoted: vouchers are held for you"),
    Step.RECORD: gettext_lazy("Your payment was found and is being checked"),
    Step.APPROVE: gettext_lazy("Your payment is confirmed"),
    Step.NOT_PAID: gettext_lazy("Your payment could not be confirmed yet; it is looked at again"),
    Step.ALLOCATE: gettext_lazy("Your vouchers are ready"),
}
_MARKS: Final[Mapping[str, str]] = {
    Step.RETURN: "waiting",
    Step.REJECT: "refused",
    Step.CANCEL: "refused",
    Step.EXPIRE: "refused",
    Step.NOT_HELD: "refused",
    Step.NOT_PAID: "refused",
}
# What goes on at the issuer, which its buyers need not read the reasons of.
_INTERNAL: Final = frozenset({Step.NOT_PAID, Step.RECORD})
_UNSAID: Final = frozenset({Step.QUOTE, Step.NOT_HELD})
# Of the way that a purchase goes when all is well: what is shown above it.
WAY: Final = (
    (gettext_lazy("Requested"), {PurchaseStatus.REQUESTED, PurchaseStatus.HOLDING}),
    (gettext_lazy("Quoted"), {PurchaseStatus.QUOTED}),
    (gettext_lazy("Paid"), {PurchaseStatus.PROOF, PurchaseStatus.RECORDED}),
    (gettext_lazy("Approved"), {PurchaseStatus.ALLOCATING}),
    (gettext_lazy("Allocated"), {PurchaseStatus.ALLOCATED}),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of its story; `mark` is the class of its dot."""

    text: str
    by: str
    at: datetime
    reason: str
    mark: str


@dataclass(frozen=True, slots=True)
class _Step:
    what: str
    side: str
    actor: str
    name: str | None
    at: datetime
    reason: str

    @property
    def who(self) -> str:
        return self.name or "Counterfoil"

    @property
    def why(self) -> str:
        """The engine speaks English."""
        return refusal_text(self.reason) if self.side == Side.ENGINE else self.reason


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the way; `is_done` before the one where it is."""

    name: str
    is_done: bool
    is_here: bool


def purchase_word(status: str) -> Word:
    return Word(PurchaseStatus(status).label, _TONES.get(status, ""))


def buyers_word(status: str) -> Word:
    """What it means for the buyer, who knows nothing of approvals at the issuer."""
    return Word(
        _FOR_BUYERS.get(status, PurchaseStatus(status).label),
        _BUYERS_TONES.get(status, _TONES.get(status, "")),
    )


def way(purchase: Purchase) -> list[Stage]:
    """Empty for one that has left it."""
    here = next((n for n, (_name, of) in enumerate(WAY) if purchase.status in of), None)
    if here is None:
        return []
    is_over = purchase.status == PurchaseStatus.ALLOCATED
    return [
        Stage(str(name), number < here or is_over, number == here and not is_over)
        for number, (name, _of) in enumerate(WAY)
    ]


def story_for_issuer(purchase: Purchase) -> list[Told]:
    """The latest first, with everybody's names."""
    return [_told(step, step.who, step.why) for step in _steps(purchase)]


def story_for_buyer(purchase: Purchase, issuer: str) -> list[Told]:
    """The issuer's people are the issuer to them."""
    return [
        _told(
            step,
            step.who if step.side == Side.BUYER else issuer,
            "" if step.what in _INTERNAL else step.why,
            _STEPS_FOR_BUYERS,
        )
        for step in _steps(purchase)
        if step.what not in _UNSAID
    ]


def _steps(purchase: Purchase) -> list[_Step]:
    found = rows(
        __package__,
        "steps",
        {
            "issuer_id": purchase.issuer_id,
            "purchase_id": purchase.pk,
            "rows_max": _STEPS_MAX,
        },
    )
    return [_Step(*row) for row in found]


def _told(
    step: _Step, by: str, reason: str, words: Mapping[str, Promise] = MappingProxyType({})
) -> Told:
    text = str(words.get(step.what, _STEPS.get(step.what, step.what)))
    return Told(text, by, step.at, reason, _MARKS.get(step.what, ""))


def issuers_next(purchase: Purchase) -> str:
    """What somebody at the issuer is to do, or what is waited for."""
    return {
        PurchaseStatus.REQUESTED: _("Quote it: say what it costs and until when stock is held."),
        PurchaseStatus.HOLDING: _("Stock is being held for it. This takes a moment."),
        PurchaseStatus.QUOTED: _("The buyer pays now, and sends the proof of payment."),
        PurchaseStatus.PROOF: _("Compare the proof with the bank, and record the payment."),
        PurchaseStatus.RECORDED: _("A second person looks at the payment and approves it."),
        PurchaseStatus.ALLOCATING: _("It is approved. Its vouchers are being allocated."),
        PurchaseStatus.ALLOCATED: _("Its vouchers are the buyer's."),
        PurchaseStatus.RETURNED: _("The buyer mends it and sends it again."),
        PurchaseStatus.REJECTED: _("It was rejected. Nothing is held for it."),
        PurchaseStatus.CANCELLED: _("It was cancelled. Nothing is held for it."),
        PurchaseStatus.EXPIRED: _(
            "It was not paid in time. Nothing is held; it can be quoted anew."
        ),
    }.get(PurchaseStatus(purchase.status), "")


def buyers_next(purchase: Purchase) -> str:
    """What the buyer is to do, or what is waited for."""
    is_quoted = purchase.sale_id is not None
    return {
        PurchaseStatus.DRAFT: _("Nothing is asked for yet. Check the quantities and send it."),
        PurchaseStatus.REQUESTED: _("The issuer looks at it and tells you what it costs."),
        PurchaseStatus.HOLDING: _("The issuer looks at it and tells you what it costs."),
        PurchaseStatus.QUOTED: _("Pay it, then send the proof of payment."),
        PurchaseStatus.PROOF: _("The issuer looks whether the money has arrived."),
        PurchaseStatus.RECORDED: _(
            "The issuer has found your payment and checks it. You need not do anything."
        ),
        PurchaseStatus.ALLOCATING: _("Your payment is confirmed. Your vouchers are on their way."),
        PurchaseStatus.ALLOCATED: _("Its vouchers are yours."),
        PurchaseStatus.RETURNED: _("Send another proof of payment: this is what was wrong.")
        if is_quoted
        else _("Change what is asked for, then send it again."),
        PurchaseStatus.REJECTED: _("It was rejected. Nothing is held for you."),
        PurchaseStatus.CANCELLED: _("It was cancelled. Nothing is held for you."),
        PurchaseStatus.EXPIRED: _("It was not paid in time, so nothing is held any more."),
    }[PurchaseStatus(purchase.status)]
