"""The rail to the sandbox provider (`counterfoil.sandbox_fsp`), over HTTP.

Whatever is not a clear answer of that provider (a timeout, a closed connection, a 5xx, a
body that cannot be read) is `unknown`.
"""

import hashlib
import hmac
from typing import Final, Literal
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec
import structlog

from counterfoil.gateway.calls import Calls, Reply
from counterfoil.gateway.port import (
    AccountCheck,
    AccountStatus,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
    RejectReason,
)
from counterfoil.money import decimal_text

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


class SandboxGateway:
    """Shared by all threads. `timeout_seconds` bounds the wait for each answer."""

    def __init__(self, base_url: str, *, secret: str, timeout_seconds: float = 5.0) -> None:
        self._secret = secret.encode()
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._calls = Calls(base_url, headers=headers, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        """To be called when no call is under way."""
        self._calls.close()

    def submit(self, order: PaymentOrder) -> PaymentResult:
        body = _TransferBody(
            transfer_id=order.payment_id,
            source=order.funding_account,
            target=order.credit_account,
            amount=decimal_text(order.money.amount_minor, order.money.currency),
            currency=order.money.currency,
            narrative=order.narrative,
        )
        reply = self._calls.call("POST", "/transfers", content=msgspec.json.encode(body))
        if reply is None:
            return _UNKNOWN
        if reply.status_code in {400, 422} and _error_code(reply) == "malformed":
            # The provider can never take this content, so asking again would never end.
            return PaymentResult(PaymentStatus.REJECTED, RejectReason.MALFORMED)
        return _payment_result(reply, order.payment_id)

    def query(self, payment_id: UUID) -> PaymentResult:
        reply = self._calls.call("GET", f"/transfers/{payment_id}")
        if reply is None:
            return _UNKNOWN
        if reply.status_code == httpx.codes.NOT_FOUND:
            return PaymentResult(PaymentStatus.NOT_FOUND)
        return _payment_result(reply, payment_id)

    def verify_account(self, account: str, fsp: str) -> AccountCheck:  # noqa: ARG002 the sandbox stands for every FSP
        return _account_check(self._calls.call("GET", f"/accounts/{quote(account, safe='')}"))

    def lookup(self, identifier: str) -> AccountCheck:
        body = msgspec.json.encode(_LookupBody(identifier))
        return _account_check(self._calls.call("POST", "/lookups", content=body))

    def callback_is_authentic(self, body: bytes, signature_header: str) -> bool:
        """Whether `body` was signed by who knows the secret (`X-Sandbox-Signature`, hex)."""
        expected = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature_header.encode(errors="replace"))


def _payment_result(reply: Reply, payment_id: UUID) -> PaymentResult:
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


def _error_code(reply: Reply) -> str | None:
    try:
        return msgspec.json.decode(reply.body, type=_ErrorAnswer).code
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _account_check(reply: Reply | None) -> AccountCheck:
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
