"""The forms of the public application that are no stage of it."""

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.portal.forms import OnceForm


class StartForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        help_text=gettext_lazy("We send you a link with which you can stop and go on any time."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class WithdrawForm(OnceForm):
    """Nothing is asked; it is sent once."""
