"""The bank's HTTP: which route does what, who may call, and how an answer is withheld.

A call that changes something waits for the writer; a call that reads opens its own snapshot
in a thread of the pool.
"""

import asyncio
import hmac
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil.errors import OverloadedError
from counterfoil.sandbox_fsp import ledger, store, wire
from counterfoil.sandbox_fsp.bank import Account, Transfer, TransferStatus
from counterfoil.sandbox_fsp.callbacks import CallbackSender
from counterfoil.sandbox_fsp.ledger import RefusedError
from counterfoil.sandbox_fsp.writer import Writer

BODY_BYTES_MAX: Final = 16 * 1024

T = TypeVar("T")

_log = structlog.get_logger("counterfoil.sandbox_fsp")


def bank_app(data_path: Path, *, secret: str, callback_url: str | None = None) -> ASGIApp:
    """The whole bank as one ASGI application over the file at `data_path`."""
    desk = Desk(data_path, secret=secret, callback_url=callback_url)
    app = Starlette(
        routes=[
            Route("/health/live", _live, methods=["GET"]),
            Route("/accounts", desk.accounts, methods=["GET"]),
            Route("/accounts/{account_id}", desk.account, methods=["GET"]),
            Route("/accounts/{account_id}", desk.put_account, methods=["PUT"]),
            Route("/accounts/{account_id}/deposits", desk.create_deposit, methods=["POST"]),
            Route("/accounts/{account_id}/behaviour", desk.put_behaviour, methods=["PUT"]),
            Route("/lookups", desk.create_lookup, methods=["POST"]),
            Route("/transfers", desk.transfers, methods=["GET"]),
            Route("/transfers", desk.create_transfer, methods=["POST"]),
            Route("/transfers/{transfer_id:uuid}", desk.transfer, methods=["GET"]),
            Route("/summary", desk.summary, methods=["GET"]),
        ],
        lifespan=desk.lifespan,
        exception_handlers={
            RefusedError: _refused,
            HTTPException: _http_refused,
            ClientDisconnect: _gone,
            OverloadedError: _unavailable,
            sqlite3.Error: _unavailable,
            Exception: _failed,
        },
    )
    return Authenticated(app, secret=secret)


