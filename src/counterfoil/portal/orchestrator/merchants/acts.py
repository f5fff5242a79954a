"""What can be done with one that is registered, by where it stands: as the engine allows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.asking import Content

ContentOf = Callable[[int], Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`name`, `title`, `effect` and `button` say it on pages; a `title` has the merchant's name."""

    code: str
    name: Promise
    title: Promise
    effect: Promise
    button: Promise
    content: ContentOf
    fits: Callable[[Acceptor], bool]
    is_bad: bool = False

    @property
    def needs_approval(self) -> bool:
        return self.content(0).approvals > 0


def _turn(status: str) -> ContentOf:
    return lambda acceptor_id: asks.TurnAcceptor(acceptor_id=acceptor_id, status=status)


STANDING: Final[Mapping[str, Act]] = {
    each.code: each
    for each in (
        Act(
            code="approve",
            name=_("Approve"),
            title=_("Approve %(name)s"),
            effect=_("It can accept vouchers as soon as a second person has agreed."),
            button=_("Ask for approval"),
            content=_turn("approved"),
            fits=lambda acceptor: acceptor.status == "draft",
        ),
        Act(
            code="reject",
            name=_("Reject"),
            title=_("Reject %(name)s"),
            effect=_("It does not accept vouchers. It can be reopened later."),
            button=_("Ask for its rejection"),
            content=_turn("rejected"),
            fits=lambda acceptor: acceptor.status == "draft",
            is_bad=True,
        ),
        Act(
            code="reopen",
            name=_("Reopen"),
            title=_("Reopen %(name)s"),
            effect=_("It is in review again, and can be approved."),
            button=_("Ask for its reopening"),
            content=_turn("draft"),
            fits=lambda acceptor: acceptor.status == "rejected",
        ),
        Act(
            code="reinstate",
            name=_("Reinstate"),
            title=_("Reinstate %(name)s"),
            effect=_("It can redeem vouchers again as soon as a second person has agreed."),
            button=_("Ask for its reinstatement"),
            content=_turn("approved"),
            fits=lambda acceptor: acceptor.status == "suspended",
        ),
        Act(
            code="suspend",
            name=_("Suspend"),
            title=_("Suspend %(name)s"),
            effect=_(
                "Its redemptions are refused from this moment on. What it has earned stays payable"
                " to it, unless you hold its payouts."
            ),
            button=_("Suspend now"),
            content=lambda acceptor_id: asks.SuspendAcceptor(acceptor_id=acceptor_id),
            fits=lambda acceptor: acceptor.status == "approved",
            is_bad=True,
        ),
        Act(
            code="close",
            name=_("Close for good"),
            title=_("Close %(name)s for good"),
            effect=_(
                "It never redeems again; this cannot be undone. What it has earned stays payable"
                " to it, unless you hold its payouts."
            ),
            button=_("Ask for its closing"),
            content=_turn("closed"),
            fits=lambda acceptor: acceptor.status in {"draft", "approved", "suspended"},
            is_bad=True,
        ),
    )
}
PAYOUTS: Final[Mapping[str, Act]] = {
    each.code: each
    for each in (
        Act(
            code="hold",
            name=_("Hold payouts"),
            title=_("Hold the payouts of %(name)s"),
            effect=_(
                "Nothing is paid out to it from this moment on. It goes on redeeming, and what it"
                " earns is owed to it."
            ),
            button=_("Hold payouts now"),
            content=lambda acceptor_id: asks.HoldPayouts(acceptor_id=acceptor_id),
            fits=lambda acceptor: not acceptor.payouts_held,
            is_bad=True,
        ),
        Act(
            code="release",
            name=_("Release payouts"),
            title=_("Release the payouts of %(name)s"),
            effect=_("What is owed to it can be paid out as soon as a second person has agreed."),
            button=_("Ask for their release"),
            content=lambda acceptor_id: asks.ReleasePayouts(acceptor_id=acceptor_id),
            fits=lambda acceptor: acceptor.payouts_held,
        ),
    )
}
