"""The steps of designing a voucher, one form each. A form takes over what it asks for into the
design and leaves the rest of it alone.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.catalogue import CODE_PATTERN
from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.forms import KeptFileField
from counterfoil.portal.models.uploads import Upload
from counterfoil.portal.orchestrator.vouchers.design import UNITS, last_day
from counterfoil.portal.orchestrator.vouchers.reading import Choice
from counterfoil.portal.stale import VersionedForm
from counterfoil.portal.uploads import RefusedUploadError, picture

_CODE: Final = re.compile(CODE_PATTERN, re.ASCII)
_INT_MAX: Final = 2**31 - 1
_DAYS_MAX: Final = 36_500


_UNIT_SECONDS: Final = dict(UNITS)
_FORMS_UNITS: Final = ("day", "hour", "minute")


class BasicsForm(VersionedForm):
    """What it is. Code and programme stay as they were once it has been published."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy(
            "Short, such as SCHOOL-MEALS. Calling systems name the voucher by it, so it stays as it"
            " is once the voucher is published."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "characters"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As holders and merchants will read it."),
    )
    programme = forms.ChoiceField(
        label=gettext_lazy("Programme"),
        help_text=gettext_lazy("Whose budget and money it uses. It decides the currency."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("What it is for, and what its holder should know."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    picture = KeptFileField(
        purpose="voucher",
        label=gettext_lazy("Picture"),
        required=False,
        pictures_only=True,
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, at most 10 MB. It is drawn anew; where and when it was taken is"
            " not kept."
        ),
    )
    without_picture = forms.BooleanField(
        label=gettext_lazy("Take the picture away"), required=False
    )
    picture_digest: str | None = None

    def offer(self, programmes: Sequence[Choice], *, is_published: bool, has_picture: bool) -> None:
        self.fields["programme"].choices = [(each.code, each.text) for each in programmes]  # type: ignore[attr-defined]
        if is_published:
            del self.fields["code"], self.fields["programme"]
        if not has_picture:
            del self.fields["without_picture"]

    @staticmethod
    def initial_of(design: GroupDesign) -> dict[str, object]:
        return {
            "code": design.code,
            "name": design.name,
            "programme": design.programme or "",
            "description": design.description,
        }

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not _CODE.fullmatch(code):
            raise ValidationError(
                _("Use letters, digits, spaces, points, - and _, beginning with a letter or digit.")
            )
        return code

    def clean_picture(self) -> Upload | None:
        sent: Upload | None = self.cleaned_data["picture"]
        if sent is not None:
            try:
                self.picture_digest = picture(sent)
            except RefusedUploadError as error:
                raise ValidationError(str(error)) from error
        return sent

    def taken_over(self, design: GroupDesign, currency: str) -> GroupDesign:
        cleaned = self.cleaned_data
        kept = None if cleaned.get("without_picture") else design.picture
        return replace(
            design,
            code=cleaned.get("code", design.code),
            name=cleaned["name"],
            programme=cleaned.get("programme", design.programme),
            currency=currency,
            description=cleaned["description"].replace("\r\n", "\n"),
            picture=self.picture_digest or kept,
        )


class ValidityForm(VersionedForm):
    """How long it is good for, and what becomes of what nobody used."""

    use_required_attribute = False  # what is out of the way must not keep a browser from sending

    validity = forms.ChoiceField(
        label=gettext_lazy("How long is it valid?"),
        choices=[
            ("days", gettext_lazy("For a number of days from its activation")),
            ("date", gettext_lazy("Until a fixed day, whenever it was activated")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=1, max_value=_DAYS_MAX)
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("It can still be redeemed on that day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write a date like 2027-02-28.")},
    )
    hold_number = forms.IntegerField(
        label=gettext_lazy("Time to activate"), min_value=1, max_value=_INT_MAX
    )
    hold_unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[
            ("minute", gettext_lazy("minutes")),
            ("hour", gettext_lazy("hours")),
            ("day", gettext_lazy("days")),
        ],
    )
    unused_value = forms.ChoiceField(
        label=gettext_lazy("What becomes of the value when it expires or is cancelled?"),
        choices=[
            ("issuer", gettext_lazy("It goes back to the available funds")),
            (
                "buyer",
                gettext_lazy(
                    "It goes back to the organisation that bought the voucher; to the available"
                    " funds where nobody bought it"
                ),
            ),
            (
                "breakage",
                gettext_lazy(
                    "It stays with the issuer as income, where somebody bought the voucher"
                ),
            ),
        ],
        widget=forms.RadioSelect,
    )

    @staticmethod
    def initial_of(design: GroupDesign) -> dict[str, object]:
        unit = next(
            (u for u in _FORMS_UNITS if not design.hold_seconds % _UNIT_SECONDS[u]), "minute"
        )
        return {
            "validity": "date" if design.valid_until else "days",
            "days": design.valid_for_days,
            "until": design.valid_until and last_day(design.valid_until),
            "hold_number": -(-design.hold_seconds // _UNIT_SECONDS[unit]),
            "hold_unit": unit,
            "unused_value": design.unused_value,
        }

    def full_clean(self) -> None:
        if self.is_bound:
            chosen = self["validity"].data
            self.fields["days"].required = chosen == "days"
            self.fields["until"].required = chosen == "date"
        super().full_clean()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        until = cleaned.get("until")
        if (
            cleaned.get("validity") == "date"
            and isinstance(until, date)
            and until < timezone.localdate()
        ):
            self.add_error("until", _("Choose a day that is still to come."))
        number, unit = cleaned.get("hold_number"), cleaned.get("hold_unit")
        if isinstance(number, int) and unit and number * _UNIT_SECONDS[str(unit)] > _INT_MAX:
            self.add_error("hold_number", _("Choose a shorter time."))
        return cleaned

    def taken_over(self, design: GroupDesign) -> GroupDesign:
        cleaned = self.cleaned_data
        by_days = cleaned["validity"] == "days"
        return replace(
            design,
            valid_for_days=cleaned["days"] if by_days else None,
            valid_until=None if by_days else _end_of(cleaned["until"], design.valid_until),
            hold_seconds=cleaned["hold_number"] * _UNIT_SECONDS[cleaned["hold_unit"]],
            unused_value=cleaned["unused_value"],
        )


class StockForm(VersionedForm):
    """When to be warned."""

    restock_level = forms.IntegerField(
        label=gettext_lazy("Warn when stock is down to"),
        required=False,
        min_value=0,
        max_value=_INT_MAX,
        help_text=gettext_lazy(
            "So many vouchers of one amount, or fewer, count as few: the voucher is then marked"
            " here and on the overview. Leave it empty for no warning."
        ),
    )

    @staticmethod
    def initial_of(design: GroupDesign) -> dict[str, object]:
        return {"restock_level": design.restock_level}

    def taken_over(self, design: GroupDesign) -> GroupDesign:
        return replace(design, restock_level=self.cleaned_data["restock_level"])


def _end_of(last: date, before: datetime | None) -> datetime:
    """The midnight that ends a day; what is that day already stays as it is, to the minute."""
    if before is not None and last_day(before) == last:
        return before
    midnight = datetime.combine(last + timedelta(days=1), time.min)
    return timezone.make_aware(midnight)
