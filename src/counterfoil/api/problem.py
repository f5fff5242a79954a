"""Refusals outside the GovStack dialects: RFC 9457 problems with a stable `code`."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from counterfoil.api.body import BodyTooLargeError, MalformedBodyError
from counterfoil.api.observe import SEEN, where
from counterfoil.api.redemptions import TooManyGuessesError
from counterfoil.engine.operation import Outcome
from counterfoil.errors import (
    ConflictError,
    DatabaseUnavailableError,
    MalformedAmountError,
    NotFoundError,
    OverloadedError,
    ReferenceReusedError,
)

PROBLEM_JSON: Final = "application/problem+json"
_STRANGE_FIELD: Final = re.compile(r"unknown field `(?![A-Za-z_]{1,40}`).*", re.DOTALL)
_log = structlog.get_logger("counterfoil.api")


class Problem(msgspec.Struct):
    """`code` is for programs and never changes; `detail` is for people."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"


class ProblemError(Exception):
    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


# What the engine refuses, by status; the code is the outcome's own.
OUTCOME_STATUS: Final[Mapping[Outcome, int]] = {
    Outcome.DONE: 200,
    Outcome.PENDING: 202,
    Outcome.CLIENT_UNKNOWN: 401,
    Outcome.SCOPE_MISSING: 403,
    Outcome.REFERENCE_REUSED: 409,
    Outcome.NUMBER_NO_LONGER_SHOWN: 409,
    Outcome.AMOUNT_INVALID: 422,
    Outcome.CURRENCY_INVALID: 422,
    Outcome.GROUP_UNKNOWN: 404,
    Outcome.SALES_CLOSED: 409,
    Outcome.OUT_OF_STOCK: 409,
    Outcome.FUNDS_MISSING: 409,
    Outcome.NUMBER_MALFORMED: 422,
    Outcome.NUMBER_UNKNOWN: 404,
    Outcome.SECRET_WRONG: 404,
    Outcome.SERIAL_UNKNOWN: 404,
    Outcome.ALREADY_REDEEMED: 409,
    Outcome.PAYMENT_IN_PROGRESS: 409,
    Outcome.EXPIRED: 409,
    Outcome.SUSPENDED: 409,
    Outcome.BLOCKED: 409,
    Outcome.ALREADY_CANCELLED: 409,
    Outcome.PURGED: 409,
    Outcome.NOT_PREACTIVATED: 409,
    Outcome.NOT_ACTIVE: 409,
    Outcome.NOT_ALLOWED: 409,
    Outcome.NOT_DUE: 409,
    Outcome.REDEMPTION_CLOSED: 409,
    Outcome.ACCEPTOR_UNKNOWN: 409,
    Outcome.ACCEPTOR_NOT_APPROVED: 409,
    Outcome.GROUP_MISMATCH: 409,
    Outcome.LIMIT_REACHED: 409,
    Outcome.FUNDING_SHORT: 409,
    Outcome.CANNOT_CREDIT: 409,
}


def outcome_problem(outcome: Outcome) -> ProblemError:
    words = outcome.value.replace("_", " ")
    return ProblemError(OUTCOME_STATUS[outcome], outcome.value, f"{words[0].upper()}{words[1:]}.")


def problem_response(request: Request, problem: ProblemError) -> Response:
    request.scope[SEEN].outcome = problem.code
    body = Problem(_title(problem.status), problem.status, problem.detail, problem.code)
    return Response(
        msgspec.json.encode(body), problem.status, problem.headers, media_type=PROBLEM_JSON
    )


def exception_handlers() -> dict[Any, Any]:
    """For Starlette: every error ends as a problem, and none shows a stack trace."""
    return {
        Exception: failed,
        ProblemError: problem_response,
        HTTPException: _http_error,
        MalformedBodyError: lambda request, error: problem_response(
            request, ProblemError(400, "malformed", str(error))
        ),
        BodyTooLargeError: lambda request, _error: problem_response(
            request, ProblemError(413, "too_large", "The body is larger than a call can need.")
        ),
        msgspec.ValidationError: lambda request, error: problem_response(
            request, ProblemError(422, "invalid", f"{_unquoted(str(error))}.")
        ),
        MalformedAmountError: lambda request, error: problem_response(
            request, ProblemError(422, "amount_invalid", str(error))
        ),
        NotFoundError: lambda request, error: problem_response(
            request, ProblemError(404, "not_found", str(error))
        ),
        ReferenceReusedError: lambda request, error: problem_response(
            request, ProblemError(409, "reference_reused", str(error))
        ),
        ConflictError: lambda request, error: problem_response(
            request, ProblemError(409, "conflict", str(error))
        ),
        TooManyGuessesError: lambda request, error: problem_response(
            request,
            ProblemError(
                429, "too_many_guesses", str(error), {"Retry-After": str(error.retry_after_seconds)}
            ),
        ),
        OverloadedError: lambda request, error: problem_response(
            request,
            ProblemError(
                503, "overloaded", str(error), {"Retry-After": str(error.retry_after_seconds)}
            ),
        ),
        DatabaseUnavailableError: lambda request, error: problem_response(
            request, ProblemError(503, "unavailable", str(error), {"Retry-After": "1"})
        ),
    }


def failed(request: Request, error: Exception) -> Response:
    """A bug. What it says may hold what was sent, so only its type and place are logged."""
    _log.error("request.failed", cause=type(error).__name__, at=where(error))
    return problem_response(
        request, ProblemError(500, "failed", "Something went wrong here. Ask again.")
    )


def _http_error(request: Request, error: HTTPException) -> Response:
    codes = {404: "not_found", 405: "method_wrong"}
    return problem_response(
        request,
        ProblemError(
            error.status_code,
            codes.get(error.status_code, "refused"),
            str(error.detail),
            error.headers,
        ),
    )


def _unquoted(message: str) -> str:
    """The name of a field is quoted only where it looks like one: it may be a value gone astray."""
    return _STRANGE_FIELD.sub("unknown field", message)


def _title(status: int) -> str:
    return HTTPStatus(status).phrase
