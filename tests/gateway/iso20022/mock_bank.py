"""mock-bank as a process of its own: the bank that reads our files and answers with its own."""

import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

OPENS: Final = "2026-09-30T09:00"  # a Wednesday
_LISTENS: Final = re.compile(r"listening on (http://127\.0\.0\.1:[0-9]+)/")
_START_SECONDS_MAX: Final = 20.0


class MockBank:
    """On a port that the system chose, which stands in the log. A context manager stops it."""

    def __init__(self, log_path: Path, *options: str, opens: str = OPENS) -> None:
        self._log_path = log_path
        bank = [sys.executable, "-m", "mockbank", "--port", "0", "--clock", opens]
        arguments = [*bank, *options]
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(arguments, stdout=log, stderr=log)  # noqa: S603  # ours
        self.base_url = self._address()
        self._client = httpx.Client(base_url=self.base_url, trust_env=False, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(10)

    def reset(self) -> None:
        """A new bank with its four accounts, on its first day."""
        self._client.post("/_mock/reset").raise_for_status()

    def send(self, content: bytes) -> int:
        headers = {"Content-Type": "application/xml"}
        return self._client.post("/payments", content=content, headers=headers).status_code

    def change(self, account: str, **fields: object) -> None:
        self._client.patch(f"/_mock/accounts/{account}", json=fields).raise_for_status()

    def open_account(self, **fields: object) -> None:
        self._client.post("/_mock/accounts", json=fields).raise_for_status()

    def credit(self, **fields: object) -> None:
        self._client.post("/_mock/credits", json=fields).raise_for_status()

    def advance(self, day: str) -> None:
        self._client.post("/_mock/advance", params={"to": day}).raise_for_status()

    def collect(self, kind: str, account: str = "ACME") -> list[bytes]:
        """What it has sent of that kind and nobody has collected yet, oldest first."""
        answer = self._client.get("/_mock/mailbox", params={"type": kind}).raise_for_status()
        return [each["body"].encode() for each in answer.json() if each["account"] == account]

    def _address(self) -> str:
        deadline = time.monotonic() + _START_SECONDS_MAX
        while self._process.poll() is None and time.monotonic() < deadline:
            listens = _LISTENS.search(self._log_path.read_text())
            if listens:
                return listens[1]
            time.sleep(0.02)
        self._process.kill()
        raise AssertionError(self._log_path.read_text())
