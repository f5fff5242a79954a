"""The step that says who may redeem a voucher, and how they are paid."""

from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy

from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.orchestrator.vouchers.reading import Choice
from counterfoil.portal.stale import VersionedForm


class AcceptanceForm(VersionedForm):
    """Who may redeem it, and how they are paid. `find` looks for names; it is no part of it."""

    use_required_attribute = False  # what is out of the way must not keep a browser from sending

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
        label=gettext_lazy("Groups"),
        widget=forms.CheckboxSelectMultiple,
    )
    named = forms.MultipleChoiceField(
        label=gettext_lazy("Merchants and agents"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy("%(value)s is not an approved merchant or agent."),
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

    def full_clean(self) -> None:
        if self.is_bound:
            chosen = self["accepts"].data
            self.fields["groups"].required = chosen == "groups"
            self.fields["named"].required = chosen == "acceptors"
        super().full_clean()

    def taken_over(self, design: GroupDesign) -> GroupDesign:
        cleaned = self.cleaned_data
        wanted = {"groups": "groups", "acceptors": "named"}.get(cleaned["accepts"])
        return replace(
            design,
            accepts=cleaned["accepts"],
            accepts_names=tuple(sorted(set(cleaned[wanted]))) if wanted else (),
            settlement=cleaned["settlement"],
        )
