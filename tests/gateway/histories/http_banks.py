"""File banks that are reached over HTTP, behind a bad line: files are posted, letters are listed,
acknowledged, and kept in an archive. Each history has a bank of its own, by its path:

    POST /BANK/files        a file under its Idempotency-Key; one that is known is in the way, 409
    GET  /BANK/list         what waits; some of it only arrives after the look
    GET  /BANK/acknowledge  all that waits, which is off the list then
    GET  /BANK/archive      all that there ever was
"""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Final

from msgspec import structs
from tests.gateway.fault_proxy import Fault, FaultProxy
from tests.gateway.histories.online import HELD_SECONDS_MAX, PATIENT_SECONDS, Line, forever

from counterfoil.gateway.delivery import FolderDelivery
from counterfoil.gateway.rail_settings import Iso20022Settings, RailsFile
from counterfoil.gateway.rails import Rail, rails_of

# A delayed request is given up before it arrives; one that is not has time enough.
IMPATIENT_SECONDS: Final = 0.25
LATE_SECONDS: Final = 0.3
# Most requests are looks, of which most see nothing.
DECKS_MAX: Final = 9
NAMES: Final = frozenset({"http"})


@dataclass
class Desk:
    """Where one bank takes files and gives letters, which lie in its folder."""

    folder: Path
    chance: Random
    _names: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str, content: bytes) -> int:
        """The bank gets a known one again, too: it pays nothing, and says so in a letter."""
        with self._lock:
            assert FolderDelivery(self.folder).put(name, content)
            is_known = name in self._names
            self._names.add(name)
            return 409 if is_known else 200

    def letters(self, what: str) -> list[dict[str, str]]:
        with self._lock:
            waiting = _by_number(self.folder / "in")
            if what == "archive":
                waiting = _by_number(self.folder / "in" / "taken") + waiting
            if what == "list" and self.chance.random() < 0.7:
                waiting = waiting[: max(1, self.chance.randrange(len(waiting) + 1))]
            told = [{"id": path.stem, "body": path.read_text("utf-8")} for path in waiting]
            if what == "acknowledge":
                for path in waiting:
                    path.rename(self.folder / "in" / "taken" / path.name)
            return told


@dataclass
class HttpBanks:
    """The line is one for all; its plan is of the history that lives."""

    url: str
    plan: deque[Fault]
    proxy: FaultProxy
    desks: dict[str, Desk]

    def open_bank(self, name: str, folder: Path, seed: int) -> Line:
        (folder / "in" / "taken").mkdir()
        self.desks[name] = Desk(folder, Random(seed))  # noqa: S311  # not a secret
        bad, good = self.bad_rail(name), self._rail(self.url, name)
        return Line(self.plan, self.proxy, bad, good, decks_max=DECKS_MAX)

    def bad_rail(self, name: str) -> Rail:
        """As a process has it that begins."""
        return self._rail(self.proxy.base_url, name, seconds=IMPATIENT_SECONDS)

    def _rail(self, url: str, name: str, *, seconds: float = PATIENT_SECONDS) -> Rail:
        settings = Iso20022Settings(
            issuer="of every history",
            out=f"{url}/{name}/files",
            in_=f"{url}/{name}/list",
            acknowledge=f"{url}/{name}/acknowledge",
            archive=f"{url}/{name}/archive",
            debtor_scheme="account",
        )
        settings = structs.replace(settings, timeout_seconds=seconds)
        (rail,) = rails_of(RailsFile(rails={name: settings}, sources={}), str).every
        return rail


@contextmanager
def opened_banks() -> Iterator[HttpBanks]:
    desks: dict[str, Desk] = {}
    plan = deque[Fault]()
    with ExitStack() as stack:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, desks))
        stack.callback(server.server_close)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        url = f"http://127.0.0.1:{server.server_address[1]}"
        proxy = FaultProxy(
            url, forever(plan), delay_seconds=LATE_SECONDS, hold_seconds_max=HELD_SECONDS_MAX
        )
        yield HttpBanks(url, plan, stack.enter_context(proxy), desks)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, desks: Mapping[str, Desk], *arguments: object) -> None:
        self._desks = desks
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the server gives them

    def do_GET(self) -> None:
        desk, what = self._asked()
        self._say(200, desk.letters(what))

    def do_POST(self) -> None:
        desk, _what = self._asked()
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(desk.take(self.headers["Idempotency-Key"], content), [])

    def _asked(self) -> tuple[Desk, str]:
        _, name, what = self.path.split("/")
        return self._desks[name], what

    def _say(self, status: int, letters: list[dict[str, str]]) -> None:
        body = json.dumps(letters).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


def _by_number(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"), key=lambda path: int(path.stem))
