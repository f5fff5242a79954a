"""A Payment Hub EE over a bad line: every payment ends known, the hub has each at most once, and
both say the same.
"""

import random
from collections import Counter
from uuid import UUID

import pytest
from tests.gateway.driving import driven
from tests.gateway.fault_proxy import Fault, FaultProxy, seeded_plan
from tests.gateway.payment_hub.stub import TENANT, TOKEN, HubStub, served

from counterfoil.gateway.bank_files import written_id
from counterfoil.gateway.payment_hub.rail import Hub, PaymentHubGateway
from counterfoil.gateway.port import PaymentOrder, PaymentStatus
from counterfoil.money import Money

SHOPS = ("+254700000001", "+254700000002", "103873110196")
REFUSING = "+254700000009"
FAULTS = ("dies_before", "dies_after", "garbles", "")


def given_orders(chance: random.Random, payments: int) -> list[PaymentOrder]:
    return [
        PaymentOrder(
            payment_id=UUID(int=chance.getrandbits(128), version=4),
            funding_account="AID-KES",
            credit_account=chance.choice([*SHOPS, REFUSING]),
            fsp="lion",
            money=Money(chance.randrange(1, 10_000), "KES"),
            narrative="Payout",
        )
        for _number in range(payments)
    ]


def given_hub(chance: random.Random, payments: int) -> HubStub:
    hub = HubStub()
    hub.fails = {REFUSING.removeprefix("+"): "PayeeNotFound"}
    hub.shown_after, hub.ends_after = chance.randrange(3), chance.randrange(3)
    hub.next_faults.extend(chance.choices(FAULTS, k=payments))
    return hub


def paid_over_a_bad_line(seed: int, payments: int) -> None:
    """Assertions on a history: our view is the hub's."""
    chance = random.Random(seed)  # noqa: S311
    orders, hub = given_orders(chance, payments), given_hub(chance, payments)
    plan = seeded_plan(seed, decks=payments // 5)
    with (
        served(hub) as url,
        FaultProxy(url, plan, delay_seconds=0.5, hold_seconds_max=0.5) as proxy,
    ):
        settings = Hub(
            channel_url=proxy.base_url,
            operations_url=proxy.base_url,
            tenant=TENANT,
            registering_institution="counterfoil",
            refuses_repeats=True,
        )
        rail = PaymentHubGateway(settings, secret=TOKEN, timeout_seconds=0.4)
        ends = driven(rail, orders, seed=seed)
        proxy.drain()
        rail.close()
    assert len({fault for fault, _line in proxy.met}) == len(Fault)
    begun = Counter(transfer.correlation_id for transfer in hub.transfers)
    assert begun == Counter(written_id(order.payment_id) for order in orders)
    paid = {each.correlation_id: (each.payee, each.amount) for each in hub.paid}
    ours = {
        written_id(order.payment_id): order
        for order in orders
        if ends[order.payment_id].status is PaymentStatus.COMPLETED
    }
    assert set(paid) == set(ours)
    for named, order in ours.items():
        amount = order.money.amount_minor
        written = f"{amount // 100}.{amount % 100:02}".rstrip("0").rstrip(".")
        assert paid[named] == (order.credit_account.removeprefix("+"), written)
    refused = {o.payment_id for o in orders if o.credit_account == REFUSING}
    assert {each for each, end in ends.items() if end.status is PaymentStatus.REJECTED} == refused


def test_payments_over_a_bad_line_are_made_once() -> None:
    paid_over_a_bad_line(seed=1, payments=12)


@pytest.mark.prove
def test_many_histories_of_payments_are_made_once() -> None:
    for seed in range(20):
        paid_over_a_bad_line(seed, payments=30)
