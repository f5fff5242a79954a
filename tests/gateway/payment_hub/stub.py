"""A Payment Hub EE of our own, as a server with a real socket: what its public source says of the
channel's transfers, the bulk processor's files, the operations app's transfers and the mapper's
beneficiaries.

Time is counted in questions: a transfer is shown after so many of them, and ends after so many
more.
"""

import csv
import io
import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

TENANT: Final = "gorilla"
TOKEN: Final = "a-lasting-token"

Answer = tuple[int, object]


@dataclass
class StubTransfer:
    correlation_id: str
    payee: str
    amount: str
    currency: str
    transaction_id: str = field(default_factory=lambda: str(uuid4()))
    asked: int = 0


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: Mapping[str, str]
    body: object


class HubStub:
    """`fails` maps a payee to the hub's error code, `stuck` are payees that wait for its operators.
    `next_faults` are met by the transfers that come next:
    `dies_before`, `dies_marked` (id kept, nothing begun), `dies_after`, `garbles`.
    """

    def __init__(self) -> None:
        self.fails: dict[str, str] = {}
        self.stuck: set[str] = set()
        self.next_faults: deque[str] = deque()
        self.token: str | None = TOKEN
        self.refuses_repeats = True
        self.finds_by_correlation = True
        self.shown_after = 0
        self.ends_after = 1
        self.beneficiaries: dict[str, tuple[str, str]] = {}
        self.transfers: list[StubTransfer] = []
        self.seen: list[Seen] = []
        self._marked: set[str] = set()
        self._lock = threading.Lock()

    @property
    def paid(self) -> list[StubTransfer]:
        """Those whose money moves, whether anybody asks or not."""
        return [each for each in self.transfers if each.payee not in {*self.fails, *self.stuck}]

    def answer(self, seen: Seen) -> Answer | None:
        """None: the connection closes without an answer."""
        with self._lock:
            self.seen.append(seen)
            if self.token and seen.headers.get("authorization") != f"Bearer {self.token}":
                return 401, {"error": "unauthorized"}
            if seen.headers.get("platform-tenantid") != TENANT:
                return 500, {"error": "Requested tenant not configured in the connector!"}
            path = urlsplit(seen.path)
            if (seen.method, path.path) == ("POST", "/channel/transfer"):
                return self._transfer(seen)
            if (seen.method, path.path) == ("POST", "/batchtransactions"):
                return self._batch(seen)
            if (seen.method, path.path) == ("GET", "/api/v1/transfers"):
                return self._transfers(parse_qs(path.query))
            if seen.method == "GET" and path.path.startswith("/beneficiaries/"):
                return self._beneficiary(unquote(path.path.removeprefix("/beneficiaries/")))
            return 404, {"status": 404, "error": "Not Found"}

    def _transfer(self, seen: Seen) -> Answer | None:
        fault = self.next_faults.popleft() if self.next_faults else ""
        correlation_id = seen.headers.get("x-correlationid", "")
        if fault == "dies_before":
            return 503, {"error": "down"}
        if not correlation_id:
            return 400, _error("MandatoryValueNotSupplied")
        if self.refuses_repeats and correlation_id in self._marked:
            return 400, _error("TransactionExists")
        self._marked.add(correlation_id)
        if fault == "dies_marked":
            return 500, {"error": "zeebe"}
        body = seen.body
        assert isinstance(body, dict)
        payee = body["payee"]["partyIdInfo"]["partyIdentifier"]
        if body["payer"]["partyIdInfo"]["partyIdentifier"] == payee:
            return 400, _error("SamePartiesError")
        money = body["amount"]
        begun = StubTransfer(correlation_id, payee, money["amount"], money["currency"])
        self.transfers.append(begun)
        if fault == "garbles":
            return 200, "not what you asked for"
        return None if fault == "dies_after" else (200, {"transactionId": begun.transaction_id})

    def _batch(self, seen: Seen) -> Answer | None:
        """Begins what has an id that was not used, less what looks like a line before it."""
        fault = self.next_faults.popleft() if self.next_faults else ""
        if fault == "dies_before":
            return 503, {"error": "down"}
        assert isinstance(seen.body, bytes)
        content = seen.body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
        lines = set[tuple[str, str, str]]()
        for row in csv.DictReader(io.StringIO(content.decode())):
            line = (row["payee_identifier"], row["amount"], row["currency"])
            if row["request_id"] not in self._marked and line not in lines:
                self.transfers.append(StubTransfer(row["request_id"], *line))
                self._marked.add(row["request_id"])
            lines.add(line)
        if fault == "dies_after":
            return None
        return 202, {"PollingPath": f"/batch/Summary/{uuid4()}"}

    def _transfers(self, query: Mapping[str, list[str]]) -> Answer:
        wanted = query["clientCorrelationId"][0] if self.finds_by_correlation else ""
        found = [each for each in self.transfers if wanted in each.correlation_id]
        for transfer in found:
            transfer.asked += 1
        shown = [each for each in found if each.asked > self.shown_after]
        size = int(query["size"][0])
        content = [self._shown(each) for each in shown[:size]]
        return 200, {"content": content, "totalElements": len(shown), "last": len(shown) <= size}

    def _shown(self, transfer: StubTransfer) -> dict[str, object]:
        status, error = self._status(transfer)
        return {
            "workflowInstanceKey": 2251799907439003,
            "transactionId": transfer.transaction_id,
            "clientCorrelationId": transfer.correlation_id,
            "startedAt": 1700000000000,
            "completedAt": None if status == "IN_PROGRESS" else 1700000001000,
            "status": status,
            "payeePartyId": transfer.payee,
            "amount": transfer.amount,
            "currency": transfer.currency,
            "direction": "OUTGOING",
            "errorInformation": error,
        }

    def _status(self, transfer: StubTransfer) -> tuple[str, object]:
        if transfer.asked <= self.shown_after + self.ends_after:
            return "IN_PROGRESS", None
        if transfer.payee in self.stuck:
            return "EXCEPTION", None
        if transfer.payee in self.fails:
            return "FAILED", _error(self.fails[transfer.payee])
        return "COMPLETED", None

    def _beneficiary(self, identity: str) -> Answer:
        account, fsp = self.beneficiaries.get(identity, (None, None))
        return 200, {
            "registeringInstitutionId": "counterfoil",
            "payeeIdentity": identity,
            "paymentModality": None if account is None else "00",
            "financialAddress": account,
            "bankingInstitutionCode": fsp,
        }


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # beyond the standard five, a caller waits a second to connect


@contextmanager
def served(hub: HubStub) -> Iterator[str]:
    """The address at which the hub answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._handle(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_form = self.headers["Content-Type"].startswith("multipart/")
            self._handle(body if is_form else json.loads(body))

        def _handle(self, body: object) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = hub.answer(Seen(self.command, self.path, headers, body))
            if answer is None:
                return
            status, content = answer
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_arguments: object) -> None:
            """Silent."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _error(code: str) -> dict[str, object]:
    return {"errorCategory": "Validation", "errorCode": code, "errorDescription": code}
