"""What merchants write about themselves, read and checked: tax ids, telephones, bank data.

Each raises ValidationError in words that say what to do; nothing here asks the network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as WrongNumberError

if TYPE_CHECKING:
    from types import ModuleType

COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
TAX_ID_CHARACTERS_MAX: Final = 40
ACCOUNT_CHARACTERS_MAX: Final = 34

# Most countries' own number is found as `vat` or `tin`. A sole trader, or a company that pays no
# value added tax, may have another; it is as good.
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "AU": ("acn", "tfn"),
    "BG": ("egn",),
    "BR": ("cpf",),
    "CA": ("sin",),
    "CH": ("uid",),
    "CR": ("cpf", "cr"),
    "CZ": ("rc",),
    "DE": ("stnr", "idnr"),
    "DO": ("cedula",),
    "EC": ("ci",),
    "EE": ("registrikood",),
    "FI": ("ytunnus",),
    "FR": ("siren", "siret", "nif"),
    "GB": ("utr",),
    "IL": ("idnr",),
    "IN": ("pan",),
    "IT": ("codicefiscale",),
    "LI": ("peid",),
    "MD": ("idno",),
    "NL": ("bsn",),
    "NO": ("orgnr",),
    "RO": ("cui", "cnp"),
    "SE": ("orgnr", "personnummer"),
    "TH": ("pin",),
    "TR": ("tckimlik",),
    "UA": ("edrpou", "rntrc"),
    "US": ("ein",),
}
_DIGITS: Final = frozenset("0123456789")
_TAX_ID: Final = re.compile(r"[^\W_](?:[^\W_]|[ ./-]){2,39}")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{2,33}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TaxId:
    """`is_checked`: its country is known, and the number is one of that country's."""

    number: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Bank:
    """Where somebody is paid, as the engine keeps it: `scheme` is iban, account or wallet."""

    scheme: str
    fsp: str
    account: str

    @property
    def shown(self) -> str:
        """The account as people read it out."""
        match self.scheme:
            case "iban":
                return IBAN(self.account, allow_invalid=True).formatted
            case "wallet":
                return telephone_text(self.account)
            case _:
                return self.account

    @property
    def bank_name(self) -> str:
        """Of an IBAN, where its bank is in the register of its country."""
        if self.scheme != "iban":
            return ""
        return str(IBAN(self.account, allow_invalid=True).bank_name or "")


def tax_id(text: str, country: str) -> TaxId:
    """As its country writes it. Of a country whose numbers we do not know, as it was written."""
    bare = " ".join(text.split()).upper()
    known = _tax_modules(country)
    for module in known:
        try:
            return TaxId(str(module.validate(bare)), is_checked=True)
        except WrongNumberError:
            continue
    if known:
        raise ValidationError(
            _("This is not a tax number of that country. Compare it with the paper, sign by sign.")
        )
    if not _TAX_ID.fullmatch(bare):
        raise ValidationError(_("Write the tax number as it stands on the paper."))
    return TaxId(bare, is_checked=False)


def compares_check_digits(number: str, country: str) -> bool:
    """Whether a typing error in it would be seen. Of some countries only the form is known: what
    has as many letters and digits is one. Told by trying: one digit is changed, then the next.
    """
    return any(
        _has_wrong_check_digits(module, f"{number[:at]}{(int(digit) + 1) % 10}{number[at + 1 :]}")
        for module in _tax_modules(country)
        if module.is_valid(number)
        for at, digit in enumerate(number)
        if digit in _DIGITS
    )


def _has_wrong_check_digits(module: "ModuleType", number: str) -> bool:
    try:
        module.validate(number)
    except InvalidChecksum:
        return True
    except WrongNumberError:
        return False
    return False


def knows_tax_ids(country: str) -> bool:
    return bool(_tax_modules(country))


def _tax_modules(country: str) -> list["ModuleType"]:
    names = ("vat", "tin", *_ALSO.get(country, ()))
    found = [get_cc_module(country, name) for name in names]
    return [cast("ModuleType", module) for module in found if module is not None]


def telephone(text: str, country: str) -> str:
    """In the international form that machines dial (E.164); without +, it is of that country."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_not_a_telephone()) from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise ValidationError(_not_a_telephone())
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def telephone_text(number: str) -> str:
    """As people write it down."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def iban(text: str) -> Bank:
    """Its length, its check digits, and those of its country's own account numbers. The provider is
    the bank's BIC, or where no register has it the bank's code.
    """
    try:
        found = IBAN(text, validate_bban=True)
    except SchwiftyException as error:
        raise ValidationError(
            _("This is not an IBAN. Compare it with the bank card or a statement, sign by sign.")
        ) from error
    return Bank("iban", str(found.bic or f"{found.country_code}{found.bank_code}"), str(found))


def account(number: str, provider: str) -> Bank:
    bare = "".join(number.split())
    if not _ACCOUNT.fullmatch(bare):
        raise ValidationError(
            _("Write the account number with letters, digits, hyphens, dots or slashes: 3 to 34.")
        )
    return Bank("account", " ".join(provider.split()), bare)


def wallet(number: str, provider: str, country: str) -> Bank:
    return Bank("wallet", " ".join(provider.split()), telephone(number, country))


def _not_a_telephone() -> str:
    return _("This is not a telephone number. Write it like +254 712 345678.")
