"""The forms of the settings."""

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.catalogue import IssuerSettings
from counterfoil.engine.commands.content import ChangeSettings
from counterfoil.portal.forms import ReasonField
from counterfoil.portal.models import PortalSettings
from counterfoil.portal.orchestrator.settings.words import SETTINGS, VERIFIED
from counterfoil.portal.stale import VersionedForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_RETENTION_DAYS_MAX: Final = 36_500
_COOLING_OFF_DAYS_MAX: Final = 30
_COUNT_MAX: Final = 1_000_000
_DAYS: Final = gettext_lazy("in days")
_SECONDS: Final = gettext_lazy("in seconds")


def _number(
    name: str, *, least: int, most: int, unit: "_StrPromise | None" = None
) -> forms.IntegerField:
    words = SETTINGS[name]
    label = words.label if unit is None else format_lazy("{}, {}", words.label, unit)
    return forms.IntegerField(
        label=label,
        help_text=words.meaning,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class SettingsForm(VersionedForm):
    activate_at_once = forms.BooleanField(
        label=SETTINGS["activate_at_once"].label,
        help_text=SETTINGS["activate_at_once"].meaning,
        required=False,
    )
    cooling_off_days = _number("cooling_off_days", least=0, most=_COOLING_OFF_DAYS_MAX, unit=_DAYS)
    verify_accounts = forms.ChoiceField(
        label=SETTINGS["verify_accounts"].label,
        help_text=SETTINGS["verify_accounts"].meaning,
        choices=VERIFIED.items(),
    )
    retention_days = _number("retention_days", least=0, most=_RETENTION_DAYS_MAX, unit=_DAYS)
    miss_budget = _number("miss_budget", least=1, most=_COUNT_MAX)
    miss_window_seconds = _number("miss_window_seconds", least=1, most=_COUNT_MAX, unit=_SECONDS)
    issuer_miss_budget = _number("issuer_miss_budget", least=1, most=_COUNT_MAX)
    secret_tries = _number("secret_tries", least=1, most=_COUNT_MAX)
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(self, data: QueryDict | None, *, now: IssuerSettings) -> None:
        self.now = now
        initial = {name: getattr(now, name) for name in SETTINGS}
        super().__init__(data, version=_fingerprint(initial), initial=initial)

    @property
    def asked(self) -> ChangeSettings:
        """Of a valid form: only what differs from what is set now."""
        return ChangeSettings(
            **{
                name: self.cleaned_data[name]
                for name in SETTINGS
                if self.cleaned_data[name] != getattr(self.now, name)
            }
        )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        named = [name for name in SETTINGS if name in cleaned]
        if len(named) == len(SETTINGS) and all(
            cleaned[name] == getattr(self.now, name) for name in named
        ):
            self.add_error(None, _("Nothing here differs from what is set now."))
        return cleaned


def _fingerprint(values: Mapping[str, object]) -> int:
    """Settings have no version of their own; this changes when one of them does."""
    return zlib.crc32(repr(sorted(values.items())).encode())


class PortalSettingsForm(VersionedForm):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy(
            "Of mails and pages for people who have not chosen one: those you invite, and merchants"
            " who apply."
        ),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Pages show times as the clocks are there."),
    )
    merchants_apply = forms.BooleanField(
        label=gettext_lazy("Merchants may apply by themselves"),
        help_text=gettext_lazy(
            "A public form takes applications of merchants and agents. Otherwise you register them."
        ),
        required=False,
    )
    organisations_apply = forms.BooleanField(
        label=gettext_lazy("Organisations may apply by themselves"),
        help_text=gettext_lazy(
            "A public form takes applications of organisations that want to buy vouchers."
            " Otherwise you register them."
        ),
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, now: PortalSettings) -> None:
        initial = {
            "language": now.language,
            "time_zone": now.time_zone,
            "merchants_apply": now.merchants_apply,
            "organisations_apply": now.organisations_apply,
        }
        super().__init__(data, version=now.version, initial=initial)
        language, zone = self.fields["language"], self.fields["time_zone"]
        if isinstance(language, forms.ChoiceField):
            language.choices = settings.LANGUAGES
        if isinstance(zone, forms.ChoiceField):
            zone.choices = [(name, name.replace("_", " ")) for name in zones()]


def zones() -> list[str]:
    """Places, as people look for them; not the old names and abbreviations beside them."""
    areas = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe")
    places = (*areas, "Indian", "Pacific")
    return ["UTC", *sorted(z for z in available_timezones() if z.partition("/")[0] in places)]
