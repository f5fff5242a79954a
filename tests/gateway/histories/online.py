"""The far sides that answer at once, each behind a bad line: the sandbox provider's process, and a
Payment Hub EE of ours. They live as long as the module; each history has accounts of its own.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

import httpx
from msgspec import structs
from tests.gateway.fault_proxy import Fault, FaultProxy, seeded_plan
from tests.gateway.histories.currencies import minor_of_short, text_of
from tests.gateway.histories.far_sides import Held
from tests.gateway.payment_hub.stub import TENANT, TOKEN, HubStub, served

from counterfoil.gateway.rail_settings import (
    HubBulkSettings,
    HubSettings,
    RailSettings,
    RailsFile,
    SandboxSettings,
)
from counterfoil.gateway.rails import Rail, rails_of
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.sandbox_fsp.process import BankProcess
from counterfoil.sandbox_fsp.store import reading_connection

SECRET: Final = "a-shared-secret"
# Callers give up sooner than a late answer comes.
IMPATIENT_SECONDS: Final = 0.08
LATE_SECONDS: Final = 0.1
PATIENT_SECONDS: Final = 10.0
HELD_SECONDS_MAX: Final = 0.04
_TRANSFERS: Final = """
SELECT transfer_id, target_id, amount_minor, currency, status, reason,
       (SELECT count(*) FROM leg WHERE transfer_sequence = sequence AND kind = 'credit')
