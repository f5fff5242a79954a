"""Tells the caller how its transfers ended: a POST, signed, tried a few times, and recorded.

A callback is owed from the transaction that ended the transfer, so a restart forgets none.
"""

import hashlib
import hmac
import sqlite3
import threading
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog

from counterfoil.errors import OverloadedError
from counterfoil.sandbox_fsp import ledger, store
from counterfoil.sandbox_fsp.writer import Writer

SIGNATURE_HEADER: Final = "X-Sandbox-Signature"
TIMEOUT_SECONDS: Final = 2.0
RETRY_DELAYS_MS: Final = (200, 1_000, 5_000, 15_000)
BATCH_CALLBACKS_MAX: Final = 100
PAUSE_MS: Final = 1_000

_log = structlog.get_logger("counterfoil.sandbox_fsp.callbacks")


class _CallbackBody(msgspec.Struct):
    transfer_id: str
    status: str


class CallbackSender:
    def __init__(self, writer: Writer, data_path: Path, *, url: str, secret: str) -> None:
        self._writer = writer
        self._data_path = data_path
        self._url = url
        self._secret = secret.encode()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="bank-callbacks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes the callback under way; the others stay owed."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def wake(self) -> None:
        """Something may be owed."""
        self._wake.set()

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                self._wake.clear()
                if self._stopping:  # looked at after the clear, or a stop in between is slept over
                    return
                try:
                    next_at_ms = self._send_due(client)
                except (sqlite3.Error, OverloadedError):
                    _log.warning("bank.callbacks_not_recorded")
                    next_at_ms = ledger.now_ms() + PAUSE_MS
                if next_at_ms is None:
                    self._wake.wait()
                else:
                    self._wake.wait(max(0, next_at_ms - ledger.now_ms()) / 1000)

    def _send_due(self, client: httpx.Client) -> int | None:
        """Sends what is due and says when the next one is."""
        with store.reading_connection(self._data_path) as connection:
            owed = store.callbacks_due(connection, limit=BATCH_CALLBACKS_MAX)
        started_at_ms = ledger.now_ms()
        tried = []
        for callback in owed:
            if self._stopping or callback.due_at_ms > started_at_ms:
                break
            tried.append(self._try(client, callback))
        if not tried:
            return owed[0].due_at_ms if owed else None
        self._writer.submit(lambda connection: ledger.record_callbacks(connection, tried)).result()
        return started_at_ms

    def _try(self, client: httpx.Client, callback: store.CallbackDue) -> ledger.CallbackTried:
        body = msgspec.json.encode(_CallbackBody(callback.transfer_id, callback.status))
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {SIGNATURE_HEADER: signature, "Content-Type": "application/json"}
        tries = callback.tries + 1
        try:
            delivered = client.post(self._url, content=body, headers=headers).is_success
        except httpx.HTTPError:
            delivered = False
        due_at_ms = None
        if not delivered and callback.tries < len(RETRY_DELAYS_MS):
            due_at_ms = ledger.now_ms() + RETRY_DELAYS_MS[callback.tries]
        elif not delivered:
            _log.warning("bank.callback_given_up", transfer_id=callback.transfer_id, tries=tries)
        return ledger.CallbackTried(callback.callback_id, tries, delivered, due_at_ms)
