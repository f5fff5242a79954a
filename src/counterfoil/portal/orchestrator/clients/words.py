"""What calling systems may do, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.money import Money
from counterfoil.portal.language import money_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class ScopeWords:
    label: "_StrPromise"
    meaning: "_StrPromise"


SCOPES: Final[Mapping[str, ScopeWords]] = {
    "preactivate": ScopeWords(
        gettext_lazy("Hand out vouchers"),
        gettext_lazy("Takes vouchers from stock and learns their numbers."),
    ),
    "activate": ScopeWords(
        gettext_lazy("Activate vouchers"),
        gettext_lazy("Says that a voucher has reached its holder and counts from now on."),
    ),
    "redeem": ScopeWords(
        gettext_lazy("Redeem vouchers"),
        gettext_lazy("Takes vouchers in payment, for a merchant or an agent that is approved."),
    ),
    "override": ScopeWords(
        gettext_lazy("Redeem elsewhere"),
        gettext_lazy("Takes a voucher where its own rules do not accept it. It is marked so."),
    ),
    "cancel": ScopeWords(
        gettext_lazy("Cancel vouchers"), gettext_lazy("Ends vouchers and frees their money.")
    ),
    "status": ScopeWords(
        gettext_lazy("Ask about vouchers"),
        gettext_lazy("Learns whether a voucher is valid, and its story."),
    ),
    "lookup": ScopeWords(
        gettext_lazy("Look accounts up"),
        gettext_lazy("Learns which provider has the account of a telephone number or the like."),
    ),
    "notify": ScopeWords(
        gettext_lazy("Tell of credits"),
        gettext_lazy(
            "Says that money arrived in a funding account. People, or a rule of yours, say what it"
            " is."
        ),
    ),
    "admin": ScopeWords(
        gettext_lazy("Administer"),
        gettext_lazy(
            "Prepares what people prepare in this portal: money, stock, merchants, settings."
            " People approve it."
        ),
    ),
    "unattended": ScopeWords(
        gettext_lazy("Act unattended"),
        gettext_lazy(
            "What it administers is done at once, without anybody's approval, up to the amount"
            " below."
        ),
    ),
}


def scopes_text(scopes: Iterable[str]) -> str:
    """In the order of the list above."""
    held = set(scopes)
    return ", ".join(str(words.label) for scope, words in SCOPES.items() if scope in held)


def limit_text(minor_max: int, scopes: Iterable[str], currencies: Iterable[str]) -> str:
    """How much one step of it may move without approval."""
    held = set(scopes)
    if "admin" not in held:
        return _("Does not apply: it administers nothing")
    if "unattended" not in held:
        return _("Nothing: people approve what it asks for")
    if not minor_max:
        return _("No money: only what moves none")
    amounts = [money_text(Money(minor_max, currency)) for currency in currencies]
    return _("Up to %(amount)s in one step") % {"amount": _(" or ").join(amounts)}
