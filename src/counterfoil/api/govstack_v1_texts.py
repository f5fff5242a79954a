"""What dialect 1 answers to each outcome: status and text, one table for each call.

The codes are GovStack's own (VMS 1.0.3); every call has an answer to every outcome, so that
none can surprise a caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from counterfoil.engine.operation import Outcome


class Call(StrEnum):
    PREACTIVATION = "preactivate"
    ACTIVATION = "activate"
    REDEMPTION = "redeem"
    CANCELLATION = "cancel"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Text:
    status: int
    message: str


CALLER_UNKNOWN: Final = Text(
    460, "The calling system is unknown. Gov_Stack_BB must name the system the API key belongs to."
)
NOT_PERMITTED: Final = Text(460, "The calling system is not registered for this call.")
KEY_REFUSED: Final = Text(401, "The API key is missing or not valid. Send it as X-API-Key.")
NUMBER_MALFORMED: Final = Text(461, "The voucher number must be 4 to 25 digits.")
NUMBER_MISTYPED: Final = Text(
    461, "The voucher number is mistyped: its check digit does not fit. Read it again."
)
SERIAL_MALFORMED: Final = Text(456, "The voucher serial number must be a number.")
SERIAL_IMPOSSIBLE: Final = Text(400, "A voucher serial number has up to 25 digits, nothing else.")
CANCEL_SERIAL_MALFORMED: Final = Text(463, "The voucher serial number must be a text of digits.")
CANCEL_INCOMPLETE: Final = Text(400, "voucherserialnumber and Gov_Stack_BB are both required.")
CANCEL_UNEQUAL: Final = Text(400, "voucherserialnumber differs from the one in the address.")
CANCEL_CALLER_UNKNOWN: Final = Text(463, CALLER_UNKNOWN.message)
CANCEL_NOT_PERMITTED: Final = Text(463, NOT_PERMITTED.message)
TOO_MANY_GUESSES: Final = Text(
    429, "Too many unknown voucher numbers came from there. Wait before trying again."
)
NOT_FOUND: Final = Text(404, "There is no such address.")
METHOD_WRONG: Final = Text(405, "This address does not take that method.")
TOO_LARGE: Final = Text(413, "The body is larger than a call here can need.")
OVERLOADED: Final = Text(503, "Too much is being asked at once. Try again in a moment.")
UNAVAILABLE: Final = Text(
    503, "The service cannot answer now. Ask again with the same X-CorrelationID."
)
FAILED: Final = Text(500, "Something went wrong here. Ask again with the same X-CorrelationID.")

REDEEMED: Final = "The voucher has been redeemed."
ACTIVATED: Final = "The voucher has been activated."
CANCELLED: Final = "The voucher has been cancelled."

# What holds for every call unless its own table says otherwise.
_GENERAL: Final[Mapping[Outcome, Text]] = {
    Outcome.DONE: Text(200, "Done."),
    Outcome.PENDING: Text(599, "The outcome is not known yet."),
    Outcome.CLIENT_UNKNOWN: CALLER_UNKNOWN,
    Outcome.SCOPE_MISSING: NOT_PERMITTED,
    Outcome.REFERENCE_REUSED: Text(
        400, "This X-CorrelationID was used for another request. Use a new one."
    ),
    Outcome.NUMBER_NO_LONGER_SHOWN: Text(
        400, "This request was answered before, and its voucher number is no longer shown."
    ),
    Outcome.AMOUNT_INVALID: Text(
        452, "voucher_amount must be a text such as 10.00 and an amount this voucher group has."
    ),
    Outcome.CURRENCY_INVALID: Text(
        453, "voucher_currency must be the ISO 4217 code of the voucher group's currency."
    ),
    Outcome.GROUP_UNKNOWN: Text(454, "The voucher group is unknown or closed."),
    Outcome.SALES_CLOSED: Text(
        454, "The programme of this voucher group hands out no more vouchers."
    ),
    Outcome.OUT_OF_STOCK: Text(455, "No voucher of this group and amount is left."),
    Outcome.FUNDS_MISSING: Text(455, "No voucher can be created: the funds are used up."),
}


def _texts(own: Mapping[Outcome, Text], *, otherwise: int) -> Mapping[Outcome, Text]:
    """`otherwise` is the call's code for a voucher that cannot take what is asked."""
    state = {
        Outcome.NUMBER_MALFORMED: "The voucher number is malformed.",
        Outcome.NUMBER_UNKNOWN: "The voucher number is unknown.",
        Outcome.SECRET_WRONG: "The secret is not this voucher's.",
        Outcome.SERIAL_UNKNOWN: "The voucher serial number is unknown.",
        Outcome.ALREADY_REDEEMED: "The voucher has already been used.",
        Outcome.PAYMENT_IN_PROGRESS: "A payment for this voucher is in progress.",
        Outcome.EXPIRED: "The voucher has expired.",
        Outcome.SUSPENDED: "The voucher is suspended.",
        Outcome.BLOCKED: "The voucher is blocked.",
        Outcome.ALREADY_CANCELLED: "The voucher is cancelled.",
        Outcome.PURGED: "The voucher has been purged.",
        Outcome.NOT_PREACTIVATED: "The voucher is not pre-activated.",
        Outcome.NOT_ACTIVE: "The voucher is not activated.",
        Outcome.NOT_ALLOWED: "The voucher's state does not allow this.",
        Outcome.NOT_DUE: "The voucher is not due.",
        Outcome.REDEMPTION_CLOSED: "The programme of this voucher is over.",
        Outcome.ACCEPTOR_UNKNOWN: "The merchant is unknown.",
        Outcome.ACCEPTOR_NOT_APPROVED: "The merchant is not approved.",
        Outcome.GROUP_MISMATCH: "The voucher is not accepted there.",
        Outcome.LIMIT_REACHED: "A limit is reached.",
        Outcome.FUNDING_SHORT: "The funding account has not enough money.",
        Outcome.CANNOT_CREDIT: "The merchant's account cannot be credited.",
    }
    general = {outcome: Text(otherwise, message) for outcome, message in state.items()}
    return {**general, **_GENERAL, **own}


