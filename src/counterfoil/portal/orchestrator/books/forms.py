"""What is asked when a period is closed."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.language import day_text
from counterfoil.portal.orchestrator.books.periods import ONE_DAY, closable

_DAY_MIN: Final = date(1900, 1, 1)


class CloseForm(OnceForm):
    """Up to which day, which is over; later than the last one closed."""

    through = forms.DateField(
        label=gettext_lazy("Close up to the end of"),
        help_text=gettext_lazy("By the clocks of UTC. The day has to be over."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self, data: Mapping[str, object] | None, *, last: date | None, today: date
    ) -> None:
        super().__init__(data, initial={"through": closable(last, today)})
        self._last, self._today = last, today
        attrs = self.fields["through"].widget.attrs
        attrs["max"] = (today - ONE_DAY).isoformat()
        if last is not None:
            attrs["min"] = (last + ONE_DAY).isoformat()

    def clean_through(self) -> date:
        through: date = self.cleaned_data["through"]
        if through >= self._today:
            raise ValidationError(_("That day is not over yet. Choose an earlier one."))
        if through < _DAY_MIN:
            raise ValidationError(_("That was before anything could be recorded."))
        if self._last is not None and through <= self._last:
            raise ValidationError(
                _("It is closed already, up to %(day)s. Choose a later day.")
                % {"day": day_text(self._last)}
            )
        return through
