"""How files reach a bank. Each goes under a name of its own; the same name again is the same file,
so that who was interrupted puts it once more.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

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
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(whole)
            _sync(self.folder)
        except OSError as error:
            _log.warning("delivery.failed", cause=type(error).__name__)
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        return True


def _sync(folder: Path) -> None:
    """So that the name outlasts a loss of power, as the content does."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
