"""A history for the demonstration: drawn, activated, redeemed, and what else befalls vouchers.

Every operation has a reference of its own, so that a start that was interrupted is repeated
without doing anything twice; of a batch that was half used the rest stays as it is.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from counterfoil.cli.demonstration.cast import (
    ADMIN,
    CURRENCY,
    ENDED_AMOUNT_MINOR,
    ENDED_GROUP,
    POS,
    acceptors_of,
)
from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import (
    CHANGED,
    Activate,
    Answer,
    Caller,
    Change,
    FinishPayment,
    Operation,
    Outcome,
    Preactivate,
    Redeem,
)
from counterfoil.errors import ConflictError
from counterfoil.gateway.port import Gateway, PaymentOrder, PaymentStatus
from counterfoil.money import Money, decimal_text
from counterfoil.voucher import Action

CALLER: Final = Caller(0, "cli:demonstration")
BATCH: Final = 500

# What is drawn: group, amount in minor units, how many, and at whose tills.
_DRAWN: Final = (
    ("FOOD-AID", 500_00, 2500, "GROCERS"),
    ("FOOD-AID", 1000_00, 1000, "GROCERS"),
    ("FOOD-AID", 2000_00, 300, "GROCERS"),
    ("SCHOOL-FEES", 5000_00, 250, "SCHOOLS"),
    ("GENERAL-PURPOSE", 750_00, 60, "PHARMACIES"),
    ("WATER-CANS", 200_00, 150, "GROCERS"),
)
_ENDED: Final = 60
_PAID_OUT: Final = 40
_CASH: Final = "CASH-POINTS"
PAST_STEPS: Final = sum(count for _group, _amount, count, _where in _DRAWN) + _ENDED + _PAID_OUT

# What becomes of each hundred: so many stay where they are or are changed, the rest is redeemed.
_NOT_ACTIVATED: Final = range(4)
_KEPT: Final = range(4, 16)
_CHANGED: Final = {
    Action.SUSPEND: range(16, 18),
    Action.BLOCK: range(18, 19),
    Action.CANCEL: range(19, 22),
}
_REDEEMED: Final = range(22, 100)


@dataclass(frozen=True, slots=True)
class Calls:
    """Of the tills, who hand out and take in, and of the office's system, who change."""

    connection: Connection = field(repr=False)
    issuer: Issuer
    till: Caller
    office: Caller

    @classmethod
    def of(cls, connection: Connection, issuer: Issuer) -> Self:
        """Once both calling systems are registered."""
        ids = {client.name: client.client_id for client in issuer.catalogue.clients.values()}
        till, office = (Caller(ids[name], f"client:{name}") for name in (POS, ADMIN))
        return cls(connection, issuer, till, office)

    def apply(self, operations: Sequence[Operation]) -> list[Answer]:
        return _all_done(apply(self.connection, self.issuer, operations))


def hand_out_ended(calls: Calls, advance: Callable[[int], None]) -> None:
    """While it can be: its time is over soon."""
    ended = _drawn(calls, ENDED_GROUP, (ENDED_GROUP, ENDED_AMOUNT_MINOR), _ENDED)
    _activate(calls, ENDED_GROUP, ended)
    advance(_ENDED)


def make_past(calls: Calls, gateway: Gateway, advance: Callable[[int], None]) -> None:
    for group, amount_minor, count, where in _DRAWN:
        for first in range(0, count, BATCH):
            name = f"{group}/{amount_minor // 100}/{first // BATCH + 1}"
            size = min(BATCH, count - first)
            _use(calls, name, _drawn(calls, name, (group, amount_minor), size), where)
            advance(size)
    _pay_out(calls, gateway)
    advance(_PAID_OUT)


