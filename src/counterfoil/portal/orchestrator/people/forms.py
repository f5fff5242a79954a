"""What administrators and approvers fill in about people."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.delegations import LENT_AT_MOST
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.models import Role

ROLES: Final = (
    (Role.ADMINISTRATOR.value, _("Administrator: people, settings and calling systems")),
    (Role.OPERATOR.value, _("Operator: prepares programmes, merchants, vouchers and stock")),
    (Role.APPROVER.value, _("Approver: approves or rejects what others prepared")),
    (Role.FINANCE.value, _("Finance: prepares what moves money")),
    (Role.AUDITOR.value, _("Auditor: sees everything and changes nothing")),
)
_EXCLUSIVE: Final = _("Operator, approver and auditor exclude each other.")


class InviteForm(OnceForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("They can change it when they come in."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_EXCLUSIVE,
    )


class RolesForm(OnceForm):
    """`seen` are the roles as they were when the form was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_EXCLUSIVE,
    )
    reason = ReasonField()


class WhyForm(OnceForm):
    reason = ReasonField()


class LendForm(OnceForm):
    """An approver lends their own power; an administrator says whose."""

    from_person = forms.TypedChoiceField(label=_("Whose power"), coerce=int)
    to_person = forms.TypedChoiceField(
        label=_("To whom"),
        coerce=int,
        help_text=_("Somebody who works here and is neither operator nor auditor."),
    )
    from_date = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until_date = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("This day is the last one. Three months at most."),
    )
    reason = ReasonField()

    def offer(
        self, givers: Sequence[tuple[int, str]], receivers: Sequence[tuple[int, str]]
    ) -> None:
        """The people to choose from."""
        today = timezone.now().date()
        for name, choices in (("from_person", givers), ("to_person", receivers)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
        if len(givers) == 1:
            self.fields["from_person"].initial = givers[0][0]
            self.fields["from_person"].widget = forms.HiddenInput()
        for name in ("from_date", "until_date"):
            self.fields[name].widget.attrs |= {
                "min": str(today),
                "max": str(today + LENT_AT_MOST + timedelta(days=365)),
            }
        self.fields["from_date"].initial = today
