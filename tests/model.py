"""The auditor: the engine's rules once more, written down from the design and not from the code,
in dicts and words. It predicts the outcome of every operation and every balance after it.

Time does not run here: somebody says that a voucher's validity or its hold is over.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from counterfoil.engine.operation import (
    Activate,
    Answer,
    Change,
    Draw,
    FinishPayment,
    Operation,
    Outcome,
    Preactivate,
    Redeem,
)

# state: action>state after it; = is where it was before it was suspended or blocked.
LIFE: Final = {
    line.split(":")[0].strip(): dict(step.split(">") for step in line.split(":")[1].split())
    for line in """
    stocked: preactivate>preactivated cancel>cancelled
    preactivated: activate>active suspend>suspended block>blocked cancel>cancelled lapse>cancelled \
        expire>expired replace>cancelled extend>preactivated
    active: redeem>redeemed reserve>redeeming suspend>suspended block>blocked cancel>cancelled \
        expire>expired replace>cancelled extend>active
    redeeming: settle>redeemed release>active
    suspended: unsuspend>= expire>expired replace>cancelled extend>suspended
    blocked: unblock>= cancel>cancelled expire>expired replace>cancelled extend>blocked
    redeemed: purge>purged
    cancelled: purge>purged
    expired: purge>purged
    purged:
    """.strip().splitlines()
}
IN_USE: Final = {"preactivated", "active", "suspended", "blocked"}
REFUSALS: Final = {
    "stocked": "not_preactivated",
    "preactivated": "not_active",
    "active": "not_allowed",
    "redeeming": "payment_in_progress",
    "redeemed": "already_redeemed",
    "suspended": "suspended",
    "blocked": "blocked",
    "cancelled": "already_cancelled",
    "expired": "expired",
    "purged": "purged",
}
SCOPES: Final = {"preactivate": "preactivate", "activate": "activate", "redeem": "redeem"}


@dataclass
class Group:
    """`accepts` is None for everybody, else the names of acceptor groups or of acceptors."""

    group_id: int
    amounts: set[str]  # empty: any, on demand
    instant: bool = False
    accepts_groups: set[str] | None = None
    accepts_names: set[str] | None = None
    programme: str = "first"
    stock: list[int] = field(default_factory=list)


@dataclass
class Programme:
    """How many steps it has taken: 1 ends its sales, 2 redemption, 4 everything. `budget` is the
    most it may ever commit.
    """

    steps: int = 0
    budget: int | None = None


@dataclass
class Shop:
    """Nothing is sent to one whose payouts are held or whose bank data is about to change."""

    acceptor_id: int
    approved: bool
    groups: set[str]
    payouts_held: bool = False
    rebanking: bool = False


@dataclass
class Paper:
    """A voucher, as the auditor sees it."""

    group: str
    amount_minor: int
    state: str = "stocked"
    prior: str = ""
    number: str = ""
    is_over: bool = False
    hold_is_over: bool = False
    replaced: bool = False


@dataclass
class Auditor:
    groups: dict[str, Group]
    shops: dict[tuple[str, str], Shop]
    clients: dict[int, set[str]]  # what each may do; 0 is the system, which may everything
    programmes: dict[str, Programme] = field(default_factory=lambda: {"first": Programme()})
    papers: dict[int, Paper] = field(default_factory=dict)
    allocations: dict[int, list[int]] = field(default_factory=dict)  # what was sold, by serial
    balances: Counter[str] = field(default_factory=Counter)
    payments: dict[UUID, tuple[int, str]] = field(default_factory=dict)  # serial, how it stands
    memory: dict[tuple[int, str, str], tuple[object, Answer]] = field(default_factory=dict)

    def move(self, debit: str, credit: str, amount_minor: int) -> None:
        self.balances[debit] -= amount_minor
        self.balances[credit] += amount_minor

    def stand(self) -> dict[str, int]:
        return {account: amount for account, amount in self.balances.items() if amount}

    def outcome(self, operation: Operation) -> Outcome:
        """What the engine must answer now. Changes nothing."""
        action, client_id = asked(operation), operation.caller.client_id
        if client_id:
            if client_id not in self.clients:
                return Outcome.CLIENT_UNKNOWN
            allowed = {SCOPES.get(action, "admin")} | ({"cancel"} if action == "cancel" else set())
            if not allowed & self.clients[client_id]:
                return Outcome.SCOPE_MISSING
        content, before = self.memory.get((client_id, action, operation.reference or ""), (0, None))
        if before is not None:
            same = content == _content(operation)
            return self._repeated(operation, before) if same else Outcome.REFERENCE_REUSED
        return Outcome(self._decided(operation))

    def _repeated(self, operation: Operation, before: Answer) -> Outcome:
        paper = self.papers[before.serial or 0]
        if isinstance(operation, Preactivate):
            shown = paper.state in {"preactivated", "active"} and not paper.replaced
            return Outcome.DONE if shown else Outcome.NUMBER_NO_LONGER_SHOWN
        stands = "completed"
        if before.payment is not None:
            stands = self.payments[before.payment.payment_id][1]
        return {
            "pending": Outcome.PENDING,
            "no_funds": Outcome.FUNDING_SHORT,
            "cannot_credit": Outcome.CANNOT_CREDIT,
        }.get(stands, Outcome.DONE)

    def _decided(self, operation: Operation) -> str:
        match operation:
            case Preactivate():
                return self._draw(operation)
            case Draw():
                return self._draw_own(operation.allocation_id)
            case Redeem():
                return self._spend(operation)
            case FinishPayment():
                serial, stands = self.payments.get(operation.payment_id, (0, ""))
                if serial != operation.serial:
                    return "serial_unknown"
                return "done" if stands == "pending" else "not_allowed"
            case Activate() | Change():
                paper = self.papers.get(operation.serial)
                return "serial_unknown" if paper is None else self._step(paper, asked(operation))

    def _draw(self, operation: Preactivate) -> str:
        group = self.groups.get(operation.group or "")
        programme = self.programmes[group.programme if group else "first"]
        if programme.steps == 4:
            group = None  # its groups are closed with it
        cents = _cents(operation.amount)
        if not cents or (group and group.amounts and operation.amount not in group.amounts):
            return "amount_invalid"
        if operation.currency not in ({"KES"} if group else {"KES", "EUR"}):
            return "currency_invalid"
        if group is None:
            return "group_unknown"
        if programme.steps:
            return "sales_closed"
        if group.amounts:
            return "done" if self._next(group, cents) else "out_of_stock"
        left = self.balances["available:0"]
        if programme.budget is not None:
            left = min(left, programme.budget - self.committed(group.programme))
        return "done" if left >= cents else "funds_missing"

    def _draw_own(self, allocation_id: int) -> str:
        left = (self.papers[serial] for serial in self.allocations[allocation_id])
        return "done" if any(paper.state == "stocked" for paper in left) else "out_of_stock"

    def committed(self, programme: str) -> int:
        """What is or was worth something in the end: all but what was freed."""
        freed = {"cancelled", "expired"}
        return sum(
            paper.amount_minor
            for paper in self.papers.values()
            if self.groups[paper.group].programme == programme
            and not freed & {paper.state, paper.prior if paper.state == "purged" else ""}
        )

    def _next(self, group: Group, amount_minor: int) -> int:
        """The first of that amount that is still in stock."""
        papers = ((serial, self.papers[serial]) for serial in group.stock)
        return next(
            (s for s, p in papers if p.state == "stocked" and p.amount_minor == amount_minor), 0
        )

    def _spend(self, operation: Redeem) -> str:
        paper = next((p for p in self.papers.values() if p.number == operation.number), None)
        if paper is None:
            return "number_unknown"
        if "redeemed" in {paper.state, paper.prior}:
            return "already_redeemed"
        if paper.is_over and paper.state != "redeeming":
            return "expired"
        if paper.state != "active":
            return REFUSALS[paper.state]
        if self._steps(paper) >= 2:
            return "redemption_closed"
        shop = self.shops.get((operation.acceptor_name, operation.acceptor_account))
        if shop is None or not shop.approved:
            return "acceptor_not_approved" if shop else "acceptor_unknown"
        if not self._welcome(paper.group, shop, operation):
            client_id = operation.caller.client_id
            may = not client_id or "override" in self.clients[client_id]
            if not (operation.override and may):
                return "group_mismatch"
        sent_to = not (shop.payouts_held or shop.rebanking)
        return "pending" if self.groups[paper.group].instant and sent_to else "done"

    def _steps(self, paper: Paper) -> int:
        return self.programmes[self.groups[paper.group].programme].steps

    def _welcome(self, code: str, shop: Shop, operation: Redeem) -> bool:
        group, claimed = self.groups[code], operation.acceptor_group
        if claimed not in {None, code} | shop.groups:
            return False
        if group.accepts_groups is not None:
            known = claimed in {None, code} or claimed in group.accepts_groups
            return known and bool(group.accepts_groups & shop.groups)
        return group.accepts_names is None or operation.acceptor_name in group.accepts_names

    def _step(self, paper: Paper, action: str) -> str:
        lapsed = paper.state == "preactivated" and paper.hold_is_over
        over = paper.state in IN_USE and paper.is_over
        closed = self._steps(paper) == 4
        if action == "expire":
            due = lapsed or over or (closed and paper.state in IN_USE)
            return "done" if due else "not_due"
        if action == "replace" and closed:
            return "sales_closed"
        if over:
            return "expired"
        if action not in LIFE[paper.state]:
            return REFUSALS[paper.state]
        if lapsed and action != "cancel":
            return "not_preactivated"
        too_late = action == "activate" and self._steps(paper) >= 2
        return "redemption_closed" if too_late else "done"

    def record(self, operation: Operation, answer: Answer) -> None:
        """Carry out what was answered: a change that `outcome` predicted."""
        action, serial = asked(operation), answer.serial or 0
        if operation.reference is not None:
            key = operation.caller.client_id, action, operation.reference
            self.memory[key] = _content(operation), answer
        if isinstance(operation, Preactivate):
            group = self.groups[operation.group or ""]
            if group.amounts:
                assert serial == self._next(group, _cents(operation.amount)), (
                    "the next one in stock is drawn"
                )
            else:
                self._create(serial, operation.group or "", _cents(operation.amount))
            self.papers[serial].number = answer.number or ""
        elif isinstance(operation, FinishPayment):
            stands = "completed" if operation.completed else operation.reason or ""
            self.payments[operation.payment_id] = serial, stands
        elif answer.payment is not None:
            action = "reserve"
            self.payments[answer.payment.payment_id] = serial, "pending"
        self._carry_out(serial, action, self._payee(operation))
        if action == "replace":
            old, fresh = self.papers[serial], answer.replacement_serial or 0
            old.replaced = True
            self._create(fresh, old.group, old.amount_minor)
            new = self.papers[fresh]
            new.state, new.number, new.hold_is_over = (
                old.prior,
                answer.number or "",
                old.hold_is_over,
            )
            old.prior = ""

    def _create(self, serial: int, group: str, amount_minor: int) -> None:
        assert serial not in self.papers, "a serial is new"
        self.papers[serial] = Paper(group, amount_minor)
        self.move("available:0", f"reserved:{self.groups[group].group_id}", amount_minor)

    def _payee(self, operation: Operation) -> str:
        if not isinstance(operation, Redeem):
            return "funding:0"
        shop = self.shops[operation.acceptor_name, operation.acceptor_account]
        return f"payable:{shop.acceptor_id}"

    def _carry_out(self, serial: int, action: str, payee: str) -> None:
        paper = self.papers[serial]
        before = paper.state
        if action == "expire" and before == "preactivated" and paper.hold_is_over:
            action = "lapse"
        after = LIFE[before][action]
        paper.state = paper.prior if after == "=" else after
        if action == "extend":
            paper.is_over = False
        elif action == "replace":
            paper.prior = paper.prior or before  # for the one that takes its place
        else:
            paper.prior = before if after in {"suspended", "blocked", "purged"} else ""
        reserved = f"reserved:{self.groups[paper.group].group_id}"
        if action in {"redeem", "settle"}:
            self.move(reserved, payee, paper.amount_minor)
        elif action in {"cancel", "lapse", "expire", "replace"}:
            self.move(reserved, "available:0", paper.amount_minor)

    def step(self, programme: str) -> bool:
        """The next step; it is not closed while a voucher is being paid."""
        found = self.programmes[programme]
        paying = any(
            paper.state == "redeeming" and self.groups[paper.group].programme == programme
            for paper in self.papers.values()
        )
        if found.steps == 4 or (found.steps == 3 and paying):
            return False
        found.steps += 1
        return True

    def close(self) -> None:
        """What is left in programmes that are closed ends: stock is cancelled, the rest expires."""
        for serial, paper in sorted(self.papers.items()):
            if self._steps(paper) == 4 and paper.state == "stocked":
                self._carry_out(serial, "cancel", "")
            elif self._steps(paper) == 4 and paper.state in IN_USE:
                self._carry_out(serial, "expire", "")

    def sweep(self) -> None:
        """Everything that is due ends."""
        for serial in sorted(self.papers):
            if self._step(self.papers[serial], "expire") == "done":
                self._carry_out(serial, "expire", "")


def asked(operation: Operation) -> str:
    match operation:
        case Preactivate() | Activate() | Redeem():
            return type(operation).__name__.lower()
        case Draw():
            return "preactivate"
        case FinishPayment():
            return "settle" if operation.completed else "release"
        case Change():
            return operation.action.word


def _content(operation: Operation) -> object:
    match operation:
        case Preactivate():
            return operation.amount, operation.currency, operation.group, operation.comment
        case Redeem():
            shop = operation.acceptor_name, operation.acceptor_account, operation.acceptor_group
            return operation.number, operation.serial, shop, operation.override
        case Change():
            return operation.serial, operation.reason, operation.extend_until
        case FinishPayment():
            return operation.serial, operation.completed
        case Activate():
            return operation.serial
        case Draw():
            return operation.allocation_id, operation.at_once


def _cents(amount: str | None) -> int:
    """Of amounts written like 10.00; nought for anything else."""
    whole, _, fraction = (amount or "").partition(".")
    written_well = whole.isdecimal() and fraction.isdecimal() and len(fraction) == 2
    return int(whole + fraction) if written_well else 0
