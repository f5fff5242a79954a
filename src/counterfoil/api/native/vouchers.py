"""Vouchers by serial: how they stand, what happened to them, and every change of their life."""

from datetime import datetime
from functools import partial
from typing import Final

import msgspec

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    ADMIN,
    Answered,
    Body,
    Code,
    Endpoint,
    Moment,
    Number,
    Reason,
    Serial,
)
from counterfoil.api.native.journal import (
    OperationsAnswer,
    SerialOperationsPage,
    operations_answer,
)
from counterfoil.api.native.moments import moment
from counterfoil.api.problem import ProblemError, outcome_problem
from counterfoil.api.redemptions import check_guesses
from counterfoil.engine.guessing import Guesser
from counterfoil.engine.listings import OperationFilter, operations_page
from counterfoil.engine.operation import Answer, Change, Outcome
from counterfoil.engine.queries import VoucherRow, serial_by_number, voucher_by_serial
from counterfoil.money import decimal_text
from counterfoil.voucher import Action, State

STATUS: Final = frozenset({"status", "admin"})
CANCEL: Final = frozenset({"cancel", "admin"})


class VoucherAnswer(msgspec.Struct, kw_only=True):
    """`state` is as it counts now: what is due has ended, whether or not a job has been there."""

    serial: str
    state: str
    prior_state: str | None
    amount: str
    currency: str
    group: str
    group_version: int
    provision_id: int
    expires_at: datetime | None
    hold_until: datetime | None
    changed_at: datetime
    replaced_by: str | None


class ChangeBody(Body, kw_only=True):
    reason: Reason


class ExtendBody(Body, kw_only=True):
    reason: Reason
    until: Moment


class ChangedAnswer(msgspec.Struct, kw_only=True):
    serial: str
    state: str
    amount: str | None
    currency: str | None
    expires_at: datetime | None
    repeated: bool


class ReplacedAnswer(msgspec.Struct, kw_only=True):
    """`replacement_number` is a secret, shown this once; null when the call is repeated."""

    serial: str
    state: str
    replacement_serial: str
    replacement_number: str | None
    repeated: bool


class ValidityBody(Body, kw_only=True):
    """One of serial and number; both for a secret that only counts with its serial."""

    serial: Serial | None = None
    number: Number | None = None
    group: Code | None = None


class ValidityAnswer(msgspec.Struct):
    """`reason` says why it could not be redeemed now; null where it could."""

    is_valid: bool
    reason: str | None
    serial: str | None
    group: str | None
    amount: str | None
    currency: str | None
    expires_at: datetime | None


async def get_voucher(asked: Asked) -> Answered:
    return Answered(_answer(await _voucher(asked, asked.serial())))


async def get_history(asked: Asked, page: SerialOperationsPage) -> Answered:
    serial = (await _voucher(asked, asked.serial())).serial
    issuer_id = asked.issuer_id
    wanted = OperationFilter(serial=serial)
    rows, following = await asked.desk.read(
        lambda connection: operations_page(
            connection, issuer_id, wanted, before=page.before, limit=page.limit
        )
    )
    return Answered(operations_answer(rows, following))


async def validate(asked: Asked, body: ValidityBody) -> Answered:
    if body.serial is None and body.number is None:
        raise ProblemError(422, "invalid", "Give a serial, a number or both.")
    issuer = asked.principal.issuer
    serial = body.serial
    number = body.number
    if number is not None:
        guard = asked.principal.tenant.guard
        who = Guesser(
            client_id=asked.principal.caller.client_id, acceptor_id=None, serial=body.serial
        )
        check_guesses(guard, who)
        with guard.trying(body.serial):
            serial = await asked.desk.read(
                lambda connection: serial_by_number(connection, issuer, number, serial=body.serial)
            )
            if serial is None:
                outcome = Outcome.NUMBER_UNKNOWN if body.serial is None else Outcome.SECRET_WRONG
                asked.desk.redemptions.count_guess(guard, who, outcome)
                return Answered(_not_valid(outcome))
    found = await asked.desk.read(
        lambda connection: voucher_by_serial(connection, issuer.issuer_id, serial or 0)
    )
    if found is None:
        return Answered(_not_valid(Outcome.SERIAL_UNKNOWN))
    if body.group is not None and body.group != found.group_code:
        return Answered(_not_valid(Outcome.GROUP_MISMATCH))
    return Answered(_validity(found))


async def change(action: Action, asked: Asked, body: ChangeBody) -> Answered:
    operation = Change(
        caller=asked.principal.caller,
        reference=asked.reference,
        action=action,
        serial=asked.serial(),
        reason=body.reason,
    )
    return Answered(_changed(await asked.desk.apply(asked.principal, operation)))


async def extend(asked: Asked, body: ExtendBody) -> Answered:
    operation = Change(
        caller=asked.principal.caller,
        reference=asked.reference,
        action=Action.EXTEND,
        serial=asked.serial(),
        reason=body.reason,
        extend_until=moment(body.until),
    )
    return Answered(_changed(await asked.desk.apply(asked.principal, operation)))


