"""Terms in words: whose they are, and when it is paid by them."""

from datetime import time
from typing import Final

from babel.dates import get_day_names
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.terms import TermsDesign
from counterfoil.money import Money
from counterfoil.portal.language import money_text, page_locale
from counterfoil.portal.orchestrator.money.ledger import short_number

CYCLES: Final[tuple[tuple[str, Promise], ...]] = (
    (Cycle.BY_HAND, gettext_lazy("By hand, whenever somebody begins a run")),
    (Cycle.DAILY, gettext_lazy("Every day")),
    (Cycle.WEEKLY, gettext_lazy("Every week")),
    (Cycle.MONTHLY, gettext_lazy("Every month")),
    (Cycle.THRESHOLD, gettext_lazy("As soon as somebody is owed enough")),
)


def account_text(name: str, fsp: str, account: str, currency: str) -> str:
    """A funding account, as pages call it."""
    return name or f"{fsp} · {short_number(account)} · {currency}"


def whose_text(funding_account: str, programme: str | None, acceptor: str | None) -> str:
    """Whose terms they are: the narrowest of these."""
    if acceptor is not None:
        return _("%(name)s, paid from %(account)s") % {"name": acceptor, "account": funding_account}
    if programme is not None:
        return _("Programme %(name)s") % {"name": programme}
    return _("All that is paid from %(account)s") % {"account": funding_account}


def day_name(day: int) -> str:
    """Of the week; Monday is 1."""
    names = get_day_names("wide", locale=page_locale())
    return str(names[day - 1])


def schedule_text(design: TermsDesign, currency: str) -> str:
    """When it is paid, as one says it."""
    clock = {"time": _clock(design.cut_off), "zone": design.time_zone}
    match design.cycle:
        case Cycle.DAILY:
            return _("every bank day at %(time)s (%(zone)s)") % clock
        case Cycle.WEEKLY:
            day = {"day": day_name(design.on_day or 1)}
            return _("every %(day)s at %(time)s (%(zone)s)") % (clock | day)
        case Cycle.MONTHLY:
            on = {"day": str(design.on_day or 1)}
            return _("on day %(day)s of each month at %(time)s (%(zone)s)") % (clock | on)
        case Cycle.THRESHOLD:
            least = money_text(Money(design.threshold_minor or 0, currency))
            return _("as soon as somebody is owed %(amount)s") % {"amount": least}
        case Cycle.BY_HAND:
            return _("by hand")


def _clock(cut_off: time) -> str:
    return f"{cut_off:%H:%M}"
