"""People who keep using vouchers while everything around them is killed.

Each leads one voucher after another through its life. A call is made under one reference and
made again under it until the answer is definite; what every call was told in the end is kept.
"""

import asyncio
import random
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tests.proofs.caller import Caller, NoAnswerError, Told, run
from tests.proofs.programme import AMOUNT, BB, DEFERRED, INSTANT, REDEMPTION, Programme

PEOPLE: Final = 16
PAUSE_SECONDS: Final = 0.02
RETRY_SECONDS: Final = 0.05
INSTANT_EVERY: Final = 3  # their people wait longest when a sender was killed
ANOTHER_TRIES_EVERY: Final = 4  # so many vouchers are also tried by somebody else
ODD_SHOP_EVERY: Final = 10  # so many instant ones are first taken to a shop with a strange bank

_PAYMENT_UNKNOWN: Final = 599
_UNAVAILABLE: Final = 503
_DEFINITE: Final = frozenset({200, 458, 463})


@dataclass(frozen=True, slots=True)
class Redemption:
    """One reference and the definite answer to it."""

    serial: int
    shop: str
    group: str
    status: int


@dataclass(slots=True)
class Seen:
    """All that the people were told. `statuses` counts every answer, `silences` those missing."""

    drawn: dict[str, int] = field(default_factory=dict)
    redemptions: list[Redemption] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    silences: Counter[str] = field(default_factory=Counter)
    strange: list[Told] = field(default_factory=list)
    numbers: deque[tuple[int, str, str]] = field(default_factory=deque)


class Load:
    """Runs in a thread of its own from `start` to `finish`, which lets everybody get an answer."""

    def __init__(
        self, port: int, programme: Programme, *, odd_shops: Sequence[str], seed: int
    ) -> None:
        """`odd_shops`: shops whose bank rejects, or drops what it should answer."""
        self.seen = Seen()
        self._port = port
        self._programme = programme
        self._odd_shops = odd_shops
        self._seed = seed
        self._stopping = threading.Event()
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, name="load")

    def start(self) -> None:
        self._thread.start()

    def finish(self, seconds_max: float) -> None:
        self._stopping.set()
        self._thread.join(seconds_max)
        assert not self._thread.is_alive(), "somebody still has no definite answer"
        for failure in self._failures:
            raise failure

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            run(self._everybody())
        except BaseException as error:  # noqa: BLE001  # raised again by who waits
            self._failures.append(error)

    async def _everybody(self) -> None:
        async with asyncio.TaskGroup() as people:
            for each in range(PEOPLE):
                people.create_task(self._somebody(random.Random(f"{self._seed}-{each}")))  # noqa: S311  # not a secret

    async def _somebody(self, chance: random.Random) -> None:
        caller = Caller(self._port, self._programme.key)
        try:
            while not self._stopping.is_set():
                await self._one_life(caller, chance)
                if self.seen.numbers:
                    await self._redeem(caller, chance, *self.seen.numbers.popleft())
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            await caller.close()

    async def _one_life(self, caller: Caller, chance: random.Random) -> None:
        group = INSTANT if chance.randrange(INSTANT_EVERY) == 0 else DEFERRED
        reference = _reference(chance)
        drawn = await self._definite(
            caller,
            "POST",
            "/vouchers/voucher_preactivation",
            {
                "voucher_amount": AMOUNT,
                "voucher_currency": "KES",
                "voucher_group": group,
                "Gov_Stack_BB": BB,
            },
            reference,
        )
        assert drawn.status == 200, drawn
        serial, number = int(drawn.body["voucher_serial_number"]), drawn.body["voucher_number"]
        self.seen.drawn[reference] = serial
        activated = await self._definite(
            caller,
            "PATCH",
            "/vouchers/voucher_activation",
            {"voucher_serial_number": serial, "Gov_Stack_BB": BB},
            _reference(chance),
        )
        assert activated.status == 200, activated
        if chance.randrange(ANOTHER_TRIES_EVERY) == 0:
            self.seen.numbers.append((serial, number, group))
        if group == INSTANT and chance.randrange(ODD_SHOP_EVERY) == 0:
            odd_shop = chance.choice(self._odd_shops)
            await self._redeem(caller, chance, serial, number, group, shop=odd_shop)
        await self._redeem(caller, chance, serial, number, group)

    async def _redeem(
        self,
        caller: Caller,
        chance: random.Random,
        serial: int,
        number: str,
        group: str,
        *,
        shop: str | None = None,
    ) -> None:
        shop = shop or self._programme.shop
        told = await self._definite(
            caller,
            "POST",
            REDEMPTION,
            self._programme.redemption(number, shop=shop),
            _reference(chance),
        )
        self.seen.redemptions.append(Redemption(serial, shop, group, told.status))

    async def _definite(
        self, caller: Caller, method: str, path: str, body: Mapping[str, object], reference: str
    ) -> Told:
        while True:
            try:
                told = await caller.call(method, path, body, correlation_id=reference)
            except NoAnswerError as error:
                self.seen.silences[str(error)] += 1
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self.seen.statuses[told.status] += 1
            if told.status in _DEFINITE:
                return told
            if told.status == _UNAVAILABLE and int(told.headers["retry-after"]) > 0:
                await asyncio.sleep(RETRY_SECONDS)
            elif told.status != _PAYMENT_UNKNOWN:
                self.seen.strange.append(told)
                await asyncio.sleep(RETRY_SECONDS)


def _reference(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128)))
