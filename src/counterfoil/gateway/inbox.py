"""Where files of a bank arrive: a folder, or an address that lists them.

    waiting ─▶ each is taken in, or refused, whole ─▶ put away ─▶ acknowledge

Looking takes nothing away. What is taken in is put away only afterwards, so who is killed between
finds the file again, and it is the same file (gateway/fetching.py).
"""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
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


_Version = tuple[int, int, int]  # which file it is, when it was written to, how long it is


@dataclass(frozen=True, slots=True)
class FolderInbox:
    """What somebody else puts into a folder. It ends in `taken` or `refused` below that; what is
    dealt with and cannot be moved there is not looked at again, and moved when that is possible.
    """

    folder: Path
    settled_seconds: float = SETTLED_SECONDS
    _stuck: dict[str, tuple[_Version, bool]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _ahead: dict[str, tuple[_Version, float]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def waiting(self) -> Sequence[Arrived]:
        """Files that nobody has written to for a moment, and that are not named as unfinished."""
        try:
            self._move_stuck()
            found = [entry for entry in os.scandir(self.folder) if self._is_whole(entry)]
            found.sort(key=lambda entry: (entry.stat().st_mtime, entry.name))
        except OSError as error:
            self._say("inbox.failed", error)
            return []
        whole = (self._read(entry.name) for entry in found)
        return list(islice((each for each in whole if each is not None), FILES_AT_ONCE))

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        """Under another name where an earlier file had this one."""
        try:
            self._move(arrived.name, is_taken=is_taken)
        except OSError as error:
            self._say("inbox.not_put_away", error)
            with suppress(OSError):
                version = _version((self.folder / arrived.name).lstat())
                self._stuck[arrived.name] = version, is_taken

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:  # noqa: ARG002  # each was moved
        return ()

    def _is_whole(self, entry: os.DirEntry[str]) -> bool:
        if entry.name.startswith(".") or entry.name.endswith(_UNFINISHED):
            return False
        status = entry.stat(follow_symlinks=False)
        if not S_ISREG(status.st_mode) or entry.name in self._stuck:
            return False
        age_seconds = time.time() - status.st_mtime
        if age_seconds >= 0:
            return age_seconds >= self.settled_seconds
        return self._stays(entry.name, _version(status))

    def _stays(self, name: str, version: _Version) -> bool:
        """Of a file from a clock that is ahead of ours: whether it is as it was a moment ago."""
        now = time.monotonic()
        known, since = self._ahead.get(name, (version, now))
        if known != version:
            since = now
        self._ahead[name] = version, since
        return now - since >= self.settled_seconds

    def _read(self, name: str) -> Arrived | None:
        try:
            with (self.folder / name).open("rb") as file:
                # One byte more than a file may have: then whoever reads it refuses it.
                return Arrived(name, file.read(FILE_BYTES_MAX + 1))
        except OSError as error:
            self._say("inbox.not_read", error)
            return None

    def _move_stuck(self) -> None:
        """Not what came since under the same name."""
        for name, (version, is_taken) in list(self._stuck.items()):
            with suppress(OSError):
                if _version((self.folder / name).lstat()) == version:
                    self._move(name, is_taken=is_taken)
                del self._stuck[name]

    def _move(self, name: str, *, is_taken: bool) -> None:
        target = self.folder / ("taken" if is_taken else "refused")
        target.mkdir(exist_ok=True)
        (self.folder / name).rename(_free(target, name))
        self._ahead.pop(name, None)

    def _say(self, event: str, error: OSError) -> None:
        """Of which folder; the name of a file may have an account in it."""
        _log.warning(event, why=error.strerror, folder=str(self.folder))


def _version(status: os.stat_result) -> _Version:
    return status.st_ino, status.st_mtime_ns, status.st_size


QUIET_LOOKS_MAX: Final = 900  # half an hour, as a worker looks
ARCHIVE_LOOKS: Final = (
    30  # at most so many at the list until an archive is asked that did not answer
)


class HttpInbox:
    """A bank's mailbox over HTTP: `lists` answers a JSON list of messages with `id` and `body`,
    and takes nothing; `acknowledges` answers the same and takes them off the list. What is taken
    off and did not reach us stands in the `archive` still: there the first look of a process goes,
    the one after an acknowledgement that was not clearly answered, and every now and then one that
    found nothing: an acknowledgement may reach the bank long after it was given up. While it does
    not answer, or is longer than can be read, what is on the list is taken in.
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
        self._looks_until_archive = 0
        self._archive_failures = 0
        self._unseen: Sequence[Arrived] = ()  # of the archive
        self._is_all_dealt_with = True

    def close(self) -> None:
        self._calls.close()

    def waiting(self) -> Sequence[Arrived]:
        if self._archive is not None and self._is_missing_some and self._has_archive(self._archive):
            shown, self._unseen = self._unseen[:FILES_AT_ONCE], self._unseen[FILES_AT_ONCE:]
            self._shows_archive = True
            return shown
        listed = self._messages(self._lists) or []
        self._quiet_looks = 0 if listed else self._quiet_looks + 1
        if self._quiet_looks >= QUIET_LOOKS_MAX:
            self._quiet_looks, self._is_missing_some = 0, self._archive is not None
        return listed

    def _has_archive(self, archive: str) -> bool:
        """An archive may be long: it is read once and then shown in pieces, between which the
        others have their turns. Where a piece was not dealt with, it is read anew after the last.
        """
        was_left, self._shows_archive = self._shows_archive, False
        self._is_all_dealt_with &= not was_left
        if self._unseen:
            return True
        if self._looks_until_archive > 0:
            self._looks_until_archive -= 1
            return False
        everything = self._messages(archive)
        if everything is None:
            self._looks_until_archive = min(2**self._archive_failures - 1, ARCHIVE_LOOKS)
            self._archive_failures += 1
            _log.warning("inbox.archive_not_read")
            return False
        self._archive_failures = 0
        self._unseen, self._is_all_dealt_with = everything, True
        return True

    def put_away(self, arrived: Arrived, *, is_taken: bool) -> None:
        """The mailbox has no folders."""

    def acknowledge(self, seen: Sequence[Arrived]) -> Sequence[Arrived]:
        """What the archive showed may still be on the list: the next look there acknowledges it."""
        if self._shows_archive:
            self._shows_archive = False
            self._is_missing_some = bool(self._unseen) or not self._is_all_dealt_with
            return ()
        if not seen:
            return ()
        names = {each.name for each in seen}
        taken = self._messages(self._acknowledges) or []
        # An answer without what was listed is the second one: the first, with what came meanwhile,
        # went elsewhere. And who takes that in now may yet fail.
        self._is_missing_some |= {each.name for each in taken} != names
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
