"""Dialect 1 as the OpenAPI document tells it: bodies, answers, and which codes may come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from counterfoil.api.govstack_v1 import MessageAnswer, ResultAnswer, StatusAnswer

CallingSystem = Annotated[
    str, Meta(description="The calling system the key belongs to.", examples=["Social-Benefits"])
]
Digits = Annotated[str, Meta(pattern="^[0-9]{16,25}$")]
GivenNumber = (
    Annotated[int, Meta(ge=1, le=2**63 - 1)] | Annotated[str, Meta(pattern="^[0-9]{4,25}$")]
)


class PreactivationBody(msgspec.Struct):
    voucher_amount: Annotated[
        str,
        Meta(pattern="^([0]|([1-9][0-9]{0,17}))([.][0-9]{0,3}[0-9])?$", examples=["10.00"]),
    ]
    voucher_currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", examples=["KES"])]
    voucher_group: Annotated[str, Meta(examples=["FOOD-AID"])]
    Gov_Stack_BB: CallingSystem
    voucher_comment: Annotated[str, Meta(max_length=1000)] | None = None


class PreactivationAnswer(msgspec.Struct):
    voucher_number: Digits
    voucher_serial_number: Digits
    expiry_date_time: datetime


class ActivationBody(msgspec.Struct):
    voucher_serial_number: GivenNumber
    Gov_Stack_BB: CallingSystem


class RedemptionBody(msgspec.Struct):
    voucher_number: GivenNumber
    Gov_Stack_BB: CallingSystem
    merchant_name: Annotated[str, Meta(examples=["Asha Stores"])]
    merchant_bank_details: Annotated[str, Meta(examples=["ACC-1"])]
    merchant_voucher_group: Annotated[str, Meta(examples=["FOOD"])] | None = None
    override: bool | None = None


class CancellationBody(msgspec.Struct):
    voucherserialnumber: str
    Gov_Stack_BB: CallingSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class GovStackCall:
    """One call; `refusals` beside those every call has."""

    method: str
    path: str
    name: str
    summary: str
    answer: type[msgspec.Struct]
    refusals: Mapping[int, str]
    body: type[msgspec.Struct] | None = None


EVERY_CALL: Final[Mapping[int, str]] = {
    400: "The body, a header or the address cannot be read.",
    401: "The API key is missing or not valid.",
    460: "The calling system is unknown, or not registered for this call.",
    413: "The body is too large.",
    500: "Something went wrong here.",
    503: "Overloaded, or the database does not answer; try again.",
    599: "Something behind us did not answer in time.",
}
_REDEMPTION: Final[Mapping[int, str]] = {
    429: "Too many unknown numbers came from there; wait as long as Retry-After says.",
    458: "Already used, or a payment for it is in progress.",
    459: "Expired.",
    461: "The number is malformed or unknown, or its voucher is suspended, blocked, cancelled or"
    " not activated; the message says which.",
    462: "The funding account has not enough money.",
    463: "The merchant is unknown, not approved, cannot be credited, or may not accept the group.",
}

CALLS: Final = (
    GovStackCall(
        method="POST",
        path="/vouchers/voucher_preactivation",
        name="govstack_preactivate",
        summary="Draw a voucher of a group and amount",
        body=PreactivationBody,
        answer=PreactivationAnswer,
        refusals={
            452: "The amount is missing, malformed, zero or not one the group has.",
            453: "The currency is missing, unknown or not the group's.",
            454: "The group is missing or unknown.",
            455: "No voucher is left.",
        },
    ),
    GovStackCall(
        method="PATCH",
        path="/vouchers/voucher_activation",
        name="govstack_activate",
        summary="Activate a pre-activated voucher",
        body=ActivationBody,
        answer=ResultAnswer,
        refusals={
            455: "No funds are left for a voucher created on demand.",
            456: "The serial is missing, malformed, unknown or not pre-activated.",
        },
    ),
    GovStackCall(
        method="POST",
        path="/vouchers/voucher_redemption",
        name="govstack_redeem",
        summary="Redeem a voucher at a registered merchant",
        body=RedemptionBody,
        answer=ResultAnswer,
        refusals=_REDEMPTION,
    ),
    GovStackCall(
        method="POST",
        path="/vouchers/voucher_redeemption",
        name="govstack_redeem_older_spelling",
        summary="The same, as the first edition spelt it",
        body=RedemptionBody,
        answer=ResultAnswer,
        refusals=_REDEMPTION,
    ),
    GovStackCall(
        method="GET",
        path="/vouchers/voucherstatuscheck/{voucherserialnumber}",
        name="govstack_status",
        summary="How a voucher stands",
        answer=StatusAnswer,
        refusals={456: "The serial is unknown.", 458: "Used.", 459: "Expired."},
    ),
    GovStackCall(
        method="PATCH",
        path="/vouchers/voucherstatuscheck/{voucherserialnumber}",
        name="govstack_cancel",
        summary="Cancel a voucher",
        body=CancellationBody,
        answer=MessageAnswer,
        refusals={
            463: "The serial or the calling system is unknown; or the voucher is consumed,"
            " suspended or expired; the message says which.",
            464: "Cancelled already.",
        },
    ),
)
HEADERS: Final[Mapping[str, str]] = {
    "X-CorrelationID": "A UUID that makes the call idempotent.",
    "X-Content-Hash": "SHA-256 of the body in hexadecimal; checked when sent.",
}
