"""The rail to a Mifos Payment Hub EE: one transfer a payment, over its channel API.

    POST channel /channel/transfer             ─▶ 200 transactionId: taken on, the end comes later
                                              └─▶ 400 TransactionExists: sent before, so asked for
    GET operations /api/v1/transfers           ─▶ completed, failed, under way, or no such transfer
    GET mapper /beneficiaries/{identity}       ─▶ the account that somebody registered for it

Sure, from openMF/ph-ee-connector-channel, -operations-app, -importer-rdbms, -integration-test and
-identity-account-mapper on GitHub, read in November 2026, and from mifos.gitbook.io/docs:

* The hub refuses a repeated `X-CorrelationID` for as long as its redis keeps it, where it is told
  to (`redis.idempotency`, `redis.cacheRetencyDuration` in days). It is the `clientCorrelationId`
  of the transfer.
* The channel's own two questions (`GET /channel/transfer/{transactionId}`, and
  `GET /channel/txnState/{X-CorrelationID}` with `requestType: transfers`) answer RECEIVED for what
  is under way, for what failed and for what is unknown alike. Both ask the operations app, so that
  is asked here: only it tells a failure.
* That app learns of a transfer later than the channel answers. A transfer whose workflow ended is
  FAILED when the name of its end says so, else COMPLETED; EXCEPTION waits for the hub's operators.
* The mapper keeps which account an identity is paid to. Whether an account exists it only tells a
  callback address, so `verify_account` does not know.

Assumed:

* FAILED with a `completedAt` is final, and what the payer was charged was given back.
* The operations app finds by `clientCorrelationId`. Some of its versions ignore that and answer
  with any transfers: an answer with others and not ours is `unknown`.
* One lasting token opens all three addresses, or none is asked for. Those that the operations app
  and Keycloak give out run out within the hour and need a proxy in between that renews them.
* The hub marks an id before it begins the transfer, so a hub that died in between refuses the id
  and knows no transfer: the payment stays `unknown` until a person has asked the hub's operators.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec
import structlog

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.bank_files import written_id
from counterfoil.gateway.calls import Calls, Reply
from counterfoil.gateway.payment_hub.wire import (
    MALFORMED,
    NOTE_LENGTH_MAX,
    TRANSACTION_EXISTS,
    Beneficiary,
    ErrorAnswer,
    Party,
    Transfer,
    TransferAnswer,
    TransferBody,
    Transfers,
    amount_of,
    decoded,
    fits_into_header,
    party_id,
    reject_reason,
)
from counterfoil.gateway.port import (
    AccountCheck,
    AccountStatus,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
    RejectReason,
)

_TRANSFERS_MAX: Final = 10  # one is expected
_UNKNOWN: Final = PaymentResult(PaymentStatus.UNKNOWN)
_NOT_FOUND: Final = PaymentResult(PaymentStatus.NOT_FOUND)
_MALFORMED: Final = PaymentResult(PaymentStatus.REJECTED, RejectReason.MALFORMED)

_log = structlog.get_logger("counterfoil.gateway.payment_hub")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where a hub is and who we are there. `refuses_repeats`: it is set up to refuse a known
    X-CorrelationID at /channel/transfer for longer than any payment is open; where it is not, a
    payment that it does not know is never sent again by itself.
    """

    channel_url: str
    operations_url: str
    mapper_url: str | None = None
    tenant: str
    registering_institution: str
    refuses_repeats: bool


