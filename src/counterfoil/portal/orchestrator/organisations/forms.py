"""The forms of the issuer's people about organisations."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.models import Origin
from counterfoil.portal.organisations.forms import LegalForm
from counterfoil.portal.organisations.words import percent_text, points_read
from counterfoil.portal.stale import VersionedForm


class NewForm(LegalForm):
    """The first step of one that the issuer's people write down."""

    origin = forms.ChoiceField(
        label=gettext_lazy("How did it come?"),
        choices=(
            (Origin.ORCHESTRATOR, gettext_lazy("We enter it ourselves")),
            (Origin.PAPER, gettext_lazy("They filled in a paper, or told me")),
        ),
        initial=Origin.ORCHESTRATOR,
        widget=forms.RadioSelect,
    )
    field_order = (*LegalForm.field_order, "origin")


class MessageForm(OnceForm):
    """`message` goes to the applicant as it stands."""

    message = ReasonField(
        label=gettext_lazy("Message"),
        help_text=gettext_lazy("The applicant reads it as you write it."),
    )


class ReasonForm(OnceForm):
    reason = ReasonField(help_text=gettext_lazy("Its own people read it, but not who wrote it."))


class CommissionField(forms.Field):
    """Cleaned to hundredths of a percent; made from them, too."""

    def to_python(self, value: object) -> int:
        if isinstance(value, int):
            return value
        text = str(value or "").strip()
        return points_read(text) if text else 0

    def prepare_value(self, value: object) -> object:
        return percent_text(value) if isinstance(value, int) else value


_COMMISSION_HELP: Final = gettext_lazy(
    "In percent of the face value, on top of it, such as 2.5. Nothing is none."
)


def _commission() -> CommissionField:
    return CommissionField(
        label=gettext_lazy("Commission"),
        help_text=_COMMISSION_HELP,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class ProposeForm(VersionedForm):
    commission = _commission()
    notes = forms.CharField(
        label=gettext_lazy("Notes for your own people"),
        help_text=gettext_lazy("What was agreed besides. The organisation does not see it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = ReasonField(
        label=gettext_lazy("Why it can be approved"),
        help_text=gettext_lazy("The approver reads this."),
    )


class TermsForm(VersionedForm):
    name = forms.CharField(
        label=gettext_lazy("Name on quotes, invoices and lists"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    commission = _commission()
    reason = ReasonField()

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class ManagerForm(OnceForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the manager"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
