"""A history for the demonstration: drawn, activated, redeemed, and what else befalls vouchers.

Every operation has a reference of its own, so that a start that was interrupted is repeated
without doing anything twice; of a batch that was half used the rest stays as it is.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

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


def caller_named(issuer: Issuer, name: str) -> Caller:
    """A calling system of the cast, once it is registered."""
    (client,) = (each for each in issuer.catalogue.clients.values() if each.name == name)
    return Caller(client.client_id, f"client:{name}")


def hand_out_ended(connection: Connection, issuer: Issuer, advance: Callable[[int], None]) -> None:
    """While they can be: their time is over soon."""
    ended = _drawn(connection, issuer, "demo-ended", (ENDED_GROUP, ENDED_AMOUNT_MINOR), _ENDED)
    _activate(connection, issuer, "demo-ended", ended)
    advance(_ENDED)


def make_past(
    connection: Connection, issuer: Issuer, gateway: Gateway, advance: Callable[[int], None]
) -> None:
    for group, amount_minor, count, where in _DRAWN:
        for first in range(0, count, BATCH):
            name = f"demo-{group}-{amount_minor}-{first}"
            size = min(BATCH, count - first)
            drawn = _drawn(connection, issuer, name, (group, amount_minor), size)
            _use(connection, issuer, name, drawn, where)
            advance(size)
    _pay_out(connection, issuer, gateway)
    advance(_PAID_OUT)


def _drawn(
    connection: Connection, issuer: Issuer, name: str, what: tuple[str, int], count: int
) -> list[Answer]:
    group, amount_minor = what
    caller = caller_named(issuer, POS)
    answers = apply(
        connection,
        issuer,
        [
            Preactivate(
                caller=caller,
                reference=f"{name}-draw-{index}",
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


def _use(
    connection: Connection,
    issuer: Issuer,
    name: str,
    drawn: Sequence[Answer],
    where: str,
) -> None:
    chance = _chance(name)
    _activate(
        connection,
        issuer,
        name,
        [each for index, each in enumerate(drawn) if index % 100 not in _NOT_ACTIVATED],
    )
    caller = caller_named(issuer, ADMIN)
    changes: list[Operation] = [
        Change(
            caller=caller,
            reference=f"{name}-{action.word}-{index}",
            action=action,
            serial=answer.serial or 0,
            reason="reported by the holder",
        )
        for index, answer in enumerate(drawn)
        for action, share in _CHANGED.items()
        if index % 100 in share
    ]
    redemptions: list[Operation] = [
        _redemption(
            issuer, f"{name}-redeem-{index}", answer, chance.choice(acceptors_of(where)), where
        )
        for index, answer in enumerate(drawn)
        if index % 100 in _REDEEMED
    ]
    _apply(connection, issuer, [*changes, *redemptions])


def _pay_out(connection: Connection, issuer: Issuer, gateway: Gateway) -> None:
    """Cash at agents: each payment is really made by the sandbox provider."""
    chance = _chance("cash")
    amounts = [chance.randrange(500, 5000, 50) * 100 for _ in range(_PAID_OUT)]
    agents = acceptors_of(_CASH)
    for index, amount_minor in enumerate(amounts):
        name = f"demo-cash-{index}"
        for drawn in _drawn(connection, issuer, name, ("CASH-AID", amount_minor), 1):
            _activate(connection, issuer, name, [drawn])
            agent = agents[index % len(agents)]
            redemption = _redemption(issuer, f"{name}-redeem", drawn, agent, _CASH)
            (reserved,) = _apply(connection, issuer, [redemption])
            _pay(connection, issuer, gateway, reserved)


def _pay(connection: Connection, issuer: Issuer, gateway: Gateway, reserved: Answer) -> None:
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
        _apply(connection, issuer, [paid])


def _activate(connection: Connection, issuer: Issuer, name: str, drawn: Sequence[Answer]) -> None:
    caller = caller_named(issuer, POS)
    _apply(
        connection,
        issuer,
        [
            Activate(caller=caller, reference=f"{name}-activate-{index}", serial=each.serial or 0)
            for index, each in enumerate(drawn)
        ],
    )


def _redemption(
    issuer: Issuer, reference: str, drawn: Answer, acceptor: AcceptorDesign, acceptor_group: str
) -> Redeem:
    return Redeem(
        caller=caller_named(issuer, POS),
        reference=reference,
        number=drawn.number or "",
        acceptor_name=acceptor.name,
        acceptor_account=acceptor.account,
        acceptor_group=acceptor_group,
    )


def _apply(connection: Connection, issuer: Issuer, operations: Sequence[Operation]) -> list[Answer]:
    return _all_done(apply(connection, issuer, operations))


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