class PaymentHubGateway:
    """Shared by all threads. `timeout_seconds` bounds the wait for each answer; `submit` may wait
    for two.
    """

    def __init__(self, hub: Hub, *, secret: str | None, timeout_seconds: float = 4.0) -> None:
        for text in (hub.tenant, hub.registering_institution, secret):
            if text is not None and not fits_into_header(text):
                raise WrongSettingError(
                    "The tenant, the institution and the secret of a payment hub are plain letters."
                )
        headers = {
            "Platform-TenantId": hub.tenant,
            "X-Registering-Institution-ID": hub.registering_institution,
        }
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        self._refuses_repeats = hub.refuses_repeats
        self._channel = Calls(hub.channel_url, headers=headers, timeout_seconds=timeout_seconds)
        self._operations = Calls(
            hub.operations_url, headers=headers, timeout_seconds=timeout_seconds
        )
        self._mapper = (
            None
            if hub.mapper_url is None
            else Calls(hub.mapper_url, headers=headers, timeout_seconds=timeout_seconds)
        )

    def close(self) -> None:
        """To be called when no call is under way."""
        for calls in (self._channel, self._operations, self._mapper):
            if calls is not None:
                calls.close()

    def submit(self, order: PaymentOrder) -> PaymentResult:
        if not fits_into_header(order.fsp):
            return _MALFORMED  # it fits into no header, so it was never sent
        reply = self._channel.call(
            "POST",
            "/channel/transfer",
            content=msgspec.json.encode(_body(order)),
            headers={
                "Content-Type": "application/json",
                "X-CorrelationID": written_id(order.payment_id),
                "X-PayeeDFSP-ID": order.fsp,
            },
        )
        if reply is None:
            return _UNKNOWN
        if reply.status_code == httpx.codes.BAD_REQUEST:
            return self._refused(reply, order.payment_id)
        answer = decoded(reply.body, TransferAnswer) if _is_success(reply) else None
        if answer is None or not answer.transaction_id:
            return _unclear(reply, order.payment_id)
        return PaymentResult(PaymentStatus.ACCEPTED, provider_reference=answer.transaction_id)

    def query(self, payment_id: UUID) -> PaymentResult:
        named = written_id(payment_id)
        reply = self._operations.call(
            "GET",
            f"/api/v1/transfers?page=0&size={_TRANSFERS_MAX}&clientCorrelationId={named}",
        )
        if reply is None:
            return _UNKNOWN
        answer = decoded(reply.body, Transfers) if _is_success(reply) else None
        if answer is None:
            return _unclear(reply, payment_id)
        if not answer.content:
            return _NOT_FOUND if self._refuses_repeats else _UNKNOWN
        ours = [
            transfer
            for transfer in answer.content
            if transfer.client_correlation_id == named and transfer.direction != "INCOMING"
        ]
        if len(ours) != 1:
            _log.warning(
                "gateway.not_one_transfer", payment_id=str(payment_id), transfers=len(ours)
            )
            return _UNKNOWN
        return transfer_result(ours[0])

    def verify_account(self, account: str, fsp: str) -> AccountCheck:  # noqa: ARG002 the hub tells nobody who asks
        return AccountCheck(AccountStatus.UNKNOWN)

    def lookup(self, identifier: str) -> AccountCheck:
        unknown = AccountCheck(AccountStatus.UNKNOWN)
        if self._mapper is None:
            return unknown
        reply = self._mapper.call("GET", f"/beneficiaries/{quote(identifier, safe='')}")
        if reply is None or not _is_success(reply):
            return unknown
        found = decoded(reply.body, Beneficiary)
        if found is None or found.payee_identity != identifier:
            return unknown
        if not found.financial_address:
            return AccountCheck(AccountStatus.NOT_FOUND)
        return AccountCheck(
            AccountStatus.FOUND,
            account=found.financial_address,
            fsp=found.banking_institution_code,
        )

    def _refused(self, reply: Reply, payment_id: UUID) -> PaymentResult:
        error = decoded(reply.body, ErrorAnswer)
        if error is None:
            return _unclear(reply, payment_id)
        if error.error_code == TRANSACTION_EXISTS:
            known = self.query(payment_id)
            return _UNKNOWN if known.status is PaymentStatus.NOT_FOUND else known
        if error.error_code in MALFORMED:
            return _MALFORMED
        return _unclear(reply, payment_id)


def transfer_result(transfer: Transfer) -> PaymentResult:
    """What the hub says of a transfer that it knows."""
    reference = transfer.transaction_id
    if transfer.status == "COMPLETED":
        return PaymentResult(PaymentStatus.COMPLETED, provider_reference=reference)
    if transfer.status == "FAILED" and transfer.completed_at is not None:
        reason = reject_reason(transfer.error_information)
        return PaymentResult(PaymentStatus.REJECTED, reason, reference)
    return PaymentResult(PaymentStatus.ACCEPTED, provider_reference=reference)


def _body(order: PaymentOrder) -> TransferBody:
    return TransferBody(
        client_ref_id=written_id(order.payment_id),
        payer=Party(party_id(order.funding_account)),
        payee=Party(party_id(order.credit_account)),
        amount=amount_of(order.money),
        note=order.narrative[:NOTE_LENGTH_MAX],
    )


def _is_success(reply: Reply) -> bool:
    return reply.status_code in {httpx.codes.OK, httpx.codes.ACCEPTED}


def _unclear(reply: Reply, payment_id: UUID) -> PaymentResult:
    # A wrong secret or address too: somebody must look, and no voucher is released.
    _log.warning(
        "gateway.no_clear_answer", payment_id=str(payment_id), status_code=reply.status_code
    )
    return _UNKNOWN
