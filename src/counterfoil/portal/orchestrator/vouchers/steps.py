"""What can be done with vouchers, one or many, and what each of it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from counterfoil.voucher import LIFTING, STOPPING, Action


@dataclass(frozen=True, slots=True)
class Step:
    """`means` is said of one voucher, `means_many` of several."""

    action: Action
    name: Promise
    means: Promise
    means_many: Promise
    is_grave: bool = False

    @property
    def word(self) -> str:
        return self.action.word


_IT_GOES_ON: Final = gettext_lazy("It is again what it was before.")
_THEY_GO_ON: Final = gettext_lazy("Each is again what it was before.")
SUSPEND: Final = Step(
    Action.SUSPEND,
    gettext_lazy("Suspend"),
    gettext_lazy(
        "It cannot be redeemed until the suspension is lifted. Its money stays in it, and its"
        " validity goes on running."
    ),
    gettext_lazy(
        "They cannot be redeemed until the suspension is lifted. Their money stays in them, and"
        " their validity goes on running."
    ),
)
UNSUSPEND: Final = Step(
    Action.UNSUSPEND, gettext_lazy("Lift the suspension"), _IT_GOES_ON, _THEY_GO_ON
)
BLOCK: Final = Step(
    Action.BLOCK,
    gettext_lazy("Block"),
    gettext_lazy(
        "For a voucher that is lost or misused. It cannot be redeemed until the block is"
        " lifted; its money stays in it."
    ),
    gettext_lazy(
        "For vouchers that are lost or misused. They cannot be redeemed until the block is"
        " lifted; their money stays in them."
    ),
)
UNBLOCK: Final = Step(Action.UNBLOCK, gettext_lazy("Lift the block"), _IT_GOES_ON, _THEY_GO_ON)
CANCEL: Final = Step(
    Action.CANCEL,
    pgettext_lazy("voucher", "Cancel"),
    gettext_lazy(
        "It is over for good, and its money becomes free. Whoever holds it can no longer redeem it."
    ),
    gettext_lazy(
        "They are over for good, also those that people hold, and their money becomes free. What"
        " cannot be cancelled stays as it is, and is listed afterwards."
    ),
    is_grave=True,
)
EXTEND: Final = Step(
    Action.EXTEND,
    gettext_lazy("Extend"),
    gettext_lazy("It can be redeemed until the day you say."),
    gettext_lazy("They can be redeemed until the day you say."),
)
REPLACE: Final = Step(
    Action.REPLACE,
    gettext_lazy("Replace"),
    gettext_lazy(
        "It is cancelled, and a new one of the same value, validity and owner takes its place. You"
        " fetch its number with a password, once another person has approved it."
    ),
    gettext_lazy(
        "Each is cancelled, and a new one of the same value, validity and owner takes its place."
        " You fetch the numbers with a password, once another person has approved it."
    ),
    is_grave=True,
)
# By their words; the first of them are done at once where it is one voucher alone.
STEPS: Final[Mapping[str, Step]] = {
    each.word: each for each in (SUSPEND, UNSUSPEND, BLOCK, UNBLOCK, CANCEL, EXTEND, REPLACE)
}
AT_ONCE: Final = STOPPING | LIFTING