TEXTS: Final[Mapping[Call, Mapping[Outcome, Text]]] = {
    Call.PREACTIVATION: _texts({}, otherwise=455),
    Call.ACTIVATION: _texts(
        {
            Outcome.DONE: Text(200, ACTIVATED),
            Outcome.NOT_ALLOWED: Text(456, "The voucher is activated already."),
        },
        otherwise=456,
    ),
    Call.REDEMPTION: _texts(
        {
            Outcome.DONE: Text(200, REDEEMED),
            Outcome.PENDING: Text(
                599,
                "The financial provider did not answer in time. The voucher stays reserved until"
                " the outcome is known; ask again with the same X-CorrelationID.",
            ),
            Outcome.ALREADY_REDEEMED: Text(458, "The voucher has already been used."),
            Outcome.PAYMENT_IN_PROGRESS: Text(
                458, "A payment for this voucher is in progress; it cannot be used again."
            ),
            Outcome.EXPIRED: Text(459, "The voucher has expired."),
            Outcome.REDEMPTION_CLOSED: Text(
                459, "The programme of this voucher is over; it can be redeemed no more."
            ),
            Outcome.ACCEPTOR_UNKNOWN: Text(
                463,
                "The merchant is unknown: merchant_name and merchant_bank_details must be those"
                " the merchant is registered with.",
            ),
            Outcome.ACCEPTOR_NOT_APPROVED: Text(463, "The merchant is not approved."),
            Outcome.GROUP_MISMATCH: Text(463, "The merchant may not accept this voucher group."),
            Outcome.LIMIT_REACHED: Text(463, "The merchant has reached its limit for today."),
            Outcome.FUNDING_SHORT: Text(
                462, "The funding account has not enough money. The voucher was not used."
            ),
            Outcome.CANNOT_CREDIT: Text(
                463, "The merchant's account cannot be credited. The voucher was not used."
            ),
        },
        otherwise=461,
    ),
    Call.CANCELLATION: _texts(
        {
            Outcome.DONE: Text(200, CANCELLED),
            Outcome.CLIENT_UNKNOWN: CANCEL_CALLER_UNKNOWN,
            Outcome.SCOPE_MISSING: CANCEL_NOT_PERMITTED,
            Outcome.ALREADY_CANCELLED: Text(464, "The voucher is cancelled already."),
        },
        otherwise=463,
    ),
    Call.STATUS: _texts(
        {
            Outcome.ALREADY_REDEEMED: Text(458, "The voucher has already been used."),
            Outcome.EXPIRED: Text(459, "The voucher has expired."),
        },
        otherwise=456,
    ),
}
