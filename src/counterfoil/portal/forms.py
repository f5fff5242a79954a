"""What forms are made of: a form that does one thing once, amounts, reasons, and files that
survive an error elsewhere in the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, cast
from uuid import UUID, uuid4

from babel.numbers import format_decimal
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money, parse_amount
from counterfoil.portal.language import amount_text, page_locale, read_amount
from counterfoil.portal.models.people import Person
from counterfoil.portal.models.uploads import Upload
from counterfoil.portal.uploads import UNATTACHED_FOR, RefusedUploadError, keep

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict
    from django.utils.functional import _StrPromise

REASON_CHARACTERS_MIN: Final = 3
REASON_CHARACTERS_MAX: Final = 400
_SALT: Final = "kept file"
_EXAMPLE: Final = "1250"

_REASON: Final = gettext_lazy("Reason")
_FEW_WORDS: Final = gettext_lazy("Say it in a few words: at least %(limit_value)d characters.")
_TOO_MANY_WORDS: Final = gettext_lazy(
    "Say it in fewer words: at most %(limit_value)d characters; this has %(show_value)d."
)
_REASON_HINT: Final = gettext_lazy("It is kept. Whoever looks later should understand it.")


class Renderer(TemplatesSetting):
    """Every form of the portal looks as our templates say."""

    form_template_name = "portal/forms/form.html"
    field_template_name = "portal/forms/field.html"


@dataclass(frozen=True, slots=True)
class Keeper:
    """For whom files are kept. Strangers who apply are nobody; `actor` tells them apart."""

    issuer_id: int
    person: Person | None
    actor: str = ""


class OnceForm(forms.Form):
    """Its `command_id` is drawn when the form is shown: however often it is sent, one thing is
    done. `keeper` is for forms with a KeptFileField.
    """

    command_id = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={"invalid": gettext_lazy("This form is incomplete. Load the page again.")},
    )

    def __init__(
        self,
        data: "Mapping[str, object] | None" = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        initial: Mapping[str, object] | None = None,
        prefix: str | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__(data, files, initial=dict(initial or {}), prefix=prefix)
        for field in self.fields.values():
            field.error_messages["required"] = _missing(field)
            if isinstance(field, KeptFileField):
                field.keeper = keeper
            if isinstance(field, forms.IntegerField):
                say_limits(field)

    @property
    def once(self) -> UUID:
        """Of a valid form."""
        return cast("UUID", self.cleaned_data["command_id"])


def _missing(field: forms.Field) -> str:
    """What to do, rather than that something is required."""
    if field.widget.is_hidden:
        return _("This form is incomplete. Load the page again.")
    if isinstance(field, forms.FileField):
        return _("Choose a file.")
    if isinstance(field, forms.BooleanField):
        return _("Tick this to go on.")
    if isinstance(field, forms.MultipleChoiceField):
        return _("Choose at least one of these.")
    return _("Choose one of these.") if isinstance(field, forms.ChoiceField) else _("Fill this in.")


def say_limits(field: forms.IntegerField) -> None:
    """What a whole number can be, in words that say what to write."""
    field.error_messages["invalid"] = _("Write a whole number in digits, such as 25.")
    for code, text, limit in (
        ("min_value", _("Write %(limit)s or more."), field.min_value),
        ("max_value", _("Write %(limit)s or less."), field.max_value),
    ):
        if isinstance(limit, int):
            shown = format_decimal(limit, locale=page_locale())
            field.error_messages[code] = text % {"limit": shown}


class MoneyField(forms.Field):
    """Cleaned to Money. The currency may be set when the form is made: `fields[…].currency`."""

    # Not "off": a browser gives such fields back empty to whoever goes back to a form.
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "transaction-amount"})

    def __init__(
        self,
        currency: str = "",
        *,
        label: "str | _StrPromise | None" = None,
        help_text: "str | _StrPromise" = "",
        required: bool = True,
        minimum_minor: int = 1,
        maximum_minor: int | None = None,
    ) -> None:
        super().__init__(label=label, help_text=help_text, required=required)
        self.currency = currency
        self.minimum_minor = minimum_minor
        self.maximum_minor = maximum_minor

    def to_python(self, value: object) -> Money | None:
        if isinstance(value, Money):
            return value
        if not isinstance(value, str) or not value.strip():
            return None
        try:
            return read_amount(value, self.currency)
        except MalformedAmountError as error:
            raise ValidationError(
                _("Write an amount like %(example)s.") % {"example": self._example()}
            ) from error

    def validate(self, value: Money | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value.amount_minor < self.minimum_minor:
            raise ValidationError(
                _("Write an amount of at least %(least)s.")
                % {"least": amount_text(self.minimum_minor, self.currency)}
            )
        if self.maximum_minor is not None and value.amount_minor > self.maximum_minor:
            raise ValidationError(
                _("Write an amount of at most %(most)s.")
                % {"most": amount_text(self.maximum_minor, self.currency)}
            )

    def prepare_value(self, value: object) -> object:
        if isinstance(value, Money):
            return amount_text(value.amount_minor, value.currency)
        return value

    def _example(self) -> str:
        example = parse_amount(_EXAMPLE, self.currency)
        return amount_text(example.amount_minor, self.currency)


class ReasonField(forms.CharField):
    def __init__(
        self,
        *,
        label: "str | _StrPromise" = _REASON,
        help_text: "str | _StrPromise" = _REASON_HINT,
        required: bool = True,
    ) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=required,
            min_length=REASON_CHARACTERS_MIN,
            max_length=REASON_CHARACTERS_MAX,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"min_length": _FEW_WORDS, "max_length": _TOO_MANY_WORDS},
        )


class Sent(NamedTuple):
    """What a file field was sent: a file, the token of one that is kept, or neither."""

    file: "UploadedFile[bytes] | None"
    token: str
    is_removed: bool


class KeptFileInput(forms.FileInput):
    template_name = "portal/forms/file.html"
    kept: Upload | None = None
    token: str = ""

    def value_from_datadict(
        self,
        data: Mapping[str, object],
        files: "MultiValueDict[str, UploadedFile[bytes]]",
        name: str,
    ) -> Sent:
        return Sent(files.get(name), str(data.get(f"{name}_kept", "")), f"{name}_removed" in data)

    def value_omitted_from_data(
        self,
        data: Mapping[str, object],
        files: "MultiValueDict[str, UploadedFile[bytes]]",
        name: str,
    ) -> bool:
        return name not in files and f"{name}_kept" not in data

    def use_required_attribute(self, initial: object) -> bool:
        return super().use_required_attribute(initial) and self.kept is None

    def get_context(
        self, name: str, value: object, attrs: dict[str, object] | None
    ) -> dict[str, object]:
        context: dict[str, object] = super().get_context(name, None, attrs)
        kept = self.kept or (value if isinstance(value, Upload) else None)
        context["kept"], context["token"] = kept, self.token
        return context


class KeptFileField(forms.FileField):
    """Cleaned to an Upload, or None. The file is kept as soon as it is sent; a token in the form
    stands for it when another field has an error. It is ours to keep: `uploads.attach` it.
    """

    widget = KeptFileInput
    keeper: Keeper | None = None

    def __init__(
        self,
        *,
        purpose: str,
        label: "str | _StrPromise | None" = None,
        help_text: "str | _StrPromise" = "",
        required: bool = True,
        pictures_only: bool = False,
    ) -> None:
        super().__init__(label=label, help_text=help_text, required=required)
        self.purpose = purpose
        self.pictures_only = pictures_only
        pictures = "image/jpeg,image/png,image/webp"
        self.widget.attrs["accept"] = pictures if pictures_only else f"application/pdf,{pictures}"

    def clean(self, data: Sent, initial: Upload | None = None) -> Upload | None:
        """What was sent now, else what is kept, else what was there."""
        if self.keeper is None:
            raise TypeError("A form with a KeptFileField is made with a keeper.")
        kept = None if data.is_removed else self._kept(data.token, self.keeper)
        self._show(kept, self.keeper)
        if data.file is not None:
            try:
                kept = keep(
                    data.file,
                    issuer_id=self.keeper.issuer_id,
                    person=self.keeper.person,
                    purpose=self.purpose,
                    pictures_only=self.pictures_only,
                )
            except RefusedUploadError as error:
                raise ValidationError(str(error)) from error
            self._show(kept, self.keeper)
        elif data.token and kept is None and not data.is_removed:
            raise ValidationError(_("This file is not kept any more. Choose it again."))
        found = kept or (None if data.is_removed else initial)
        if found is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return found

    def bound_data(self, _data: object, initial: Upload | None) -> Upload | None:
        return initial

    def has_changed(self, _initial: Upload | None, data: Sent) -> bool:  # type: ignore[override]
        return bool(data.file or data.token or data.is_removed)

    def _kept(self, token: str, keeper: Keeper) -> Upload | None:
        """Only what this form kept for the same issuer and person."""
        try:
            upload_id = signing.loads(token, salt=self._salt(keeper), max_age=UNATTACHED_FOR)
        except signing.BadSignature:
            return None
        return Upload.objects.filter(pk=upload_id, issuer_id=keeper.issuer_id).first()

    def _show(self, kept: Upload | None, keeper: Keeper) -> None:
        widget = cast("KeptFileInput", self.widget)
        widget.kept = kept
        widget.token = "" if kept is None else signing.dumps(str(kept.pk), salt=self._salt(keeper))

    def _salt(self, keeper: Keeper) -> str:
        person = keeper.actor if keeper.person is None else str(keeper.person.pk)
        return f"{_SALT}/{keeper.issuer_id}/{person}/{self.purpose}"
