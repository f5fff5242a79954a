"""Looking into a message by the names of its elements.

Each raises BankFileError, naming the element, where what must be there is not, stands there twice
or cannot be read. Elements of another namespace than their parent's are not seen.
"""

import re
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from counterfoil.errors import MalformedAmountError
from counterfoil.gateway.bank_files import ID_LETTERS_MAX, BankFileError
from counterfoil.money import Money, is_currency, parse_amount

# XML Schema allows a plus, leading zeros, and a point without digits on one side of it.
_DECIMAL: Final = re.compile(r"\+?([0-9]{0,18})(?:\.([0-9]{0,17}))?", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_DAY: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9:]{5})?", re.ASCII
)


def each(parent: Element, name: str) -> list[Element]:
    return parent.findall(parent.tag[: parent.tag.rfind("}") + 1] + name)


def found(parent: Element, *path: str) -> Element | None:
    """By its name, level by level, on each of which it is the only one."""
    here = parent
    for name in path:
        those = each(here, name)
        if not those:
            return None
        if len(those) > 1:
            raise BankFileError(f"{name} stands more than once where it stands once.")
        here = those[0]
    return here


def text_or_none(parent: Element, *path: str) -> str | None:
    """None also where it is empty, or has elements in it instead."""
    here = found(parent, *path)
    text = "" if here is None or len(here) else (here.text or "").strip()
    return text or None


def id_or_none(parent: Element, *path: str) -> str | None:
    text = text_or_none(parent, *path)
    if text is not None and len(text) > ID_LETTERS_MAX:
        raise BankFileError(f"{path[-1]} has more than {ID_LETTERS_MAX} letters.")
    return text


def needed_id(parent: Element, *path: str) -> str:
    return _needed(id_or_none(parent, *path), path)


def needed_text(parent: Element, *path: str) -> str:
    return _needed(text_or_none(parent, *path), path)


def needed_money(parent: Element, *path: str) -> Money:
    """An amount with its currency, never below zero."""
    here = found(parent, *path)
    if here is None:
        raise BankFileError(f"{'/'.join(path)} is missing.")
    return read_money(path[-1], (here.text or "").strip(), here.get("Ccy", ""))


def read_money(name: str, text: str, currency: str) -> Money:
    if not is_currency(currency):
        raise BankFileError(f"{name} is in a currency that is not known.")
    parts = _DECIMAL.fullmatch(text)
    if parts is None or not any(parts.groups()):
        raise BankFileError(f"{name} is no amount.")
    whole, fraction = parts[1].lstrip("0") or "0", (parts[2] or "").rstrip("0")
    try:
        return parse_amount(f"{whole}.{fraction}" if fraction else whole, currency)
    except MalformedAmountError as error:
        raise BankFileError(f"{name} is no amount in its currency.") from error


def needed_count(parent: Element, name: str) -> int:
    return read_count(name, needed_text(parent, name))


def read_count(name: str, text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise BankFileError(f"{name} is no number.")
    return int(text)


def is_credit(parent: Element) -> bool:
    word = needed_text(parent, "CdtDbtInd")
    if word not in {"CRDT", "DBIT"}:
        raise BankFileError("CdtDbtInd is neither CRDT nor DBIT.")
    return word == "CRDT"


def is_true(parent: Element, *path: str) -> bool:
    return text_or_none(parent, *path) in {"true", "1"}


def day_or_none(parent: Element, *path: str) -> date | None:
    """Of a date, or of a moment: the day as it is written, which is the bank's own."""
    here = found(parent, *path)
    if here is None:
        return None
    text = (text_or_none(here, "Dt") or text_or_none(here, "DtTm")) if len(here) else here.text
    written = _DAY.fullmatch((text or "").strip())
    try:
        return date.fromisoformat(written[1] if written else "")
    except ValueError as error:
        raise BankFileError(f"{path[-1]} is no date.") from error


def code_of(parent: Element, name: str) -> str | None:
    """Of a choice between the standard's code and the bank's own."""
    return id_or_none(parent, name, "Cd") or id_or_none(parent, name, "Prtry")


def _needed(text: str | None, path: tuple[str, ...]) -> str:
    if text is None:
        raise BankFileError(f"{'/'.join(path)} is missing.")
    return text
