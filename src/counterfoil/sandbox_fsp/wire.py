"""The bank's JSON: what it reads, strictly, and what it writes. Amounts are decimal strings."""

from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar
from uuid import UUID

import msgspec

from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money, decimal_text, is_currency, parse_amount
from counterfoil.sandbox_fsp.bank import (
    DELAY_SECONDS,
    Account,
    AccountKind,
    Behaviour,
    Conduct,
    Order,
    Reason,
    Transfer,
    TransferStatus,
)
from counterfoil.sandbox_fsp.ledger import AccountDetails, RefusedError
from counterfoil.sandbox_fsp.store import Totals

ACCOUNT_ID_PATTERN: Final = r"^[A-Za-z0-9+][A-Za-z0-9._:+-]{0,63}$"
_PLAIN_TEXT: Final = r"^[^\x00-\x1f\x7f]*$"

AccountId = Annotated[str, msgspec.Meta(pattern=ACCOUNT_ID_PATTERN)]
Text = Annotated[str, msgspec.Meta(pattern=_PLAIN_TEXT, max_length=140)]
Name = Annotated[str, msgspec.Meta(pattern=_PLAIN_TEXT, min_length=1, max_length=140)]
DelaySeconds = Annotated[float, msgspec.Meta(ge=0, le=60)]
Calls = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class AccountBody(msgspec.Struct, forbid_unknown_fields=True):
    currency: str
    name: Name
    kind: AccountKind
    identifier: Name | None = None
    balance: str = "0"
    behaviour: Behaviour | None = None


class ConductBody(msgspec.Struct, forbid_unknown_fields=True):
    behaviour: Behaviour
    delay_seconds: DelaySeconds | None = None
    times: Calls | None = None


class DepositBody(msgspec.Struct, forbid_unknown_fields=True):
    amount: str
    currency: str
    reference: Name


class TransferBody(msgspec.Struct, forbid_unknown_fields=True):
    transfer_id: UUID
    source: AccountId = msgspec.field(name="from")
    target: AccountId = msgspec.field(name="to")
    amount: str
    currency: str
    narrative: Text = ""


class LookupBody(msgspec.Struct, forbid_unknown_fields=True):
    identifier: Name


class ErrorAnswer(msgspec.Struct):
    code: str
    detail: str


class AccountAnswer(msgspec.Struct):
    account: str
    currency: str
    name: str
    kind: AccountKind
    identifier: str | None
    balance: str
    behaviour: Behaviour
    delay_seconds: float
    times: int | None


class AccountsAnswer(msgspec.Struct):
    accounts: list[AccountAnswer]
    next: str | None


class LegAnswer(msgspec.Struct):
    kind: str
    account: str
    amount: str


class CallbackAnswer(msgspec.Struct):
    tries: int
    delivered: bool


class TransferAnswer(msgspec.Struct):
    transfer_id: UUID
    status: TransferStatus
    reason: Reason | None
    reference: str
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    amount: str
    currency: str
    narrative: str
    behaviours: list[Behaviour]
    recorded_at: datetime
    legs: list[LegAnswer]
    callbacks: list[CallbackAnswer]


class TransfersAnswer(msgspec.Struct):
    transfers: list[TransferAnswer]
    next: int | None


class TotalsAnswer(msgspec.Struct):
    account: str
    currency: str
    balance: str
    legs: str
    deposits: str
    debits: str
    credits: str
    givebacks: str


class SummaryAnswer(msgspec.Struct):
    """`agrees`: every account of this page has the balance that its legs add up to."""

    agrees: bool
    accounts: list[TotalsAnswer]
    transfers: dict[TransferStatus, int]
    next: str | None


B = TypeVar("B", AccountBody, ConductBody, DepositBody, TransferBody, LookupBody)


def read_body(body: bytes, kind: type[B]) -> B:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise RefusedError(422, "malformed", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(400, "malformed", "The body is not JSON.") from None


def money(amount: str, currency: str) -> Money:
    if not is_currency(currency):
        raise RefusedError(422, "malformed", "The currency is not one of ISO 4217.")
    try:
        return parse_amount(amount, currency)
    except MalformedAmountError as error:
        raise RefusedError(422, "malformed", str(error)) from None


def positive_money(amount: str, currency: str) -> Money:
    parsed = money(amount, currency)
    if parsed.amount_minor == 0:
        raise RefusedError(422, "malformed", "The amount must be more than zero.")
    return parsed


def account_details(account_id: str, body: AccountBody) -> AccountDetails:
    try:
        checked = msgspec.convert(account_id, AccountId)
    except msgspec.ValidationError:
        raise RefusedError(
            422, "malformed", "An account is 1 to 64 letters, digits or . _ : + -"
        ) from None
    return AccountDetails(checked, body.currency, body.name, body.kind, body.identifier)


def conduct(
    behaviour: Behaviour, *, delay_seconds: float | None = None, times: int | None = None
) -> Conduct:
    if delay_seconds is None:
        delay_seconds = DELAY_SECONDS.get(behaviour, 0.0)
    return Conduct(behaviour, delay_seconds, times)


def order(body: TransferBody) -> Order:
    if body.source == body.target:
        raise RefusedError(422, "malformed", "A transfer needs two different accounts.")
    amount = positive_money(body.amount, body.currency)
    return Order(body.transfer_id, body.source, body.target, amount, body.narrative)


def account_answer(account: Account) -> AccountAnswer:
    return AccountAnswer(
        account=account.account_id,
        currency=account.currency,
        name=account.name,
        kind=account.kind,
        identifier=account.identifier,
        balance=decimal_text(account.balance_minor, account.currency),
        behaviour=account.conduct.behaviour,
        delay_seconds=account.conduct.delay_seconds,
        times=account.conduct.calls_left,
    )


def transfer_answer(transfer: Transfer) -> TransferAnswer:
    currency = transfer.order.money.currency
    return TransferAnswer(
        transfer_id=transfer.order.transfer_id,
        status=transfer.status,
        reason=transfer.reason,
        reference=f"SBX{transfer.sequence:012d}",
        source=transfer.order.source_id,
        target=transfer.order.target_id,
        amount=decimal_text(transfer.order.money.amount_minor, currency),
        currency=currency,
        narrative=transfer.order.narrative,
        behaviours=sorted(transfer.behaviours),
        recorded_at=datetime.fromtimestamp(transfer.recorded_at_ms / 1000, UTC),
        legs=[
            LegAnswer(leg.kind, leg.account_id, decimal_text(leg.amount_minor, currency))
            for leg in transfer.legs
        ],
        callbacks=[CallbackAnswer(each.tries, each.delivered) for each in transfer.callbacks],
    )


def totals_answer(totals: Totals) -> TotalsAnswer:
    def text(amount_minor: int) -> str:
        return decimal_text(amount_minor, totals.currency)

    return TotalsAnswer(
        account=totals.account_id,
        currency=totals.currency,
        balance=text(totals.balance_minor),
        legs=text(totals.legs_minor),
        deposits=text(totals.deposits_minor),
        debits=text(totals.debits_minor),
        credits=text(totals.credits_minor),
        givebacks=text(totals.givebacks_minor),
    )
