"""GovStack VMS 1.0.3: one voucher a call, answered at once.

    read the body (400) ─▶ who calls (401, 460) ─▶ its fields (their own codes) ─▶ engine ─▶ reply

Bare ASGI, because redemption is the path that must be fast. Every error is `{"message": …}`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from counterfoil.api import govstack_v1_texts as texts
from counterfoil.api.auth import Clients, Principal
from counterfoil.api.body import (
    BodyTooLargeError,
    CallerGoneError,
    MalformedBodyError,
    whole_body,
)
from counterfoil.api.govstack_v1_reading import (
    Asked,
    RefusedError,
    preactivation,
    read_call,
    redemption,
    serial_number,
)
from counterfoil.api.govstack_v1_texts import TEXTS, Call, Text
from counterfoil.api.observe import SEEN, Seen, where
from counterfoil.api.redemptions import Redemptions, TooManyGuessesError
from counterfoil.api.reply import Header, Reply, json_reply, send_reply
from counterfoil.api.threads import DatabaseThreads
from counterfoil.engine.batcher import Batcher
from counterfoil.engine.operation import (
    Activate,
    Answer,
    Change,
    Outcome,
)
from counterfoil.engine.queries import VoucherRow, voucher_by_serial
from counterfoil.errors import DatabaseUnavailableError, OverloadedError
from counterfoil.money import decimal_text
from counterfoil.voucher import Action, State

PREFIX: Final = "/vouchers/"
REDEMPTION_PATHS: Final = (
    "/vouchers/voucher_redemption",
    "/vouchers/voucher_redeemption",  # as the first edition spelt it
)
STATUS_PREFIX: Final = "/vouchers/voucherstatuscheck/"
_SERIAL: Final = re.compile(r"[0-9A-Za-z]{1,25}", re.ASCII)
_RETRY_AFTER: Final[Header] = (b"retry-after", b"1")

_log = structlog.get_logger("counterfoil.api.govstack")


class MessageAnswer(msgspec.Struct):
    """Every refusal, and the success of a cancellation."""

    message: str


class ResultAnswer(msgspec.Struct):
    result_status: str


class PreactivationAnswer(msgspec.Struct):
    voucher_number: str
    voucher_serial_number: str
    expiry_date_time: datetime | None


class StatusAnswer(msgspec.Struct):
    voucher_status: str
    voucher_amount: str


Handler = Callable[[Asked], Awaitable[Reply]]
_ByMethod = dict[str, tuple[Call, Handler]]

STATUS_WORDS: Final[Mapping[State, str]] = {
    State.STOCKED: "Not Pre-Activated",
    State.PREACTIVATED: "Pre-Activated",
    State.ACTIVE: "Activated",
    State.SUSPENDED: "Suspended",
    State.BLOCKED: "Blocked",
    State.CANCELLED: "Blocked",
    State.REDEEMING: "Blocked",
    State.PURGED: "Purged",
}


class GovStackV1:
    """The ASGI application under /vouchers/."""

    def __init__(
        self,
        batcher: Batcher,
        threads: DatabaseThreads,
        clients: Clients,
        redemptions: Redemptions,
        *,
        is_open: bool,
    ) -> None:
        self._batcher = batcher
        self._threads = threads
        self._clients = clients
        self._redemptions = redemptions
        self._is_open = is_open
        redeem: _ByMethod = {"POST": (Call.REDEMPTION, self._redeem)}
        self._handlers: dict[str, _ByMethod] = {
            **dict.fromkeys(REDEMPTION_PATHS, redeem),
            "/vouchers/voucher_preactivation": {"POST": (Call.PREACTIVATION, self._preactivate)},
            "/vouchers/voucher_activation": {"PATCH": (Call.ACTIVATION, self._activate)},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await self._answered(scope, receive)
        except CallerGoneError:
            return
        except Exception as error:  # noqa: BLE001  # the caller gets its answer in its own form
            reply = _failure(error)
        scope[SEEN].outcome = reply.outcome
        await send_reply(send, reply)

    async def redeem(self, headers: dict[bytes, bytes], body: bytes, seen: Seen) -> Reply:
        """A redemption whose whole body is here; what POST to its path answers."""
        seen.operation = Call.REDEMPTION.value
        try:
            reply = await self._redeem(read_call(headers, seen, body, reads_body=True))
        except Exception as error:  # noqa: BLE001  # the caller gets its answer in its own form
            reply = _failure(error)
        seen.outcome, seen.status = reply.outcome, reply.status
        return reply

    async def _answered(self, scope: Scope, receive: Receive) -> Reply:
        path, method = scope["path"], scope["method"]
        by_method = self._handlers.get(path)
        if by_method is None:
            if not path.startswith(STATUS_PREFIX):
                raise RefusedError(texts.NOT_FOUND, "not_found")
            serial = path.removeprefix(STATUS_PREFIX)
            by_method = {
                "GET": (Call.STATUS, partial(self._status, serial)),
                "PATCH": (Call.CANCELLATION, partial(self._cancel, serial)),
            }
        found = by_method.get(method)
        if found is None:
            allow = ", ".join(by_method).encode()
            return _refusal(texts.METHOD_WRONG, "method_wrong", (b"allow", allow))
        call, handler = found
        seen: Seen = scope[SEEN]
        seen.operation = call.value
        headers = dict(scope["headers"])
        body = await whole_body(receive, headers)
        return await handler(read_call(headers, seen, body, reads_body=call is not Call.STATUS))

    # -------------------------------------------------------------- the five calls

    async def _redeem(self, asked: Asked) -> Reply:
        principal = await self._caller(asked, "redeem")
        operation = redemption(asked, principal)
        answer = await self._redemptions.redeem(
            principal,
            operation,
            terminal=asked.headers.get(b"x-client-id", b"").decode("latin-1") or None,
        )
        return _redeemed(answer)

    async def _preactivate(self, asked: Asked) -> Reply:
        principal = await self._caller(asked, "preactivate")
        operation = preactivation(asked, principal)
        answer = await self._batcher.submit(principal.issuer, operation)
        if answer.outcome is not Outcome.DONE or answer.number is None:
            return _outcome(Call.PREACTIVATION, answer.outcome)
        return json_reply(
            200,
            PreactivationAnswer(answer.number, str(answer.serial), answer.expires_at),
            answer.outcome,
        )

    async def _activate(self, asked: Asked) -> Reply:
        principal = await self._caller(asked, "activate")
        serial = serial_number(asked.body.get("voucher_serial_number"))
        if serial is None:
            raise RefusedError(texts.SERIAL_MALFORMED, Outcome.SERIAL_UNKNOWN)
        operation = Activate(caller=principal.caller, reference=asked.reference, serial=serial)
        answer = await self._batcher.submit(principal.issuer, operation)
        return _result(Call.ACTIVATION, answer)

    async def _cancel(self, path_serial: str, asked: Asked) -> Reply:
        given = asked.body.get("voucherserialnumber")
        if given is None or asked.body.get("Gov_Stack_BB") is None:
            raise RefusedError(texts.CANCEL_INCOMPLETE, "malformed")
        try:
            principal = await self._caller(asked, "cancel", "admin")
        except RefusedError as refusal:
            if refusal.text.status != texts.CALLER_UNKNOWN.status:
                raise
            raise RefusedError(Text(463, refusal.text.message), refusal.outcome) from None
        if not isinstance(given, str):
            raise RefusedError(texts.CANCEL_SERIAL_MALFORMED, Outcome.SERIAL_UNKNOWN)
        if given != path_serial:
            raise RefusedError(texts.CANCEL_UNEQUAL, "malformed")
        serial = serial_number(given)
        if serial is None:
            raise RefusedError(texts.CANCEL_SERIAL_MALFORMED, Outcome.SERIAL_UNKNOWN)
        operation = Change(
            caller=principal.caller,
            reference=asked.reference,
            action=Action.CANCEL,
            serial=serial,
            reason="asked by the calling system",
        )
        answer = await self._batcher.submit(principal.issuer, operation)
        text = TEXTS[Call.CANCELLATION][answer.outcome]
        return _refusal(text, answer.outcome)

    async def _status(self, path_serial: str, asked: Asked) -> Reply:
        if _SERIAL.fullmatch(path_serial) is None:
            raise RefusedError(texts.SERIAL_IMPOSSIBLE, "malformed")
        issuer_id = await self._reader(asked)
        serial = serial_number(path_serial)
        found = (
            None
            if serial is None
            else await self._threads.run(
                lambda connection: voucher_by_serial(connection, issuer_id, serial)
            )
        )
        return _standing(found)

    # -------------------------------------------------------------- who calls

    async def _caller(self, asked: Asked, *scopes: str) -> Principal:
        """Raises RefusedError: 401 for the key; 460 for the name, or what it may not do."""
        key = asked.headers.get(b"x-api-key")
        name = asked.body.get("Gov_Stack_BB")
        if key is not None or not self._is_open:
            principal = (key and self._clients.just_seen(key)) or await self._of_key(key)
            if name != principal.name:
                raise RefusedError(texts.CALLER_UNKNOWN, Outcome.CLIENT_UNKNOWN)
        else:
            found = await self._clients.of_name(name) if isinstance(name, str) and name else None
            if found is None:
                raise RefusedError(texts.CALLER_UNKNOWN, Outcome.CLIENT_UNKNOWN)
            principal = found
        asked.seen.actor = principal.caller.actor
        _check_scopes(principal, *scopes)
        return principal

    async def _reader(self, asked: Asked) -> int:
        """The issuer whose vouchers may be looked at; a GET names no calling system."""
        key = asked.headers.get(b"x-api-key")
        if key is None and self._is_open:
            return (await self._clients.open_tenant()).issuer.issuer_id
        principal = await self._of_key(key)
        asked.seen.actor = principal.caller.actor
        _check_scopes(principal, "status", "admin")
        return principal.issuer.issuer_id

    async def _of_key(self, key: bytes | None) -> Principal:
        principal = None if key is None else await self._clients.of_key(key)
        if principal is None:
            raise RefusedError(texts.KEY_REFUSED, "key_refused")
        return principal


def _check_scopes(principal: Principal, *scopes: str) -> None:
    if principal.scopes.isdisjoint(scopes):
        raise RefusedError(texts.NOT_PERMITTED, Outcome.SCOPE_MISSING)


# ------------------------------------------------------------------ answering


def _failure(error: Exception) -> Reply:
    """Whatever happens, `{"message": …}`; what is unexpected is logged by its type alone."""
    match error:
        case RefusedError():
            return _refusal(error.text, error.outcome)
        case MalformedBodyError():
            return _refusal(Text(400, str(error)), "malformed")
        case BodyTooLargeError():
            return _refusal(texts.TOO_LARGE, "too_large")
        case TooManyGuessesError():
            wait = b"%d" % error.retry_after_seconds
            return _refusal(texts.TOO_MANY_GUESSES, "too_many_guesses", (b"retry-after", wait))
        case OverloadedError():
            return _refusal(texts.OVERLOADED, "overloaded", _RETRY_AFTER)
        case DatabaseUnavailableError():
            return _refusal(texts.UNAVAILABLE, "unavailable", _RETRY_AFTER)
        case _:
            _log.error("request.failed", cause=type(error).__name__, at=where(error))
            return _refusal(texts.FAILED, "failed")


def _refusal(text: Text, outcome: str, *headers: Header) -> Reply:
    return json_reply(text.status, MessageAnswer(text.message), outcome, headers)


def _outcome(call: Call, outcome: Outcome) -> Reply:
    return _refusal(TEXTS[call][outcome], outcome)


def _result(call: Call, answer: Answer) -> Reply:
    text = TEXTS[call][answer.outcome]
    if answer.outcome is not Outcome.DONE:
        return _refusal(text, answer.outcome)
    return json_reply(200, ResultAnswer(text.message), answer.outcome)


_REDEEMED: Final = json_reply(200, ResultAnswer(texts.REDEEMED), Outcome.DONE)


def _redeemed(answer: Answer) -> Reply:
    if answer.outcome is Outcome.DONE:
        return _REDEEMED
    return _outcome(Call.REDEMPTION, answer.outcome)


def _standing(found: VoucherRow | None) -> Reply:
    if found is None:
        return _outcome(Call.STATUS, Outcome.SERIAL_UNKNOWN)
    state = found.state
    if state is State.REDEEMED:
        return _outcome(Call.STATUS, Outcome.ALREADY_REDEEMED)
    if state is State.EXPIRED:
        return _outcome(Call.STATUS, Outcome.EXPIRED)
    amount = decimal_text(found.amount_minor, found.currency)
    return json_reply(200, StatusAnswer(STATUS_WORDS[state], amount), Outcome.DONE)
