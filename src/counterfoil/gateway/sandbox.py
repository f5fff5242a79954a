"""The rail to the sandbox provider (`counterfoil.sandbox_fsp`), over HTTP.

Whatever is not a clear answer of that provider (a timeout, a closed connection, a 5xx, a
body that cannot be read) is `unknown`.
"""

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec
import structlog

from counterfoil.gateway.port import (
    AccountCheck,
    AccountStatus,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
    RejectReason,
)
from counterfoil.money import decimal_text

ANSWER_BYTES_MAX: Final = 64 * 1024
# Shorter than the provider keeps an idle connection, so that it rarely closes one under a request.
KEEPALIVE_SECONDS: Final = 15.0
FSP: Final = "SANDBOX"

_UNKNOWN: Final = PaymentResult(PaymentStatus.UNKNOWN)

_log = structlog.get_logger("counterfoil.gateway.sandbox")


class _TransferBody(msgspec.Struct):
    transfer_id: UUID
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    amount: str
    currency: str
    narrative: str


class _TransferAnswer(msgspec.Struct):
    transfer_id: UUID
    status: Literal["accepted", "completed", "rejected"]
    reason: str | None
    reference: str


class _AccountAnswer(msgspec.Struct):
    account: str
    currency: str
    name: str


class _LookupBody(msgspec.Struct):
    identifier: str


class _ErrorAnswer(msgspec.Struct):
    code: str


@dataclass(frozen=True, slots=True)
class _Reply:
    status_code: int
    body: bytes


class SandboxGateway:
    """Shared by all threads. `timeout_seconds` bounds the wait for each answer.

    A call takes an idle client, or makes one, so each client carries one call at a time: one
    client for 64 threads spent its time polling idle connections under a lock (225 calls a
    second against 700).
    """

    def __init__(self, base_url: str, *, secret: str, timeout_seconds: float = 5.0) -> None:
        self._secret = secret.encode()
        self._base_url = httpx.URL(base_url)
        self._headers = {
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/json",
        }
        self._timeout_seconds = timeout_seconds
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._idle: deque[httpx.Client] = deque()

    def close(self) -> None:
        """To be called when no call is under way."""
        while self._idle:
            self._idle.pop().close()

    def submit(self, order: PaymentOrder) -> PaymentResult:
        body = _TransferBody(
            transfer_id=order.payment_id,
            source=order.funding_account,
            target=order.credit_account,
            amount=decimal_text(order.money.amount_minor, order.money.currency),
            currency=order.money.currency,
            narrative=order.narrative,
        )
        reply = self._call("POST", "/transfers", msgspec.json.encode(body))
        if reply is None:
            return _UNKNOWN
        if reply.status_code in {400, 422} and _error_code(reply) == "malformed":
            # The provider can never take this content, so asking again would never end.
            return PaymentResult(PaymentStatus.REJECTED, RejectReason.MALFORMED)
        return _payment_result(reply, order.payment_id)

    def query(self, payment_id: UUID) -> PaymentResult:
        reply = self._call("GET", f"/transfers/{payment_id}")
        if reply is None:
            return _UNKNOWN
        if reply.status_code == httpx.codes.NOT_FOUND:
            return PaymentResult(PaymentStatus.NOT_FOUND)
        return _payment_result(reply, payment_id)

    def verify_account(self, account: str, fsp: str) -> AccountCheck:  # noqa: ARG002 the sandbox stands for every FSP
        return _account_check(self._call("GET", f"/accounts/{quote(account, safe='')}"))

    def lookup(self, identifier: str) -> AccountCheck:
        body = msgspec.json.encode(_LookupBody(identifier))
        return _account_check(self._call("POST", "/lookups", body))

    def callback_is_authentic(self, body: bytes, signature_header: str) -> bool:
        """Whether `body` was signed by who knows the secret (`X-Sandbox-Signature`, hex)."""
        expected = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature_header.encode(errors="replace"))

    def _call(self, method: str, path: str, content: bytes | None = None) -> _Reply | None:
        deadline = time.monotonic() + self._timeout_seconds
        body = bytearray()
        try:
            with self._client() as client, client.stream(method, path, content=content) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    # The client's own timeout starts anew with every byte that trickles in.
                    if len(body) > ANSWER_BYTES_MAX or time.monotonic() > deadline:
                        return None
                return _Reply(response.status_code, bytes(body))
        except httpx.HTTPError as error:
            _log.info("gateway.no_answer", cause=type(error).__name__)
            return None

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        try:
            client = self._idle.pop()  # the one used last: its connection is the likeliest alive
        except IndexError:
            client = httpx.Client(
                base_url=self._base_url,
                headers=self._headers,
                timeout=self._timeout_seconds,
                limits=httpx.Limits(max_connections=1, keepalive_expiry=KEEPALIVE_SECONDS),
                verify=self._tls,
                trust_env=False,  # a proxy meant for the outside must not stand in between
            )
        try:
            yield client
        finally:
            self._idle.append(client)


def _payment_result(reply: _Reply, payment_id: UUID) -> PaymentResult:
    if reply.status_code != httpx.codes.OK:
        # A conflict or a wrong secret too: somebody must look, and no voucher is released.
        _log.warning(
            "gateway.no_clear_answer", payment_id=str(payment_id), status_code=reply.status_code
        )
        return _UNKNOWN
    try:
        answer = msgspec.json.decode(reply.body, type=_TransferAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _log.warning("gateway.unreadable_answer", payment_id=str(payment_id))
        return _UNKNOWN
    if answer.transfer_id != payment_id:
        _log.warning("gateway.answer_to_another", payment_id=str(payment_id))
        return _UNKNOWN
    status = PaymentStatus(answer.status)
    reason = _reject_reason(answer.reason) if status is PaymentStatus.REJECTED else None
    return PaymentResult(status, reason, answer.reference)


def _reject_reason(word: str | None) -> RejectReason:
    try:
        return RejectReason(word or "")
    except ValueError:
        return RejectReason.OTHER


def _error_code(reply: _Reply) -> str | None:
    try:
        return msgspec.json.decode(reply.body, type=_ErrorAnswer).code
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _account_check(reply: _Reply | None) -> AccountCheck:
    if reply is None:
        return AccountCheck(AccountStatus.UNKNOWN)
    if reply.status_code == httpx.codes.NOT_FOUND:
        return AccountCheck(AccountStatus.NOT_FOUND)
    if reply.status_code != httpx.codes.OK:
        return AccountCheck(AccountStatus.UNKNOWN)
    try:
        answer = msgspec.json.decode(reply.body, type=_AccountAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return AccountCheck(AccountStatus.UNKNOWN)
    return AccountCheck(
        AccountStatus.FOUND,
        account=answer.account,
        fsp=FSP,
        currency=answer.currency,
        holder_name=answer.name,
    )
