"""The step that says who may redeem a voucher, and how they are paid."""

from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.orchestrator.vouchers.reading import Choice
from counterfoil.portal.stale import VersionedForm


class AcceptanceForm(VersionedForm):
    """Who may redeem it, and how they are paid. `find` looks for names; it is no part of it."""

    accepts = forms.ChoiceField(
        label=gettext_lazy("Who may accept it?"),
        choices=[
            ("any", gettext_lazy("Every merchant and agent that is approved")),
            ("groups", gettext_lazy("Those in groups; whoever joins one later accepts it too")),
            ("acceptors", gettext_lazy("Only those named here")),
        ],
        widget=forms.RadioSelect,
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    named = forms.MultipleChoiceField(
        label=gettext_lazy("Merchants and agents"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy("%(value)s is not an approved merchant or agent.")
        },
    )
    settlement = forms.ChoiceField(
        label=gettext_lazy("How are they paid?"),
        choices=[
            (
                "deferred",
                gettext_lazy(
                    "Later: each redemption is owed to the merchant and paid with the next payout."
                    " Redeeming never waits for the bank."
                ),
            ),
            (
                "instant",
                gettext_lazy(
                    "At once: each redemption is a payment of its own, and is done when the bank"
                    " has said yes. For agents who pay cash out."
                ),
            ),
        ],
        widget=forms.RadioSelect,
    )

    def offer(self, groups: Sequence[Choice], named: Sequence[Choice]) -> None:
        self.fields["groups"].choices = [(each.code, each.text) for each in groups]  # type: ignore[attr-defined]
        self.fields["named"].choices = [(each.code, each.text) for each in named]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(design: GroupDesign) -> dict[str, object]:
        names = list(design.accepts_names)
        return {
            "accepts": design.accepts,
            "groups": names if design.accepts == "groups" else [],
            "named": names if design.accepts == "acceptors" else [],
            "settlement": design.settlement,
        }

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("accepts") == "groups" and not cleaned.get("groups"):
            self._want("groups", _("Choose at least one group."))
        if cleaned.get("accepts") == "acceptors" and not cleaned.get("named"):
            self._want("named", _("Look for at least one merchant or agent and tick it."))
        return cleaned

    def taken_over(self, design: GroupDesign) -> GroupDesign:
        cleaned = self.cleaned_data
        wanted = {"groups": "groups", "acceptors": "named"}.get(cleaned["accepts"])
        return replace(
            design,
            accepts=cleaned["accepts"],
            accepts_names=tuple(sorted(set(cleaned[wanted]))) if wanted else (),
            settlement=cleaned["settlement"],
        )

    def _want(self, name: str, text: str) -> None:
        if name not in self.errors:
            self.add_error(name, text)
