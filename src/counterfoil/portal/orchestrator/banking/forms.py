"""What is asked about the bank: a file that is brought, whose a credit is, how something ends."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.banking.resolving import How
from counterfoil.portal.access import Office
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.language import day_text
from counterfoil.portal.models import reference_of
from counterfoil.portal.orchestrator.banking.bringing import came_before
from counterfoil.portal.orchestrator.banking.guessing import Payer, UnpaidPurchase
from counterfoil.portal.orchestrator.banking.words import way_word
from counterfoil.portal.uploads import BYTES_MAX

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

_NONE: Final = ""
# How files begin that no bank sends to programs: PDF, PNG, JPEG, and what spreadsheets are kept in.
_FOR_PEOPLE: Final = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class BringForm(OnceForm):
    """`content` is what was sent, of a valid form. A file that came before is not brought again."""

    rail = forms.ChoiceField(
        label=gettext_lazy("Rail"),
        help_text=gettext_lazy("Whose file it is: each rail has a format of its own."),
    )
    file = forms.FileField(
        label=gettext_lazy("The bank's file"),
        help_text=gettext_lazy(
            "As the bank gave it, unchanged: a statement, a notification or an answer, up to 10 MB."
        ),
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        office: Office,
        rails: Sequence[str],
    ) -> None:
        super().__init__(data, files, initial={"rail": rails[0]} if rails else {})
        cast("forms.ChoiceField", self.fields["rail"]).choices = [(name, name) for name in rails]
        if len(rails) == 1:
            self.fields["rail"].widget = forms.HiddenInput()
        self._office = office
        self.content = b""

    def clean_file(self) -> "UploadedFile[bytes]":
        sent = cast("UploadedFile[bytes]", self.cleaned_data["file"])
        if (sent.size or 0) > BYTES_MAX:
            raise ValidationError(
                _("This file is larger than 10 MB. Ask the bank for a file of each day.")
            )
        self.content = sent.read()
        if self.content.startswith(_FOR_PEOPLE):
            raise ValidationError(
                _(
                    "This is a PDF, a picture or a spreadsheet, for people to read. Take the same"
                    " from the bank as a file for accounting programs, such as camt.053."
                )
            )
        before = came_before(self._office, self.content)
        if before is None:
            return sent
        if before.taken_at is not None:
            raise ValidationError(
                _("This very file was taken in already, on %(day)s. Nothing is left to do with it.")
                % {"day": day_text(before.taken_at.date())}
            )
        raise ValidationError(_("This very file was brought already and is being read."))


class WhoseForm(forms.Form):
    """Whose a credit is, where the guess is not right: a purchase, or an organisation's balance."""

    whose = forms.ChoiceField(
        label=gettext_lazy("Whose it is"),
        error_messages={
            "required": gettext_lazy("Choose one of these."),
            "invalid_choice": gettext_lazy("Choose one of these."),
        },
    )

    def __init__(
        self,
        data: Mapping[str, object] | None,
        *,
        purchases: Sequence[UnpaidPurchase],
        payers: Sequence[Payer],
    ) -> None:
        super().__init__(data)
        cast("forms.ChoiceField", self.fields["whose"]).choices = [
            (_NONE, _("Choose")),
            (
                _("It pays a purchase"),
                [
                    (
                        f"purchase:{each.purchase_id}",
                        f"{reference_of(each.number)} · {each.organisation}",
                    )
                    for each in purchases
                ],
            ),
            (
                _("It is for the balance of"),
                [(f"organisation:{each.organisation_id}", each.name) for each in payers],
            ),
        ]


class ResolveForm(OnceForm):
    """In which of the ways that its kind has, and why."""

    how = forms.ChoiceField(label=gettext_lazy("How it ends"), widget=forms.RadioSelect)
    reason = ReasonField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "What you found out, and from whom. Whoever approves it reads this, and it is kept."
        ),
    )

    def __init__(self, data: Mapping[str, object] | None = None, *, ways: Sequence[How]) -> None:
        super().__init__(data, initial={"how": ways[0].value} if len(ways) == 1 else {})
        cast("forms.ChoiceField", self.fields["how"]).choices = [
            (each.value, way_word(each)) for each in ways
        ]

    @property
    def way(self) -> How:
        """Of a valid form."""
        return How(self.cleaned_data["how"])
