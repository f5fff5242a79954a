"""What can be done with one that is registered, by where it stands: as the engine allows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.asking import Content

ContentOf = Callable[[int], Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`name`, `title`, `effect` and `button` say it on pages; a `title` has its name. `since` are
    the standings from which it can be done.
    """

    code: str
    name: Promise
    title: Promise
    effect: Promise
    button: Promise
    content: ContentOf
    since: frozenset[str]
    is_bad: bool = False

    @property
    def needs_approval(self) -> bool:
        return self.content(0).approvals > 0


def _turn(status: str) -> ContentOf:
    return lambda number: asks.TurnOrganisation(organisation_id=number, status=status)


STANDING: Final[Mapping[str, Act]] = {
    each.code: each
    for each in (
        Act(
            code="reinstate",
            name=_("Reinstate"),
            title=_("Reinstate %(name)s"),
            effect=_("It can buy and hand out vouchers again as soon as a second person agrees."),
            button=_("Ask for its reinstatement"),
            content=_turn("approved"),
            since=frozenset({"suspended"}),
        ),
        Act(
            code="suspend",
            name=_("Suspend"),
            title=_("Suspend %(name)s"),
            effect=_(
                "From this moment on it buys nothing and hands nothing out. Its people still see"
                " its pages. Vouchers that people hold stay good, and its balance stays its own."
            ),
            button=_("Suspend now"),
            content=lambda number: asks.SuspendOrganisation(organisation_id=number),
            since=frozenset({"approved"}),
            is_bad=True,
        ),
        Act(
            code="close",
            name=_("Close for good"),
            title=_("Close %(name)s for good"),
            effect=_(
                "It never buys or hands out again; this cannot be undone. Vouchers that people hold"
                " stay good. It is closed only when none of its purchases is open: end those first,"
                " so that no payment of it is left uncounted, and pay its balance back."
            ),
            button=_("Ask for its closing"),
            content=_turn("closed"),
            since=frozenset({"approved", "suspended"}),
            is_bad=True,
        ),
    )
}
