"""Day by day: what is drawn, activated and redeemed, and what else befalls vouchers.

Every operation has a reference of its own, so that a start that was interrupted is repeated
without doing anything twice; of a batch that was half used the rest stays as it is.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from counterfoil.cli.demonstration.shops import SHOPS
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


@dataclass(frozen=True, slots=True)
class Drawn:
    """What tills draw: so many, from one day to another, for whose tills; `days` is how long after
    that they are redeemed at most.
    """

    group: str
    amount_minor: int
    count: int
    where: str
    first_day: int
    last_day: int
    days: int = 40

    def on(self, day: int) -> range:
        """The indexes of those drawn that day; all days together have all of them."""
        if not self.last_day <= day <= self.first_day:
            return range(0)
        shares = [_pace(each) for each in range(self.first_day, self.last_day - 1, -1)]
        before = sum(shares[: self.first_day - day])
        until, whole = before + _pace(day), sum(shares)
        return range(round(self.count * before / whole), round(self.count * until / whole))


_DRAWN: Final = (
    Drawn("FOOD-AID", 500_00, 2500, "GROCERS", 73, 0),
    Drawn("FOOD-AID", 1000_00, 1000, "GROCERS", 56, 0),
    Drawn("FOOD-AID", 2000_00, 300, "GROCERS", 43, 1),
    Drawn("SCHOOL-FEES", 5000_00, 250, "SCHOOLS", 46, 5),
    Drawn("GENERAL-PURPOSE", 750_00, 60, "PHARMACIES", 54, 2),
    Drawn("WATER-CANS", 200_00, 150, "GROCERS", 62, 33, 11),
)
FIRST_DRAWN: Final = max(each.first_day for each in _DRAWN)
_ENDED: Final = 60
_PAID_OUT: Final = Drawn("CASH-AID", 0, 40, "CASH-POINTS", 35, 1)
PAST_STEPS: Final = sum(each.count for each in (*_DRAWN, _PAID_OUT))
_REGISTERED_AFTER: Final = 4  # days, at most
_SUSPENDED: Final = {"Amani General Store": 4}  # since when
_FIRST_USED: Final = 74  # when there are some shops
_USED_AFTER: Final = 7.0  # days, on average
_QUIET: Final = {0: 0.35, 6: 0.7}

# What becomes of each hundred: so many stay where they are or are changed, the rest is redeemed.
_NOT_ACTIVATED: Final = range(4)
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
        till, office = (
            next(
                Caller(each.client_id, f"client:{name}")
                for each in issuer.catalogue.clients.values()
                if each.name == name
            )
            for name in (POS, ADMIN)
        )
        return cls(connection, issuer, till, office)

    def apply(self, operations: Sequence[Operation]) -> list[Answer]:
        if not operations:
            return []
        return _all_done(apply(self.connection, self.issuer, operations))


@dataclass(frozen=True, slots=True)
class _Wish:
    """One voucher of a group and an amount."""

    group: str
    amount_minor: int
    number: int

    @property
    def name(self) -> str:
        return f"{self.group}/{self.amount_minor // 100}/{self.number}"


@dataclass(frozen=True, slots=True)
class Tills:
    """`later` are the operations of days to come, by how many days ago they are."""

    calls: Calls
    gateway: Gateway
    later: dict[int, list[Operation]] = field(default_factory=lambda: defaultdict(list))

    def hand_out_ended(self) -> None:
        """While it can be: its time is over some weeks later."""
        drawn = self._draw([_Wish(ENDED_GROUP, ENDED_AMOUNT_MINOR, n) for n in range(_ENDED)])
        self._activate(drawn)

    def live(self, day: int) -> int:
        """What is handed out and paid out that day. How many."""
        drawn = [(each, each.on(day)) for each in _DRAWN]
        answers = self._draw(
            [_Wish(each.group, each.amount_minor, n) for each, numbers in drawn for n in numbers]
        )
        self._activate({w: a for w, a in answers.items() if w.number % 100 not in _NOT_ACTIVATED})
        for each, numbers in drawn:
            for number in numbers:
                wish = _Wish(each.group, each.amount_minor, number)
                if wish in answers:
                    self._plan(each, day, wish, answers[wish])
        paid_out = _PAID_OUT.on(day)
        for number in paid_out:
            self._pay_out(day, number)
        return len(paid_out) + sum(len(numbers) for _each, numbers in drawn)

    def take_in(self, day: int, *, until_noon: bool) -> None:
        """What comes to the tills that day, and is reported to the office."""
        now = self.later[day]
        part = now[: len(now) // 2] if until_noon else now
        self.calls.apply(part)
        self.later[day] = now[len(part) :]

    def redeem_later(  # when, under which name, what, and where
        self, day: int, name: str, number: str, where: str, *, days: int
    ) -> None:
        """Some days after that day, where there is still time."""
        chance = _chance(name)
        lag = int(chance.expovariate(1 / _USED_AFTER))
        if lag > min(days, day):
            return
        used = day - lag
        if used > _FIRST_USED:
            used = _FIRST_USED - lag
        shop = chance.choice(_open_on(where, used))
        self.later[used].append(self._redemption(name, number, shop, where))

    def _plan(self, drawn: Drawn, day: int, wish: _Wish, answer: Answer) -> None:
        """What becomes of one."""
        for action, share in _CHANGED.items():
            if wish.number % 100 in share:
                changed = Change(
                    caller=self.calls.office,
                    reference=f"{wish.name}/{action.word}",
                    action=action,
                    serial=answer.serial or 0,
                    reason="reported by the holder",
                )
                self.later[max(day - 2, 0)].append(changed)
        if wish.number % 100 in _REDEEMED:
            number = answer.number or ""
            self.redeem_later(day, wish.name, number, drawn.where, days=drawn.days)

    def _draw(self, wishes: Sequence[_Wish]) -> dict[_Wish, Answer]:
        """Without those that a start before this one has used."""
        if not wishes:
            return {}
        answers = apply(
            self.calls.connection,
            self.calls.issuer,
            [
                Preactivate(
                    caller=self.calls.till,
                    reference=f"{wish.name}/draw",
                    amount=decimal_text(wish.amount_minor, CURRENCY),
                    currency=CURRENCY,
                    group=wish.group,
                )
                for wish in wishes
            ],
        )
        shown = {
            wish: each
            for wish, each in zip(wishes, answers, strict=True)
            if each.outcome is not Outcome.NUMBER_NO_LONGER_SHOWN
        }
        _all_done(list(shown.values()))
        return shown

    def _pay_out(self, day: int, number: int) -> None:
        """Cash at agents: each payment is really made by the sandbox provider."""
        agents = _open_on(_PAID_OUT.where, day)
        amount_minor = _chance(f"{_PAID_OUT.group}/{number}").randrange(500, 5000, 50) * 100
        drawn = self._draw([_Wish(_PAID_OUT.group, amount_minor, number)])
        self._activate(drawn)
        for wish, answer in drawn.items():
            agent = agents[number % len(agents)]
            paid = self._redemption(wish.name, answer.number or "", agent, _PAID_OUT.where)
            (reserved,) = self.calls.apply([paid])
            self._pay(reserved)

    def _pay(self, reserved: Answer) -> None:
        """Where the provider gives no clear answer, or another start holds the payment, the worker
        goes on.
        """
        due = reserved.payment
        if due is None:
            return
        result = self.gateway.submit(
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
            self.calls.apply([paid])

    def _activate(self, drawn: Mapping[_Wish, Answer]) -> None:
        self.calls.apply(
            [
                Activate(
                    caller=self.calls.till,
                    reference=f"{wish.name}/activate",
                    serial=each.serial or 0,
                )
                for wish, each in drawn.items()
            ]
        )

    def _redemption(self, reference: str, number: str, shop: AcceptorDesign, group: str) -> Redeem:
        return Redeem(
            caller=self.calls.till,
            reference=reference,
            number=number,
            acceptor_name=shop.name,
            acceptor_account=shop.account,
            acceptor_group=group,
        )


def _open_on(group: str, day: int) -> list[AcceptorDesign]:
    """Those of a group that take vouchers that day."""
    return [
        each
        for each in acceptors_of(group)
        if SHOPS[each.name].days - _REGISTERED_AFTER >= day > _SUSPENDED.get(each.name, -1)
    ]


def _pace(day: int) -> float:
    """How much is done that day: more and more, and little at the end of a week."""
    return _QUIET.get(day % 7, 1.0) * (1.6 - day / 100)


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
