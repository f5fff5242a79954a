"""What is asked about runs and payouts."""

from collections.abc import Mapping, Sequence
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.portal.buyer import handovers_forms
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.orchestrator.payouts.terms_reading import TermsRow

_WHY: Final = gettext_lazy("Why")


class BeginForm(OnceForm):
    """Of which terms; every choice says what it pays."""

    terms = forms.TypedChoiceField(label=gettext_lazy("What is to be paid"), coerce=int)

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        terms: Sequence[TermsRow],
        chosen: str = "",
    ) -> None:
        super().__init__(data, initial={"terms": chosen})
        field = self.fields["terms"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(each.terms_id, each.of) for each in terms]


class SendForm(OnceForm):
    """What was looked at is what is sent: `digest` stands for it."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = ReasonField(label=gettext_lazy("Note"), required=False)


class WhyForm(OnceForm):
    reason = ReasonField(label=_WHY)


class GiveForm(handovers_forms.SendForm):
    """Another voucher in place of the one refunded: why, and the password that opens its number."""

    reason = ReasonField(label=_WHY)

    def __init__(self, data: Mapping[str, object] | None) -> None:
        super().__init__(data, has_repeats=False, is_same_file=False)
