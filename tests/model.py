"""The auditor: the engine's rules once more, written down from the design and not from the code,
in dicts and words. It predicts the outcome of every operation and every balance after it.

Time does not run here: somebody says that a voucher's validity or its hold is over.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tests.model_books import IN_USE, LIFE, About, Books, Paper, Shop
from tests.model_sales import Desk

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
class Auditor:
    books: Books
    desk: Desk
    shops: dict[tuple[str, str], Shop]
    clients: dict[int, set[str]]  # what each may do; 0 is the system, which may everything
    payments: dict[UUID, tuple[int, str]] = field(default_factory=dict)  # serial, how it stands
    memory: dict[tuple[int, str, str], tuple[object, Answer]] = field(default_factory=dict)

    @property
    def papers(self) -> dict[int, Paper]:
        return self.books.papers

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
                return self._change(operation)

    def _draw(self, operation: Preactivate) -> str:
        group = self.books.groups.get(operation.group or "")
        programme = self.books.programmes[group.programme if group else "first"]
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
            return "done" if self.books.next_in_stock(group, cents) else "out_of_stock"
        enough = self.books.balances["available:0"] >= cents
        may = self.books.may_commit(group.programme, cents)
        return "done" if enough and may else "funds_missing"

    def _draw_own(self, allocation_id: int) -> str:
        serial = self.desk.next_drawn(allocation_id)
        if not serial:
            return "out_of_stock"
        return "redemption_closed" if self._steps(self.papers[serial]) >= 2 else "done"

    def _change(self, operation: Activate | Change) -> str:
        """An organisation reaches its own, and does not let go on what another stopped."""
        paper, action = self.papers.get(operation.serial), asked(operation)
        buyer = operation.organisation_id
        if paper is None or buyer not in {None, self.desk.buyer_of_serial(operation.serial)}:
            return "serial_unknown"
        stopped = paper.state in {"suspended", "blocked"} and paper.stopped_by != buyer
        if buyer is not None and stopped and action in {"unsuspend", "replace"}:
            return paper.state
        return self._step(paper, action)

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
        return "pending" if self.books.groups[paper.group].instant and sent_to else "done"

    def _steps(self, paper: Paper) -> int:
        return self.books.programmes[self.books.groups[paper.group].programme].steps

    def _welcome(self, code: str, shop: Shop, operation: Redeem) -> bool:
        group, claimed = self.books.groups[code], operation.acceptor_group
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
        if action == "activate" and paper.state == "active" and paper.at_once:
            return "done"  # it is so already
        if action not in LIFE[paper.state]:
            return REFUSALS[paper.state]
        if lapsed and action != "cancel":
            return "not_preactivated"
        too_late = action == "activate" and self._steps(paper) >= 2
        return "redemption_closed" if too_late else "done"

    def record(self, operation: Operation, answer: Answer) -> None:
        """Carry out what was answered: a change that `outcome` predicted."""
        action, serial = asked(operation), answer.serial or 0
        if operation.reference is not None and not isinstance(operation, Draw):
            key = operation.caller.client_id, action, operation.reference
            self.memory[key] = _content(operation), answer
        match operation:
            case Preactivate():
                self._hand_over(operation, answer)
            case Draw():
                assert serial == self.desk.next_drawn(operation.allocation_id)
                self.papers[serial].number = answer.number or ""
                if operation.at_once:
                    action, self.papers[serial].at_once = "issue", True
            case FinishPayment() | Redeem():
                action = self._note_payment(operation, answer)
            case Change() | Activate():
                if action in {"suspend", "block"}:
                    self.papers[serial].stopped_by = operation.organisation_id or 0
        self._carry_out(serial, action)
        if action == "replace":
            self._put_in_place(serial, answer)

    def _note_payment(self, operation: FinishPayment | Redeem, answer: Answer) -> str:
        """What it does to the voucher: reserve, settle, release or redeem."""
        serial = answer.serial or 0
        if isinstance(operation, FinishPayment):
            stands = "completed" if operation.completed else operation.reason or ""
            self.payments[operation.payment_id] = serial, stands
            return asked(operation)
        shop = self.shops[operation.acceptor_name, operation.acceptor_account]
        self.papers[serial].acceptor_id = shop.acceptor_id
        if answer.payment is None:
            return "redeem"
        self.payments[answer.payment.payment_id] = serial, "pending"
        return "reserve"

    def _hand_over(self, operation: Preactivate, answer: Answer) -> None:
        code, cents, serial = operation.group or "", _cents(operation.amount), answer.serial or 0
        group = self.books.groups[code]
        if group.amounts:
            assert serial == self.books.next_in_stock(group, cents), (
                "the next one in stock is drawn"
            )
        else:
            self._create(serial, code, cents)
        self.papers[serial].number = answer.number or ""

    def _put_in_place(self, serial: int, answer: Answer) -> None:
        """A new one of the same value and validity, and whose the old one was."""
        old, fresh = self.papers[serial], answer.replacement_serial or 0
        old.replaced = True
        self._create(fresh, old.group, old.amount_minor)
        self.desk.inherit(serial, fresh)
        new = self.papers[fresh]
        new.state, new.number, new.at_once = old.prior, answer.number or "", old.at_once
        new.hold_is_over, old.prior = old.hold_is_over, ""

    def _create(self, serial: int, group: str, amount_minor: int) -> None:
        self.books.create(serial, group, amount_minor)
        reserved = f"reserved:{self.books.groups[group].group_id}"
        self.books.move("available:0", reserved, amount_minor)

    def _carry_out(self, serial: int, action: str) -> None:
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
        self._money(serial, action)

    def _money(self, serial: int, action: str) -> None:
        paper, buyer = self.papers[serial], self.desk.buyer_of_serial(serial)
        group, amount_minor = self.books.groups[paper.group], paper.amount_minor
        reserved = f"reserved:{group.group_id}"
        of_buyer = About(1, group.group_id, organisation_id=buyer)
        of_both = About(1, group.group_id, paper.acceptor_id, buyer)
        match action:
            case "redeem":
                self.books.move(reserved, f"payable:{paper.acceptor_id}", amount_minor, of_both)
            case "settle":
                self.books.move(reserved, "funding:0", amount_minor, of_both)
            case "cancel" | "lapse" | "expire":
                whose = {"buyer": f"customer:{buyer}", "breakage": "breakage:0"}
                freed_to = whose.get(group.unused, "available:0") if buyer else "available:0"
                self.books.move(reserved, freed_to, amount_minor, of_buyer)
            case "replace":
                self.books.move(reserved, "available:0", amount_minor)
            case "activate" | "issue":
                self.books.count("distributed", amount_minor, of_buyer)
            case _:
                pass

    def step(self, programme: str) -> bool:
        """The next step; it is not closed while a voucher is being paid, or something is sold."""
        found = self.books.programmes[programme]
        paying = any(
            paper.state == "redeeming" and self.books.groups[paper.group].programme == programme
            for paper in self.papers.values()
        )
        selling = any(
            sale.status == "allocating"
            and any(self.books.groups[line.group].programme == programme for line in sale.lines)
            for sale in self.desk.sales.values()
        )
        if found.steps == 4 or (found.steps == 3 and (paying or selling)):
            return False
        found.steps += 1
        return True

    def close(self) -> None:
        """What is left in programmes that are closed ends: stock is cancelled, the rest expires."""
        for serial, paper in sorted(self.papers.items()):
            if self._steps(paper) == 4 and paper.state == "stocked":
                self._carry_out(serial, "cancel")
            elif self._steps(paper) == 4 and paper.state in IN_USE:
                self._carry_out(serial, "expire")

    def sweep(self) -> None:
        """Everything that is due ends."""
        for serial in sorted(self.papers):
            if self._step(self.papers[serial], "expire") == "done":
                self._carry_out(serial, "expire")


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
