"""What goes over the wire to a Payment Hub EE and what comes back, as its public source has it.

Source: openMF/ph-ee-connector-common (TransactionChannelRequestDTO, IdentifierType, MoneyData,
PhErrorDTO, PaymentHubError) and openMF/ph-ee-operations-app (TransferResponse), both on GitHub.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

import msgspec
from stdnum import iban

from counterfoil.gateway.port import RejectReason
from counterfoil.money import Money, decimal_text

NOTE_LENGTH_MAX: Final = 128  # of a note in Mojaloop, where many of a hub's transfers end
TRANSACTION_EXISTS: Final = "TransactionExists"
# Only these say that the hub began nothing, and never will with this content.
MALFORMED: Final = frozenset(
    {"FormatError", "NegativeValue", "MandatoryValueNotSupplied", "SamePartiesError"}
)
_REASONS: Final[Mapping[str, RejectReason]] = {
    "PayerInsufficientBalance": RejectReason.NO_FUNDS,
    "PayeeNotFound": RejectReason.ACCOUNT_UNKNOWN,
    "PayeeFSPIdNotFound": RejectReason.ACCOUNT_UNKNOWN,
    "PayeeFspNotConfigured": RejectReason.ACCOUNT_UNKNOWN,
    "IdNotFound": RejectReason.ACCOUNT_UNKNOWN,
    "PayerNotFound": RejectReason.FUNDING_ACCOUNT_UNKNOWN,
    "PayerFSPIdNotFound": RejectReason.FUNDING_ACCOUNT_UNKNOWN,
    "PayerFspNotConfigured": RejectReason.FUNDING_ACCOUNT_UNKNOWN,
    "PayerCurrencyInvalid": RejectReason.CURRENCY_MISMATCH,
    "PayeeCurrencyInvalid": RejectReason.CURRENCY_MISMATCH,
    "CurrencyPairNotFound": RejectReason.CURRENCY_MISMATCH,
    "PayeeUnauthorized": RejectReason.CANNOT_CREDIT,
    "PayeeFSPTransactionTypeInvalid": RejectReason.CANNOT_CREDIT,
    "InactiveAccountStatus": RejectReason.CANNOT_CREDIT,
}
_HEADER_TEXT: Final = re.compile(r"[!-~]([ -~]{0,126}[!-~])?", re.ASCII)
_TELEPHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)

T = TypeVar("T")


class IdType(StrEnum):
    """Those of the hub's identifier types that an account of ours can be."""

    MSISDN = "MSISDN"
    IBAN = "IBAN"
    ACCOUNT_ID = "ACCOUNT_ID"


class PartyIdInfo(msgspec.Struct, rename="camel"):
    party_id_type: IdType
    party_identifier: str


class Party(msgspec.Struct, rename="camel"):
    party_id_info: PartyIdInfo


class Amount(msgspec.Struct):
    amount: str
    currency: str


class TransferBody(msgspec.Struct, rename="camel"):
    client_ref_id: str
    payer: Party
    payee: Party
    amount: Amount
    note: str


class TransferAnswer(msgspec.Struct, rename="camel"):
    transaction_id: str


class ErrorAnswer(msgspec.Struct, rename="camel"):
    error_code: str = ""


class Transfer(msgspec.Struct, rename="camel"):
    """`error_information` is JSON within a text in some of the hub's answers."""

    transaction_id: str | None = None
    client_correlation_id: str | None = None
    direction: str | None = None
    status: str | None = None
    completed_at: int | str | None = None
    error_information: ErrorAnswer | str | None = None
    amount: str | None = None
    currency: str | None = None


class Transfers(msgspec.Struct, rename="camel"):
    content: list[Transfer]


class Beneficiary(msgspec.Struct, rename="camel"):
    payee_identity: str
    financial_address: str | None = None
    banking_institution_code: str | None = None


def decoded(body: bytes, kind: type[T]) -> T | None:
    """None where it is not one."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def fits_into_header(text: str) -> bool:
    return bool(_HEADER_TEXT.fullmatch(text))


def party_id(account: str, scheme: str | None = None) -> PartyIdInfo:
    """What the account is called in the hub; without a scheme (iban, account, wallet) it is told
    by its form, a telephone number only with its plus.
    """
    bare = account.replace(" ", "")
    if scheme == "wallet" or (scheme is None and _TELEPHONE.fullmatch(bare)):
        return PartyIdInfo(IdType.MSISDN, bare.removeprefix("+"))
    if scheme == "iban" or (scheme is None and iban.is_valid(bare)):
        return PartyIdInfo(IdType.IBAN, bare.upper())
    return PartyIdInfo(IdType.ACCOUNT_ID, account)


def amount_of(money: Money) -> Amount:
    """As Mojaloop writes amounts: no zeros at the end, so `10.50` is `10.5`."""
    text = decimal_text(money.amount_minor, money.currency)
    return Amount(plain(text), money.currency)


def plain(amount: str) -> str:
    """An amount without zeros behind its last decimal."""
    return amount.rstrip("0").rstrip(".") if "." in amount else amount


def reject_reason(error: ErrorAnswer | str | None) -> RejectReason:
    """Why the hub says a transfer failed; `other` where it says nothing that we know."""
    if isinstance(error, str):
        error = decoded(error.encode(), ErrorAnswer)
    return (
        RejectReason.OTHER if error is None else _REASONS.get(error.error_code, RejectReason.OTHER)
    )