def _drawn(calls: Calls, name: str, what: tuple[str, int], count: int) -> list[Answer]:
    group, amount_minor = what
    answers = apply(
        calls.connection,
        calls.issuer,
        [
            Preactivate(
                caller=calls.till,
                reference=f"{name}/draw/{index}",
                amount=decimal_text(amount_minor, CURRENCY),
                currency=CURRENCY,
                group=group,
            )
            for index in range(count)
        ],
    )
    if any(answer.outcome is Outcome.NUMBER_NO_LONGER_SHOWN for answer in answers):
        return []
    return _all_done(answers)


def _use(calls: Calls, name: str, drawn: Sequence[Answer], where: str) -> None:
    chance = _chance(name)
    active = [each for index, each in enumerate(drawn) if index % 100 not in _NOT_ACTIVATED]
    _activate(calls, name, active)
    changes: list[Operation] = [
        Change(
            caller=calls.office,
            reference=f"{name}/{action.word}/{index}",
            action=action,
            serial=answer.serial or 0,
            reason="reported by the holder",
        )
        for index, answer in enumerate(drawn)
        for action, share in _CHANGED.items()
        if index % 100 in share
    ]
    redemptions: list[Operation] = [
        _redemption(calls, f"{name}/{index}", answer, chance.choice(acceptors_of(where)), where)
        for index, answer in enumerate(drawn)
        if index % 100 in _REDEEMED
    ]
    calls.apply([*changes, *redemptions])


def _pay_out(calls: Calls, gateway: Gateway) -> None:
    """Cash at agents: each payment is really made by the sandbox provider."""
    chance = _chance("cash")
    amounts = [chance.randrange(500, 5000, 50) * 100 for _ in range(_PAID_OUT)]
    agents = acceptors_of(_CASH)
    for index, amount_minor in enumerate(amounts):
        name = f"CASH-AID/{index + 1}"
        for drawn in _drawn(calls, name, ("CASH-AID", amount_minor), 1):
            _activate(calls, name, [drawn])
            redemption = _redemption(calls, name, drawn, agents[index % len(agents)], _CASH)
            (reserved,) = calls.apply([redemption])
            _pay(calls, gateway, reserved)


def _pay(calls: Calls, gateway: Gateway, reserved: Answer) -> None:
    """Where the provider gives no clear answer, or another start holds the payment, the worker
    goes on.
    """
    due = reserved.payment
    if due is None:
        return
    result = gateway.submit(
        PaymentOrder(
            due.payment_id,
            due.debit_account,
            due.credit_account,
            due.fsp,
            Money(due.amount_minor, due.currency),
            f"Voucher {due.serial}",
        )
    )
    if result.status is PaymentStatus.COMPLETED:
        paid = FinishPayment(
            caller=CALLER,
            payment_id=due.payment_id,
            serial=due.serial,
            completed=True,
            provider_reference=result.provider_reference,
        )
        calls.apply([paid])


def _activate(calls: Calls, name: str, drawn: Sequence[Answer]) -> None:
    calls.apply(
        [
            Activate(
                caller=calls.till,
                reference=f"{name}/activate/{index}",
                serial=each.serial or 0,
            )
            for index, each in enumerate(drawn)
        ]
    )


def _redemption(
    calls: Calls, reference: str, drawn: Answer, acceptor: AcceptorDesign, acceptor_group: str
) -> Redeem:
    return Redeem(
        caller=calls.till,
        reference=reference,
        number=drawn.number or "",
        acceptor_name=acceptor.name,
        acceptor_account=acceptor.account,
        acceptor_group=acceptor_group,
    )


def _all_done(answers: list[Answer]) -> list[Answer]:
    refused = sorted({answer.outcome for answer in answers} - CHANGED)
    if refused:
        raise ConflictError(
            f"The demonstration's past cannot be finished ({', '.join(refused)}):"
            " remove its home and start again."
        )
    return answers


def _chance(name: str) -> random.Random:
    """The same every time: a repeated operation must say the same."""
    return random.Random(name)  # noqa: S311  # no secret
