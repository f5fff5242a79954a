"""Files of a bank as ISO 20022 has them: which payments were taken on, what was booked, what comes
back. Whatever contradicts itself is refused whole, so that half a file never counts.

    pain.002  CstmrPmtStsRpt         a status for each payment, or for the file
    camt.054  BkToCstmrDbtCdtNtfctn  what was booked
    camt.053  BkToCstmrStmt          all of it, between two balances
    pacs.004  PmtRtr                 payments that come back

Versions are read by their elements' names, which hardly changed between those in use.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from counterfoil.gateway.bank_files import BankFile, BankFileError
from counterfoil.gateway.iso20022.account_reports import read_notification, read_statement
from counterfoil.gateway.iso20022.elements import each
from counterfoil.gateway.iso20022.payment_reports import read_return, read_status
from counterfoil.gateway.iso20022.xml_reading import read_xml

_NAMESPACE: Final = re.compile(
    r"\{urn:iso:std:iso:20022:tech:xsd:((?:pain|camt|pacs)\.[0-9]{3})\.[0-9]{3}\.[0-9]{2}\}Document"
)
_READERS: Final[Mapping[str, tuple[str, Callable[[Element], BankFile]]]] = {
    "pain.002": ("CstmrPmtStsRpt", read_status),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", read_notification),
    "camt.053": ("BkToCstmrStmt", read_statement),
    "pacs.004": ("PmtRtr", read_return),
}


def read_file(content: bytes) -> BankFile:
    """Raises BankFileError."""
    root = read_xml(content)
    named = _NAMESPACE.fullmatch(root.tag)
    known = None if named is None else _READERS.get(named[1])
    if known is None:
        names = ", ".join(_READERS)
        raise BankFileError(f"It is none of the messages that are read here: {names}.")
    name, read = known
    messages = each(root, name)
    if len(root) != 1 or len(messages) != 1:
        raise BankFileError(f"A document has one message in it, {name}.")
    return read(messages[0])
