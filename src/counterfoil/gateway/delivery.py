"""How files reach a bank. Each goes under a name of its own; the same name again is the same file,
so that who was interrupted puts it once more.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import httpx
import structlog

from counterfoil.gateway.bank_files import FILE_BYTES_MAX
from counterfoil.gateway.calls import Calls

# The bank has read the file and refused it, or had it before: which of the two it says in a file.
_ANSWERED: Final = frozenset({httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY})

_log = structlog.get_logger("counterfoil.gateway.delivery")


class Delivery(Protocol):
    """Blocking; what does not work is said, never raised."""

    def put(self, name: str, content: bytes) -> bool:
        """Whether the bank has the file now; if not, it is put again later."""
        ...


@dataclass(frozen=True, slots=True)
class FolderDelivery:
    """A folder from which the bank's transport takes what ends with `suffix`."""

    folder: Path
    suffix: str = ".xml"

    def put(self, name: str, content: bytes) -> bool:
        """There whole or not at all: it is written beside, and then gets its name."""
        whole = self.folder / f"{name}{self.suffix}"
        part = self.folder / f".{name}.{os.getpid()}.part"
        try:
            part.unlink(missing_ok=True)
            with part.open("xb") as file:  # never through a link that somebody put there
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(whole)
            _sync(self.folder)
        except OSError as error:
            _log.warning("delivery.failed", why=error.strerror, folder=str(self.folder))
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        return True


class HttpDelivery:
    """An address that files are posted to. What was not clearly answered is put again: the name
    goes along as the idempotency key, and stands in the file.
    """

    def __init__(
        self,
        url: str,
        *,
        media_type: str = "application/xml",
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        self._url = url
        self._calls = Calls(
            url,
            headers={"Content-Type": media_type, **(headers or {})},
            timeout_seconds=timeout_seconds,
            bytes_max=FILE_BYTES_MAX,  # some tell of each payment in it
        )

    def close(self) -> None:
        self._calls.close()

    def put(self, name: str, content: bytes) -> bool:
        reply = self._calls.call(
            "POST", self._url, content=content, headers={"Idempotency-Key": name}
        )
        if reply is None:
            return False
        if httpx.codes.is_success(reply.status_code) or reply.status_code in _ANSWERED:
            return True
        _log.warning("delivery.refused", status_code=reply.status_code)
        return False


class HubBulkDelivery:
    """A Payment Hub's `/batchtransactions`: a form with the file as its part `data`, the batch's id
    as X-CorrelationID. A file that is put again makes no transfer twice (payment_hub/bulk.py).
    """

    def __init__(
        self, url: str, *, headers: Mapping[str, str], timeout_seconds: float = 4.0
    ) -> None:
        self._calls = Calls(url, headers=headers, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        self._calls.close()

    def put(self, name: str, content: bytes) -> bool:
        boundary = secrets.token_hex(16)
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="data"; filename="{name}.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        reply = self._calls.call(
            "POST",
            "/batchtransactions",
            content=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "filename": f"{name}.csv",
                "Purpose": "Payouts",
                "Type": "csv",
                "X-CorrelationID": name,
            },
        )
        if reply is not None and reply.status_code == httpx.codes.ACCEPTED:
            return True
        if reply is not None:
            _log.warning("delivery.refused", status_code=reply.status_code)
        return False


def _sync(folder: Path) -> None:
    """So that the name outlasts a loss of power, as the content does."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