class Authenticated:
    """Lets through who knows the secret; anybody may ask whether the process lives."""

    def __init__(self, app: ASGIApp, *, secret: str) -> None:
        self._app = app
        self._expected = b"Bearer " + secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/health/live":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                refusal = _error(401, "unauthenticated", "Send the secret as a Bearer token.")
                refusal.headers["WWW-Authenticate"] = "Bearer"
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Desk:
    def __init__(self, data_path: Path, *, secret: str, callback_url: str | None) -> None:
        self._data_path = data_path
        self._writer = Writer(data_path)
        self._callbacks = (
            None
            if callback_url is None
            else CallbackSender(self._writer, data_path, url=callback_url, secret=secret)
        )
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._writer.start()
        with store.reading_connection(self._data_path) as connection:
            due = store.transfers_due(connection)
        for transfer_id, due_at_ms in due:
            self._end_later(transfer_id, due_at_ms)
        if self._callbacks is not None:
            self._callbacks.start()
        _log.info("bank.started", transfers_pending=len(due))
        yield
        for task in self._ending:
            task.cancel()
        if self._callbacks is not None:
            self._callbacks.stop()
        self._writer.stop()
        _log.info("bank.stopped")

    def accounts(self, request: Request) -> Response:
        after, limit = request.query_params.get("after", ""), _limit(request)
        with store.reading_connection(self._data_path) as connection:
            page = store.accounts(connection, after=after, limit=limit)
        following = page[-1].account_id if len(page) == limit else None
        return _json(wire.AccountsAnswer([wire.account_answer(each) for each in page], following))

    def account(self, request: Request) -> Response:
        with store.reading_connection(self._data_path) as connection:
            known = store.account(connection, request.path_params["account_id"])
        if known is None:
            raise RefusedError(404, "account_not_found", "There is no such account.")
        return _json(wire.account_answer(known))

    async def put_account(self, request: Request) -> Response:
        body = wire.read_body(await _body(request), wire.AccountBody)
        details = wire.account_details(request.path_params["account_id"], body)
        opening = wire.money(body.balance, body.currency)
        behaviour = body.behaviour

        def change(connection: sqlite3.Connection) -> wire.AccountAnswer:
            account = ledger.put_account(connection, details, opening_minor=opening.amount_minor)
            if behaviour is not None:
                conduct = wire.conduct(behaviour)
                account = ledger.set_conduct(connection, account.account_id, conduct)
            return wire.account_answer(account)

        return _json(await self._written(change))

    async def create_deposit(self, request: Request) -> Response:
        body = wire.read_body(await _body(request), wire.DepositBody)
        money = wire.positive_money(body.amount, body.currency)
        account_id = request.path_params["account_id"]
        account = await self._written(
            lambda connection: ledger.deposit(
                connection, account_id, money, reference=body.reference
            )
        )
        return _json(wire.account_answer(account))

    async def put_behaviour(self, request: Request) -> Response:
        body = wire.read_body(await _body(request), wire.ConductBody)
        conduct = wire.conduct(body.behaviour, delay_seconds=body.delay_seconds, times=body.times)
        account_id = request.path_params["account_id"]
        account = await self._written(
            lambda connection: ledger.set_conduct(connection, account_id, conduct)
        )
        return _json(wire.account_answer(account))

    async def create_lookup(self, request: Request) -> Response:
        """A POST, so that a phone number stands in no address."""
        body = wire.read_body(await _body(request), wire.LookupBody)
        known = await run_in_threadpool(self._account_by_identifier, body.identifier)
        if known is None:
            raise RefusedError(404, "account_not_found", "No account has that identifier.")
        return _json(wire.account_answer(known))

    async def create_transfer(self, request: Request) -> Response:
        order = wire.order(wire.read_body(await _body(request), wire.TransferBody))
        owed = self._callbacks is not None
        called = await self._written(
            lambda connection: ledger.transfer(connection, order, callbacks=owed)
        )
        if called.transfer is not None:
            self._follow_up(called.transfer)
        if called.answer_delay_seconds:
            await asyncio.sleep(called.answer_delay_seconds)
        if called.drops or called.transfer is None:
            return DroppedConnection()
        return _json(wire.transfer_answer(called.transfer))

    def transfer(self, request: Request) -> Response:
        transfer_id: UUID = request.path_params["transfer_id"]
        with store.reading_connection(self._data_path) as connection:
            known = store.transfer(connection, transfer_id)
        if known is None:
            raise RefusedError(404, "transfer_not_found", "There is no such transfer.")
        return _json(wire.transfer_answer(known))

    def transfers(self, request: Request) -> Response:
        after, limit = _number(request, "after", default=0), _limit(request)
        with store.reading_connection(self._data_path) as connection:
            page = store.transfers(connection, after=after, limit=limit)
        following = page[-1].sequence if len(page) == limit else None
        return _json(wire.TransfersAnswer([wire.transfer_answer(each) for each in page], following))

    def summary(self, request: Request) -> Response:
        after, limit = request.query_params.get("after", ""), _limit(request)
        with store.reading_connection(self._data_path) as connection:
            page = store.totals(connection, after=after, limit=limit)
            counts = store.transfer_counts(connection)
        return _json(
            wire.SummaryAnswer(
                agrees=all(each.balance_minor == each.legs_minor for each in page),
                accounts=[wire.totals_answer(each) for each in page],
                transfers=counts,
                next=page[-1].account_id if len(page) == limit else None,
            )
        )

    def _account_by_identifier(self, identifier: str) -> Account | None:
        with store.reading_connection(self._data_path) as connection:
            return store.account_by_identifier(connection, identifier)

    async def _written(self, change: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.wrap_future(self._writer.submit(change))

    def _follow_up(self, transfer: Transfer) -> None:
        if transfer.status is TransferStatus.ACCEPTED and transfer.due_at_ms is not None:
            self._end_later(transfer.order.transfer_id, transfer.due_at_ms)
        elif self._callbacks is not None:
            self._callbacks.wake()

    def _end_later(self, transfer_id: UUID, due_at_ms: int) -> None:
        """A repeated call may start this twice; the transfer ends once all the same."""
        task = asyncio.create_task(self._end(transfer_id, due_at_ms))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, transfer_id: UUID, due_at_ms: int) -> None:
        owed = self._callbacks is not None
        while True:
            await asyncio.sleep(max(0, due_at_ms - ledger.now_ms()) / 1000)
            try:
                await self._written(
                    lambda connection: ledger.end_transfer(connection, transfer_id, callbacks=owed)
                )
            except (OverloadedError, sqlite3.Error):
                due_at_ms = ledger.now_ms() + 1_000
            else:
                break
        if self._callbacks is not None:
            self._callbacks.wake()


class DroppedConnection(Response):
    """No response: the TCP connection is closed under the caller (`server.py` lends the means)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 nothing is sent
        scope["state"]["drop_connection"]()
        # To return before the server has noticed would make it answer 500 in our place.
        while (await receive())["type"] != "http.disconnect":
            pass


async def _live(_request: Request) -> Response:
    return _json({"status": "live"})


def _json(answer: msgspec.Struct | dict[str, str], status_code: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status_code, media_type="application/json")


def _error(status_code: int, code: str, detail: str) -> Response:
    return _json(wire.ErrorAnswer(code, detail), status_code)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise RefusedError(413, "too_large", f"A body has at most {BODY_BYTES_MAX} bytes.")
    return bytes(body)


def _limit(request: Request) -> int:
    return min(max(1, _number(request, "limit", default=100)), store.PAGE_ROWS_MAX)


def _number(request: Request, name: str, *, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 fits in SQLite's integer
        raise RefusedError(422, "malformed", f"{name} must be a whole number.")
    return int(text)


def _refused(_request: Request, error: Any) -> Response:  # noqa: ANN401 Starlette wants Exception
    return _error(error.status_code, error.code, str(error))


def _gone(_request: Request, _cause: Exception) -> Response:
    """The caller died in the middle of its request: nothing was done, and nobody reads this."""
    return _error(400, "malformed", "The request ended too early.")


def _http_refused(_request: Request, error: Any) -> Response:  # noqa: ANN401 the same
    response = _error(error.status_code, "not_possible", str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _unavailable(_request: Request, _cause: Exception) -> Response:
    response = _error(503, "unavailable", "The bank cannot act now; try again.")
    response.headers["Retry-After"] = "1"
    return response


def _failed(_request: Request, _cause: Exception) -> Response:
    return _error(500, "failed", "The bank failed; ask for the transfer to know what became of it.")
