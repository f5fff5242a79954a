"""Accounts as a message has them: an IBAN whose check digits are right, or another id whole."""

import re
from string import ascii_uppercase
from typing import Final

from counterfoil.gateway.bank_files import ACCOUNT_LETTERS_MAX, ID_LETTERS_MAX

_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", re.ASCII)
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_PRINTED: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?", re.ASCII)
_CHECK: Final = 97
_VALUES: Final = str.maketrans({letter: str(int(letter, 36)) for letter in ascii_uppercase})


def iban_of(account: str) -> str | None:
    """Without the spaces that people write; None where it is no IBAN (ISO 13616)."""
    iban = account.replace(" ", "").upper()
    if not _IBAN.fullmatch(iban):
        return None
    return iban if int((iban[4:] + iban[:4]).translate(_VALUES)) % _CHECK == 1 else None


def is_account(account: str) -> bool:
    return len(account) <= ACCOUNT_LETTERS_MAX and bool(_PRINTED.fullmatch(account))


def is_bic(fsp: str) -> bool:
    return bool(_BIC.fullmatch(fsp))


def is_bank_id(fsp: str) -> bool:
    return len(fsp) <= ID_LETTERS_MAX and bool(_PRINTED.fullmatch(fsp))
