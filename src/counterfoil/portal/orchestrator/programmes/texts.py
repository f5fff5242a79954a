"""The words of a programme's steps: what each is called, what it ends, what to think of before."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counterfoil.engine.programme_figures import Pile
from counterfoil.engine.programme_preview import StepPreview, StepWarning, Warned
from counterfoil.money import Money
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.programme import ProgrammeStatus

STEPS: Final = frozenset(ProgrammeStatus) - {ProgrammeStatus.OPEN}
_STEP: Final[Mapping[ProgrammeStatus, Promise]] = {
    ProgrammeStatus.SALES_CLOSED: gettext_lazy("Close sales"),
    ProgrammeStatus.REDEMPTION_CLOSED: gettext_lazy("Close redemption"),
    ProgrammeStatus.CLAIMS_CLOSED: gettext_lazy("Close claims"),
    ProgrammeStatus.CLOSED: gettext_lazy("Close the programme"),
}
_STEP_OF: Final[Mapping[ProgrammeStatus, Promise]] = {
    ProgrammeStatus.SALES_CLOSED: gettext_lazy("Close sales of %(name)s"),
    ProgrammeStatus.REDEMPTION_CLOSED: gettext_lazy("Close redemption of %(name)s"),
    ProgrammeStatus.CLAIMS_CLOSED: gettext_lazy("Close claims of %(name)s"),
    ProgrammeStatus.CLOSED: gettext_lazy("Close %(name)s for good"),
}
_ENDS: Final[Mapping[ProgrammeStatus, Sequence[Promise]]] = {
    ProgrammeStatus.SALES_CLOSED: (
        gettext_lazy("No more vouchers of it are provisioned or imported."),
        gettext_lazy("Nothing more is handed out: what is in stock stays there."),
    ),
    ProgrammeStatus.REDEMPTION_CLOSED: (
        gettext_lazy("No voucher of it is activated or redeemed any more."),
        gettext_lazy("Whoever still holds one is refused at every merchant."),
    ),
    ProgrammeStatus.CLAIMS_CLOSED: (
        gettext_lazy("Merchants and agents can claim nothing more for it."),
    ),
    ProgrammeStatus.CLOSED: (
        gettext_lazy("What is in stock is cancelled, and what people hold expires."),
        gettext_lazy("The money behind those vouchers is free again."),
        gettext_lazy("Its vouchers can never be published, provisioned or redeemed again."),
    ),
}
_STAYS: Final[Mapping[ProgrammeStatus, Sequence[Promise]]] = {
    ProgrammeStatus.SALES_CLOSED: (
        gettext_lazy("Vouchers in people's hands are redeemed as before."),
        gettext_lazy("Merchants are paid as before."),
    ),
    ProgrammeStatus.REDEMPTION_CLOSED: (
        gettext_lazy("What merchants have earned stays theirs, and is paid."),
    ),
    ProgrammeStatus.CLAIMS_CLOSED: (
        gettext_lazy("What merchants have earned stays theirs, and is paid."),
    ),
    ProgrammeStatus.CLOSED: (
        gettext_lazy("What merchants have earned stays theirs, and is paid."),
        gettext_lazy("Every voucher keeps its story, and the report stays here."),
    ),
}


def step_text(status: ProgrammeStatus) -> str:
    return str(_STEP[status])


def step_of_text(status: ProgrammeStatus, name: str) -> str:
    return str(_STEP_OF[status]) % {"name": name}


def what_ends(status: ProgrammeStatus) -> list[str]:
    """What can no longer be done after it."""
    return [str(each) for each in _ENDS[status]]


def what_stays(status: ProgrammeStatus) -> list[str]:
    return [str(each) for each in _STAYS[status]]


def pile_text(pile: Pile, currency: str) -> str:
    """So many vouchers, worth so much."""
    return ngettext(
        "%(number)s voucher, %(money)s", "%(number)s vouchers, %(money)s", pile.vouchers
    ) % {
        "number": count(pile.vouchers),
        "money": money_text(Money(pile.value_minor, currency)),
    }


def warning_texts(preview: StepPreview) -> list[str]:
    currency = preview.programme.currency
    return [_warning_text(each, preview, currency) for each in preview.warnings]


def _warning_text(warning: StepWarning, preview: StepPreview, currency: str) -> str:
    vouchers = pile_text(warning.pile, currency)
    money = money_text(Money(warning.pile.value_minor, currency))
    closes = preview.to_status is ProgrammeStatus.CLOSED
    match warning.code:
        case Warned.BEFORE_ITS_DATE:
            day = "" if warning.planned_on is None else day_text(warning.planned_on)
            return _("This step is planned for %(date)s, which is still to come.") % {"date": day}
        case Warned.PROVISIONS_UNFINISHED:
            text = (
                _("Stock is still being made with %(money)s. It is stopped, and the money is free.")
                if closes
                else _("Stock is still being made with %(money)s.")
            )
            return text % {"money": money}
        case Warned.STOCK_UNSOLD:
            return _("In stock, and nobody will get them any more: %(vouchers)s.") % {
                "vouchers": vouchers
            }
        case Warned.STILL_OUT:
            return _(
                "People still hold, and can then use no more: %(vouchers)s. Have they been told?"
            ) % {"vouchers": vouchers}
        case Warned.STILL_PAYING:
            text = (
                _("Payments are under way for %(vouchers)s. It can be closed once they are known.")
                if warning.stops
                else _("Payments are under way for %(vouchers)s. They are still completed.")
            )
            return text % {"vouchers": vouchers}
        case Warned.ACCEPTORS_OWED:
            return _("Merchants and agents are owed %(money)s. It stays payable.") % {
                "money": money
            }
