"""What the codes of ISO 20022 say about why a payment was not made or came back.

Source: ISO 20022 external code sets, ExternalStatusReason1Code and ExternalReturnReason1Code.
"""

from collections.abc import Mapping
from typing import Final

from counterfoil.gateway.port import PaymentResult, PaymentStatus, RejectReason

# Refused because the bank has it already: what became of it is told of the first one.
REPEATS: Final = frozenset({"DUPL", "AM05"})
_REASONS: Final[Mapping[str, RejectReason]] = {
    "AC01": RejectReason.ACCOUNT_UNKNOWN,
    "AC02": RejectReason.FUNDING_ACCOUNT_UNKNOWN,
    "AC03": RejectReason.ACCOUNT_UNKNOWN,
    "AC04": RejectReason.CANNOT_CREDIT,
    "AC06": RejectReason.CANNOT_CREDIT,
    "AC07": RejectReason.CANNOT_CREDIT,
    "AC14": RejectReason.CANNOT_CREDIT,
    "AC15": RejectReason.CANNOT_CREDIT,
    "AG01": RejectReason.CANNOT_CREDIT,
    "AM03": RejectReason.CURRENCY_MISMATCH,
    "AM04": RejectReason.NO_FUNDS,
    "AM11": RejectReason.CURRENCY_MISMATCH,
    "BE04": RejectReason.CANNOT_CREDIT,
    "CURR": RejectReason.CURRENCY_MISMATCH,
    "FF01": RejectReason.MALFORMED,
    "MD07": RejectReason.CANNOT_CREDIT,
    "MS02": RejectReason.CANNOT_CREDIT,
    "RC01": RejectReason.CANNOT_CREDIT,
    "RC04": RejectReason.CANNOT_CREDIT,
}


def reject_reason(code: str | None) -> RejectReason:
    return _REASONS.get(code or "", RejectReason.OTHER)


def rejected(code: str | None, reference: str | None) -> PaymentResult:
    """A repeat was not made a second time; whether it was a first time, this does not say."""
    if code in REPEATS:
        return PaymentResult(PaymentStatus.UNKNOWN, None, reference)
    return PaymentResult(PaymentStatus.REJECTED, reject_reason(code), reference)


def returned(code: str | None, reference: str | None) -> PaymentResult:
    return PaymentResult(PaymentStatus.RETURNED, reject_reason(code), reference)