async def replace(asked: Asked, body: ChangeBody) -> Answered:
    operation = Change(
        caller=asked.principal.caller,
        reference=asked.reference,
        action=Action.REPLACE,
        serial=asked.serial(),
        reason=body.reason,
    )
    answer = await asked.desk.apply(asked.principal, operation)
    return Answered(
        ReplacedAnswer(
            serial=str(answer.serial),
            state=_word(answer.state),
            replacement_serial=str(answer.replacement_serial),
            replacement_number=answer.number,
            repeated=answer.repeated,
        )
    )


async def _voucher(asked: Asked, serial: int) -> VoucherRow:
    issuer_id = asked.issuer_id
    found = await asked.desk.read(
        lambda connection: voucher_by_serial(connection, issuer_id, serial)
    )
    if found is None:
        raise outcome_problem(Outcome.SERIAL_UNKNOWN)
    return found


def _answer(row: VoucherRow) -> VoucherAnswer:
    return VoucherAnswer(
        serial=str(row.serial),
        state=row.state.word,
        prior_state=None if row.prior_state is None else row.prior_state.word,
        amount=decimal_text(row.amount_minor, row.currency),
        currency=row.currency,
        group=row.group_code,
        group_version=row.group_version,
        provision_id=row.provision_id,
        expires_at=row.expires_at,
        hold_until=row.hold_until,
        changed_at=row.changed_at,
        replaced_by=None if row.replaced_by is None else str(row.replaced_by),
    )


def _changed(answer: Answer) -> ChangedAnswer:
    amount = None
    if answer.amount_minor is not None and answer.currency is not None:
        amount = decimal_text(answer.amount_minor, answer.currency)
    return ChangedAnswer(
        serial=str(answer.serial),
        state=_word(answer.state),
        amount=amount,
        currency=answer.currency,
        expires_at=answer.expires_at,
        repeated=answer.repeated,
    )


_WHY_NOT: Final = {
    State.STOCKED: Outcome.NOT_PREACTIVATED,
    State.PREACTIVATED: Outcome.NOT_ACTIVE,
    State.REDEEMING: Outcome.PAYMENT_IN_PROGRESS,
    State.REDEEMED: Outcome.ALREADY_REDEEMED,
    State.SUSPENDED: Outcome.SUSPENDED,
    State.BLOCKED: Outcome.BLOCKED,
    State.CANCELLED: Outcome.ALREADY_CANCELLED,
    State.EXPIRED: Outcome.EXPIRED,
    State.PURGED: Outcome.PURGED,
}


def _validity(row: VoucherRow) -> ValidityAnswer:
    reason = _WHY_NOT.get(row.state)
    return ValidityAnswer(
        reason is None,
        reason,
        str(row.serial),
        row.group_code,
        decimal_text(row.amount_minor, row.currency),
        row.currency,
        row.expires_at,
    )


def _not_valid(reason: Outcome) -> ValidityAnswer:
    return ValidityAnswer(False, reason, None, None, None, None, None)  # noqa: FBT003 the first field


def _word(state: State | None) -> str:
    return "" if state is None else state.word


def _change_endpoint(action: Action, summary: str, *, scopes: frozenset[str] = ADMIN) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/vouchers/{{serial}}/{action.word}",
        name=f"{action.word}_voucher",
        summary=summary,
        handler=partial(change, action),
        takes=ChangeBody,
        answer=ChangedAnswer,
        scopes=scopes,
        refusals=frozenset({404, 409}),
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/vouchers/{serial}",
        name="get_voucher",
        summary="How a voucher stands",
        handler=get_voucher,
        answer=VoucherAnswer,
        scopes=STATUS,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="GET",
        path="/vouchers/{serial}/history",
        name="get_voucher_history",
        summary="What happened to a voucher, the latest first",
        handler=get_history,
        takes=SerialOperationsPage,
        answer=OperationsAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/validations",
        name="validate_voucher",
        summary="Whether a voucher could be redeemed now, by serial or by number",
        description="The number travels in the body, never in an address.",
        handler=validate,
        takes=ValidityBody,
        answer=ValidityAnswer,
        scopes=STATUS,
        refusals=frozenset({429}),
    ),
    _change_endpoint(Action.SUSPEND, "Suspend a voucher"),
    _change_endpoint(Action.UNSUSPEND, "Put a suspended voucher back where it was"),
    _change_endpoint(Action.BLOCK, "Block a voucher, for security"),
    _change_endpoint(Action.UNBLOCK, "Put a blocked voucher back where it was"),
    _change_endpoint(Action.CANCEL, "Cancel a voucher and free its money", scopes=CANCEL),
    _change_endpoint(Action.PURGE, "Delete the secret and personal data of a finished voucher"),
    Endpoint(
        method="POST",
        path="/vouchers/{serial}/extend",
        name="extend_voucher",
        summary="Let a voucher be valid for longer",
        handler=extend,
        takes=ExtendBody,
        answer=ChangedAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="POST",
        path="/vouchers/{serial}/replace",
        name="replace_voucher",
        summary="Cancel a voucher and create one of the same value and validity in its place",
        handler=replace,
        takes=ChangeBody,
        answer=ReplacedAnswer,
        refusals=frozenset({404, 409}),
    ),
)
