"""Where files of a bank arrive: a folder, or an address that lists them.

    waiting ─▶ each is taken in, or refused, whole ─▶ put away ─▶ acknowledge

Looking takes nothing away. What is taken in is put away only afterwards, so who is killed between
finds the file again, and it is the same file (gateway/fetching.py).
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec
import structlog

from counterfoil.gateway.bank_files import FILE_BYTES_MAX
from counterfoil.gateway.calls import Calls

FILES_AT_ONCE: Final = 50
SETTLED_SECONDS: Final = 2.0
_UNFINISHED: Final = (".part", ".tmp", ".processing")

_log = structlog.get_logger("counterfoil.gateway.inbox")


@dataclass(frozen=True, slots=True)
class Arrived:
    name: str
    content: bytes = field(repr=False)


class Inbox(Protocol):
    """Blocking; what does not work is said, never raised."""

    def waiting(self) -> Sequence[Arrived]:
        """The oldest first. Nothing is taken away by looking."""
        ...

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None: ...

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:
        """All that was seen is dealt with. Returns what came meanwhile and goes with it."""
        ...


@dataclass(frozen=True, slots=True)
class FolderInbox:
    """What somebody else puts into a folder. It ends in `taken` or `refused` below that."""

    folder: Path
    settled_seconds: float = SETTLED_SECONDS

    def waiting(self) -> Sequence[Arrived]:
        """Files that nobody has written to for a moment, and that are not named as unfinished."""
        try:
            found = [entry for entry in os.scandir(self.folder) if self._is_whole(entry)]
            found.sort(key=lambda entry: (entry.stat().st_mtime, entry.name))
            return [self._read(entry.name) for entry in found[:FILES_AT_ONCE]]
        except OSError as error:
            _log.warning("inbox.failed", cause=type(error).__name__)
            return []

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        """Under another name where an earlier file had this one."""
        target = self.folder / ("taken" if is_taken else "refused")
        try:
            target.mkdir(exist_ok=True)
            (self.folder / arrived.name).rename(_free(target, arrived.name))
        except OSError as error:
            _log.warning("inbox.failed", cause=type(error).__name__)

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:  # noqa: ARG002  # each was moved
        return ()

    def _is_whole(self, entry: os.DirEntry[str]) -> bool:
        if entry.name.startswith(".") or entry.name.endswith(_UNFINISHED):
            return False
        status = entry.stat(follow_symlinks=False)
        return S_ISREG(status.st_mode) and status.st_mtime <= time.time() - self.settled_seconds

    def _read(self, name: str) -> Arrived:
        with (self.folder / name).open("rb") as file:
            # One byte more than a file may have: then whoever reads it refuses it.
            return Arrived(name, file.read(FILE_BYTES_MAX + 1))


QUIET_LOOKS_MAX: Final = 900  # half an hour, as a worker looks


class HttpInbox:
    """A bank's mailbox over HTTP: `lists` answers a JSON list of messages with `id` and `body`,
    and takes nothing; `acknowledges` answers the same and takes them off the list. What is taken
    off and did not reach us stands in the `archive` still: there the first look of a process goes,
    the one after an acknowledgement that was not clearly answered, and every now and then one that
    found nothing: an acknowledgement may reach the bank long after it was given up.
    """

    def __init__(
        self,
        *,
        lists: str,
        acknowledges: str,
        archive: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        parts = urlsplit(lists)
        self._calls = Calls(
            f"{parts.scheme}://{parts.netloc}",
            headers=headers or {},
            timeout_seconds=timeout_seconds,
            bytes_max=2 * FILE_BYTES_MAX,
        )
        self._lists, self._acknowledges, self._archive = lists, acknowledges, archive
        self._is_missing_some = archive is not None
        self._shows_archive = False
        self._quiet_looks = 0

    def close(self) -> None:
        self._calls.close()

    def waiting(self) -> Sequence[Arrived]:
        if self._archive is not None and self._is_missing_some:
            everything = self._messages(self._archive)
            self._shows_archive = everything is not None
            return everything or []
        self._shows_archive = False
        listed = self._messages(self._lists) or []
        self._quiet_looks = 0 if listed else self._quiet_looks + 1
        if self._quiet_looks >= QUIET_LOOKS_MAX:
            self._quiet_looks, self._is_missing_some = 0, True
        return listed[:FILES_AT_ONCE]

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        """The mailbox has no folders."""

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:
        """What the archive showed may still be on the list: the next look there acknowledges it."""
        if self._shows_archive:
            self._is_missing_some = False
            return ()
        if not seen:
            return ()
        names = {each.name for each in seen}
        taken = self._messages(self._acknowledges) or []
        # An answer without what was listed is the second one: the first, with what came meanwhile,
        # went elsewhere. And who takes that in now may yet fail.
        self._is_missing_some = {each.name for each in taken} != names
        return [each for each in taken if each.name not in names]

    def _messages(self, address: str) -> list[Arrived] | None:
        reply = self._calls.call("GET", address)
        if reply is None:
            return None
        try:
            messages = msgspec.json.decode(reply.body, type=list[_Message])
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.warning("inbox.no_clear_answer", status_code=reply.status_code)
            return None
        return [Arrived(str(each.id), each.body.encode()) for each in messages]


class _Message(msgspec.Struct):
    id: str | int
    body: str


def _free(folder: Path, name: str) -> Path:
    candidate, number = folder / name, 2
    while candidate.exists():
        candidate = folder / f"{name}.{number}"
        number += 1
    return candidate
