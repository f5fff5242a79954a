"""What who approves a change of the books is shown."""

from datetime import UTC, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands.bank_content import ClosePeriod
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text
from counterfoil.portal.orchestrator.books.periods import (
    ONE_DAY,
    PeriodRow,
    last_period,
    period_before,
)
from counterfoil.portal.orchestrator.changes import Change, Shown, shown


@shown.register
def _close(asked: ClosePeriod, office: Office) -> Shown:
    before = period_before(office, asked.through)
    day = day_text(asked.through)
    begins = _("the first day") if before is None else day_text(before.through + ONE_DAY)
    return Shown(
        _("Close the period up to %(day)s") % {"day": day},
        [
            Change(
                _("The period"), None, _("%(first)s to %(last)s") % {"first": begins, "last": day}
            ),
            Change(_("Closed up to"), None if before is None else day_text(before.through), day),
            Change(
                _("What stands in it"),
                None,
                _("is kept as it was, for each funding account and kind of account"),
            ),
            Change(
                _("What comes later"),
                None,
                _("is in the next period, with the day on which the bank made it"),
            ),
        ],
        reverse("periods", args=[office.code]),
        _not_as_asked(asked, last_period(office)),
    )


def _not_as_asked(asked: ClosePeriod, last: PeriodRow | None) -> list[str]:
    """Why it would be refused as things are."""
    if last is not None and asked.through <= last.through:
        return [
            _("It is closed up to %(day)s by now: if you approve it, it will be refused.")
            % {"day": day_text(last.through)}
        ]
    if asked.through >= datetime.now(UTC).date():
        return [_("That day is not over yet: if you approve it before, it will be refused.")]
    return []
