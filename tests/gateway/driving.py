"""Payments driven to their ends the way the workers do it: sent once, then asked for, and sent
again under the same id where the far side does not know them.
"""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

from counterfoil.gateway.port import Gateway, PaymentOrder, PaymentResult, PaymentStatus

FINAL: Final = frozenset({PaymentStatus.COMPLETED, PaymentStatus.REJECTED})


def driven(
    gateway: Gateway,
    orders: Sequence[PaymentOrder],
    *,
    seed: int,
    senders: int = 4,
    seconds_max: float = 60,
) -> dict[UUID, PaymentResult]:
    """How each payment ended, as it was told first. Fails for one that does not end."""
    chance = random.Random(seed)  # noqa: S311
    ends: dict[UUID, PaymentResult] = {}
    sent: set[UUID] = set()
    deadline = time.monotonic() + seconds_max
    with ThreadPoolExecutor(senders) as pool:
        while open_still := [order for order in orders if order.payment_id not in ends]:
            assert time.monotonic() < deadline, f"{len(open_still)} payments do not end"
            chance.shuffle(open_still)
            again = [order.payment_id in sent for order in open_still]
            results = pool.map(one_try, [gateway] * len(open_still), open_still, again)
            for order, result in zip(open_still, results, strict=True):
                sent.add(order.payment_id)
                if result.status in FINAL:
                    ends[order.payment_id] = result
    return ends


def one_try(gateway: Gateway, order: PaymentOrder, was_sent: bool) -> PaymentResult:  # noqa: FBT001
    if was_sent:
        result = gateway.query(order.payment_id)
        if result.status is not PaymentStatus.NOT_FOUND:
            return result
    return gateway.submit(order)
