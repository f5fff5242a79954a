"""What each setting means, in the words of those who decide about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counterfoil.engine.catalogue import IssuerSettings
from counterfoil.portal.language import page_locale

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_HOUR_SECONDS: Final = 3600
_MINUTE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class SettingWords:
    label: "_StrPromise"
    meaning: "_StrPromise"


SETTINGS: Final[Mapping[str, SettingWords]] = {
    "activate_at_once": SettingWords(
        gettext_lazy("Vouchers are active at once"),
        gettext_lazy(
            "A voucher that is handed out can be redeemed straight away. Otherwise it is activated"
            " in a second step, once its holder surely has it."
        ),
    ),
    "retention_days": SettingWords(
        gettext_lazy("Finished vouchers are kept"),
        gettext_lazy(
            "So long after it was redeemed, cancelled or has expired, a voucher can still be looked"
            " up. Then its number and what was noted about it are deleted for good; amounts and"
            " the journal stay."
        ),
    ),
    "cooling_off_days": SettingWords(
        gettext_lazy("New bank data wait"),
        gettext_lazy(
            "When a merchant's bank data change, payouts wait so long, and the old contact is told:"
            " time to notice a change that somebody else asked for. 0 lets them count at once."
        ),
    ),
    "verify_accounts": SettingWords(
        gettext_lazy("Merchants' accounts are verified"),
        gettext_lazy(
            "The provider is asked whether it has the account that a merchant is paid to: never,"
            " once, or again and again; then nothing is paid at once to an account it does not"
            " have."
        ),
    ),
    "miss_budget": SettingWords(
        gettext_lazy("Wrong numbers from one caller"),
        gettext_lazy(
            "So many unknown voucher numbers may come from one merchant or terminal, ten times as"
            " many from one calling system. After that it has to wait."
        ),
    ),
    "miss_window_seconds": SettingWords(
        gettext_lazy("Wrong numbers are counted for"),
        gettext_lazy("The time within which they add up, and for which a caller then waits."),
    ),
    "issuer_miss_budget": SettingWords(
        gettext_lazy("Wrong numbers from all callers"),
        gettext_lazy(
            "From so many on within that time, those who miss may miss less often. Who does not"
            " miss is never slowed down."
        ),
    ),
    "secret_tries": SettingWords(
        gettext_lazy("Wrong secrets for one voucher"),
        gettext_lazy(
            "A voucher whose short secret counts together with its serial is blocked after so many"
            " wrong tries."
        ),
    ),
}

PURPOSES: Final[Mapping[str, SettingWords]] = {
    "hash": SettingWords(
        gettext_lazy("Finding vouchers"),
        gettext_lazy("Turns a voucher number into what it is looked up by."),
    ),
    "seal": SettingWords(
        gettext_lazy("Sealing numbers"),
        gettext_lazy("Seals the voucher numbers themselves. Without it nobody can read one."),
    ),
    "personal": SettingWords(
        gettext_lazy("Personal notes"),
        gettext_lazy("Seals what was noted about the holder of a voucher."),
    ),
    "journal": SettingWords(
        gettext_lazy("Comparing requests"),
        gettext_lazy("Tells whether a request that came twice is the same."),
    ),
    "leaf": SettingWords(
        gettext_lazy("Integrity log"),
        gettext_lazy("Hides who did what in the log that is made public."),
    ),
}


VERIFIED: Final[Mapping[str, "_StrPromise"]] = {
    "never": gettext_lazy("Never"),
    "registration": gettext_lazy("Once, when it is registered"),
    "redemption": gettext_lazy("Again and again, for what is paid at once"),
}


def setting_text(name: str, settings: IssuerSettings) -> str:
    """A value as people say it."""
    value = getattr(settings, name)
    match name:
        case "activate_at_once":
            return _("Yes") if value else _("No")
        case "retention_days" | "cooling_off_days":
            return days_text(value)
        case "verify_accounts":
            return str(VERIFIED[value])
        case "miss_window_seconds":
            return duration_text(value)
        case _:
            return format_decimal(value, locale=page_locale())


def days_text(days: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def duration_text(seconds: int) -> str:
    """In the largest unit that says it exactly."""
    if seconds % _HOUR_SECONDS == 0:
        hours = seconds // _HOUR_SECONDS
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    if seconds % _MINUTE_SECONDS == 0:
        minutes = seconds // _MINUTE_SECONDS
        return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}
    return ngettext("%(seconds)d second", "%(seconds)d seconds", seconds) % {"seconds": seconds}


def people_text(people: int) -> str:
    return ngettext("%(people)d person", "%(people)d people", people) % {"people": people}