FROM transfer WHERE source_id = ?
"""
_BEHAVIOURS: Final[tuple[Mapping[str, object], ...]] = (
    *({"behaviour": "normal"},) * 4,
    {"behaviour": "drops_before", "times": 2},
    {"behaviour": "drops_after", "times": 2},
    {"behaviour": "answers_late", "times": 1, "delay_seconds": LATE_SECONDS},
    {"behaviour": "accepts_then_completes", "delay_seconds": 0.03},
)
_REFUSALS: Final = {"PayeeNotFound": "account_unknown", "InactiveAccountStatus": "cannot_credit"}


def forever(plan: deque[Fault]) -> Iterator[Fault]:
    while True:
        yield plan.popleft() if plan else Fault.PASS


@dataclass
class Line:
    """The same far side over a bad line, and over a good one for who wants to know the end."""

    plan: deque[Fault]
    proxy: FaultProxy
    bad: Rail
    good: Rail
    faults: frozenset[Fault] = frozenset(Fault)
    decks_max: int = 3

    def worsen(self, chance: Random) -> None:
        plan = seeded_plan(chance.getrandbits(32), decks=chance.randrange(1, self.decks_max + 1))
        self.plan.clear()
        self.plan.extend(fault for fault in plan if fault in self.faults)

    def calm(self) -> None:
        self.plan.clear()
        self.proxy.drain()


@dataclass
class SandboxSide:
    """Of one history: its `funds` pay, one in each currency. Its accounts may also be slow or drop
    calls; an account that is in another currency refuses.
    """

    data_path: Path
    client: httpx.Client
    code: str
    funds: Mapping[str, str]
    chance: Random
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def open_funds(self) -> None:
        for fund, currency in self.funds.items():
            balance = text_of(100_000_000, currency)
            body = {"currency": currency, "name": "F", "kind": "funding", "balance": balance}
            self.client.put(f"/accounts/{fund}", json=body).raise_for_status()

    def good(self, currency: str) -> str:
        return self._account(currency, self.chance.choice(_BEHAVIOURS))

    def bad(self, currency: str) -> str:
        if self.chance.random() < 0.3:
            return f"{self.code}-nobody-{next(self._numbers)}"
        return self._account(currency, {"behaviour": "rejects_credit"})

    def held(self) -> dict[UUID, Held]:
        with reading_connection(self.data_path) as books:
            rows = [
                (fund, *row)
                for fund in self.funds
                for row in books.execute(_TRANSFERS, (fund,)).fetchall()
            ]
        return {
            UUID(transfer_id): Held(account, minor, currency, status, reason, credited, fund=fund)
            for fund, transfer_id, account, minor, currency, status, reason, credited in rows
        }

    def _account(self, currency: str, behaviour: Mapping[str, object]) -> str:
        account = f"{self.code}-{next(self._numbers)}"
        body = {"currency": currency, "name": "S", "kind": "merchant"}
        self.client.put(f"/accounts/{account}", json=body).raise_for_status()
        if behaviour["behaviour"] != "normal":
            self.client.put(f"/accounts/{account}/behaviour", json=behaviour).raise_for_status()
        return account


@dataclass
class HubSide:
    """Of one history: begins with an empty hub. One that is loose begins a transfer again that it
    has: what it does not know may be on its way to it, and a person has to ask.
    """

    hub: HubStub
    code: str
    chance: Random
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self) -> None:
        hub, chance = self.hub, self.chance
        hub.transfers.clear()
        hub.seen.clear()
        hub.fails, hub.stuck = {}, set()
        hub.shown_after, hub.ends_after = chance.randrange(3), chance.randrange(3)
        hub.next_faults = deque(chance.choices(("dies_before", "dies_after", "garbles", ""), k=8))

    def good(self, _currency: str) -> str:
        return f"{self.code}-H{next(self._numbers)}"

    def bad(self, _currency: str) -> str:
        account = f"{self.code}-H{next(self._numbers)}"
        if self.chance.random() < 0.3:
            self.hub.stuck.add(account)
        else:
            self.hub.fails[account] = self.chance.choice(list(_REFUSALS))
        return account

    def held(self) -> dict[UUID, Held]:
        held: dict[UUID, Held] = {}
        for transfer in self.hub.transfers:
            payee, is_stuck = transfer.payee, transfer.payee in self.hub.stuck
            reason = _REFUSALS.get(self.hub.fails.get(payee, ""))
            stands = "accepted" if is_stuck else "completed" if reason is None else "rejected"
            minor = minor_of_short(transfer.amount, transfer.currency)
            each = Held(payee, minor, transfer.currency, stands, reason, 0, is_stuck)
            each = held.setdefault(UUID(transfer.correlation_id), each)
            each.credited += stands == "completed"
        return held


@dataclass
class Street:
    lines: Mapping[str, Line]
    data_path: Path
    client: httpx.Client
    hubs: Mapping[str, HubStub]

    def sandbox_side(self, code: str, funds: Mapping[str, str], chance: Random) -> SandboxSide:
        side = SandboxSide(self.data_path, self.client, code, funds, chance)
        side.open_funds()
        return side

    def hub_side(self, rail: str, code: str, chance: Random) -> HubSide:
        side = HubSide(self.hubs[rail], code, chance)
        side.begin()
        return side


@contextmanager
def opened_street(folder: Path) -> Iterator[Street]:
    (folder / "secret").write_text(SECRET)
    data_path = folder / "bank.sqlite"
    hubs = {"hub": HubStub(), "loose": HubStub(), "bulk": HubStub()}
    hubs["loose"].refuses_repeats = False
    with ExitStack() as stack:
        bank = stack.enter_context(BankProcess(data_path, folder / "secret"))
        headers = {"Authorization": f"Bearer {SECRET}"}
        client = httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False, timeout=10)
        stack.callback(client.close)
        lines = {"sandbox": _line(stack, bank.base_url, _sandbox)}
        for name, hub in hubs.items():
            url = stack.enter_context(served(hub))
            made = _bulk if name == "bulk" else partial(_hub, is_loose=not hub.refuses_repeats)
            lines[name] = _line(stack, url, made)
        # Nobody survives a line that repeats what its far side does twice.
        lines["loose"].faults -= {Fault.DUPLICATE}
        yield Street(lines, data_path, client, hubs)


def _sandbox(url: str) -> RailSettings:
    return SandboxSettings(url=url, secret=SECRET)


def _hub(url: str, *, is_loose: bool) -> RailSettings:
    return HubSettings(
        channel_url=url,
        operations_url=url,
        tenant=TENANT,
        institution="counterfoil",
        refuses_repeats=not is_loose,
        secret=TOKEN,
    )


def _bulk(url: str) -> RailSettings:
    return HubBulkSettings(
        issuer="of every history",
        bulk_url=url,
        operations_url=url,
        tenant=TENANT,
        institution="counterfoil",
        payment_mode="mojaloop",
        secret=TOKEN,
    )


def _line(stack: ExitStack, url: str, settings: Callable[[str], RailSettings]) -> Line:
    plan = deque[Fault]()
    proxy = stack.enter_context(
        FaultProxy(
            url, forever(plan), delay_seconds=LATE_SECONDS, hold_seconds_max=HELD_SECONDS_MAX
        )
    )
    both = {
        "bad": structs.replace(settings(proxy.base_url), timeout_seconds=IMPATIENT_SECONDS),
        "good": structs.replace(settings(url), timeout_seconds=PATIENT_SECONDS),
    }
    rails = rails_of(RailsFile(rails=both, sources={}), str)
    for rail in rails.every:
        if isinstance(rail.online, SandboxGateway):
            stack.callback(rail.online.close)
    bad, good = rails.every
    return Line(plan, proxy, bad, good)
