"""The auditor's desk for organisations: what they paid, what is held for them, what they bought.

Ranges are cut off the stock with what lies between; what was cancelled there counts for nobody. A
sale takes what is held for it, then what is nobody's, then, if wished, what is made for it; each
as far as its money reaches.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from tests.model_books import About, Books

# Of an allocation and how many: the serials that were made for it.
Made = Callable[[int, int], list[int]]
_WHOLE: Final = Decimal(1)


@dataclass
class Buyer:
    points: int
    approved: bool = True


@dataclass
class Line:
    """`held` are the ranges that wait for the payment, each with how many were in stock then."""

    allocation_id: int
    group: str
    amount_minor: int
    quantity: int
    commission_minor: int
    held: list[tuple[list[int], int]] = field(default_factory=list)
    ranges: list[list[int]] = field(default_factory=list)
    bought: list[int] = field(default_factory=list)
    sold: int = 0
    charged_minor: int = 0

    @property
    def missing(self) -> int:
        return self.quantity - self.sold - sum(vouchers for _serials, vouchers in self.held)

    @property
    def total_minor(self) -> int:
        return self.quantity * self.amount_minor + self.commission_minor

    def commission_of(self, more: int) -> int:
        part = Decimal(self.commission_minor) * (self.sold + more) / self.quantity
        return int(part.quantize(_WHOLE, ROUND_FLOOR)) - self.charged_minor

    def cost_of(self, more: int) -> int:
        return more * self.amount_minor + self.commission_of(more)


@dataclass
class Sale:
    organisation_id: int
    lines: list[Line]
    status: str = "holding"
    is_lapsed: bool = False
    makes_rest: bool = False
    left_minor: int = 0  # of what was set aside for it
    was_refused_more: bool = False

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)


@dataclass
class Desk:
    books: Books
    buyers: dict[int, Buyer] = field(default_factory=dict)
    sales: dict[UUID, Sale] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    buyer_of: dict[int, int] = field(default_factory=dict)  # of an allocation
    owner_of: dict[int, int] = field(default_factory=dict)  # of a serial: its allocation
    bank_said: set[str] = field(default_factory=set)  # of what came in
    bank_did: set[str] = field(default_factory=set)  # of what went out

    def buyer_of_serial(self, serial: int) -> int:
        """0 where it is nobody's."""
        return self.buyer_of[self.owner_of[serial]] if serial in self.owner_of else 0

    def free_minor(self, buyer: int) -> int:
        aside = (
            sale.left_minor
            for sale in self.sales.values()
            if sale.organisation_id == buyer and sale.status == "allocating"
        )
        return self.books.balances[f"customer:{buyer}"] - sum(aside)

    def receive(self, buyer: int, amount_minor: int, reference: str) -> bool:
        if reference in self.bank_said:
            return False
        self.bank_said.add(reference)
        about = About(organisation_id=buyer)
        self.books.move("funding:0", f"customer:{buyer}", amount_minor, about)
        return True

    def refund(self, buyer: int, amount_minor: int, reference: str) -> bool:
        if amount_minor > self.free_minor(buyer) or reference in self.bank_did:
            return False
        self.bank_did.add(reference)
        about = About(organisation_id=buyer)
        self.books.move(f"customer:{buyer}", "funding:0", amount_minor, about)
        return True

    def promise(self, sale_id: UUID, buyer: int, wanted: list[tuple[str, int, int]]) -> bool:
        """`wanted`: group, amount and how many."""
        sold = (self.books.programme_of(group).steps == 0 for group, _amount, _count in wanted)
        if not self.buyers[buyer].approved or not all(sold):
            return False
        lines = []
        for group, amount_minor, quantity in wanted:
            value = Decimal(amount_minor * quantity * self.buyers[buyer].points) / 10_000
            commission_minor = int(value.quantize(_WHOLE, ROUND_HALF_UP))
            number = len(self.lines) + 1
            line = Line(number, group, amount_minor, quantity, commission_minor)
            self.lines[number], self.buyer_of[number] = line, buyer
            lines.append(line)
        self.sales[sale_id] = Sale(buyer, lines)
        return True

    def pay(
        self, sale_id: UUID, paid_minor: int, reference: str, *, makes_rest: bool, takes_part: bool
    ) -> bool:
        """`paid_minor` is nought where the balance pays."""
        sale = self.sales[sale_id]
        buyer, total_minor = sale.organisation_id, sale.total_minor
        stands = sale.status in {"holding", "held"} and not sale.is_lapsed
        useless = any(self.books.programme_of(line.group).steps >= 2 for line in sale.lines)
        if not self.buyers[buyer].approved or not stands or useless:
            return False
        free_minor = self.free_minor(buyer) + paid_minor
        if free_minor < total_minor and not takes_part:
            return False
        if paid_minor and not self.receive(buyer, paid_minor, reference):
            return False
        sale.status, sale.makes_rest = "allocating", makes_rest
        sale.left_minor = max(min(free_minor, total_minor), 0)
        return True

    def release(self, sale_id: UUID) -> bool:
        sale = self.sales[sale_id]
        if sale.status in {"allocating", "allocated"}:
            return False
        if sale.status != "released":
            sale.status = "releasing"
        return True

    def work(self, made: Made) -> None:
        """All that can be done now, on the oldest sale first."""
        for sale in self.sales.values():
            if sale.status in {"holding", "held"} and sale.is_lapsed:
                sale.status = "releasing"
            if sale.status == "holding":
                for line in sale.lines:
                    while line.missing and (taken := self._cut(line, line.missing)):
                        line.held.append((taken, len(self.books.in_stock(taken))))
                sale.status = "held"
            elif sale.status == "releasing":
                self._give_back(sale)
                sale.status = "released"
            elif sale.status == "allocating":
                self._sell_held(sale)
                while self._sell_more(sale, made):
                    pass
                sale.status = "allocated"

    def next_drawn(self, allocation_id: int) -> int:
        """The first of what was bought that is still in stock; 0 where there is none."""
        line = self.lines.get(allocation_id)
        ranges = sorted(line.ranges) if line else []
        return next((found for each in ranges for found in self.books.in_stock(each)), 0)

    def inherit(self, serial: int, fresh: int) -> None:
        if serial in self.owner_of:
            self.owner_of[fresh] = self.owner_of[serial]
            self.lines[self.owner_of[serial]].bought.append(fresh)

    def _cut(self, line: Line, wanted: int) -> list[int]:
        """Off the first pile that has any; the pile goes on behind it."""
        group = self.books.groups[line.group]
        for pile in group.piles():
            found = self.books.in_stock(pile, line.amount_minor)[:wanted]
            if found:
                first, last = pile.index(found[0]), pile.index(found[-1])
                taken = pile[first : last + 1]
                del pile[: last + 1]
                return taken
        return []

    def _give_back(self, sale: Sale) -> None:
        for line in sale.lines:
            self.books.groups[line.group].given_back += [serials for serials, _count in line.held]
            line.held.clear()

    def _affordable(self, sale: Sale, line: Line, wanted: int) -> int:
        most = 0
        while most < wanted and line.cost_of(most + 1) <= sale.left_minor:
            most += 1
        return most

    def _sell_held(self, sale: Sale) -> None:
        for line in sale.lines:
            for held in sorted(line.held):
                serials, _vouchers = held
                stocked = self.books.in_stock(serials)
                sold = self._affordable(sale, line, len(stocked))
                if sold < len(stocked):
                    end = serials.index(stocked[sold - 1]) + 1 if sold else 0
                    line.held[line.held.index(held)] = serials[end:], len(stocked) - sold
                    self._sell(sale, line, serials[:end])
                    self._give_back(sale)
                    return
                line.held.remove(held)
                self._sell(sale, line, serials)

    def _sell_more(self, sale: Sale, made: Made) -> bool:
        wanted = [(line, self._affordable(sale, line, line.missing)) for line in sale.lines]
        for line, count in wanted:
            taken = self._cut(line, count) if count else []
            if taken:
                self._sell(sale, line, taken)
                return True
        line, count = next(((each, n) for each, n in wanted if n), (sale.lines[0], 0))
        if not count or not sale.makes_rest or sale.was_refused_more:
            return False
        programme, group = self.books.programme_of(line.group), self.books.groups[line.group]
        if programme.steps or not self.books.may_commit(group.programme, line.amount_minor * count):
            sale.was_refused_more = True
            return False
        serials = made(line.allocation_id, count)
        assert len(serials) == count, "as many are made as were paid for"
        self.books.provision(line.group, line.amount_minor, serials)
        self._sell(sale, line, serials)
        return True

    def _sell(self, sale: Sale, line: Line, serials: list[int]) -> None:
        stocked = self.books.in_stock(serials)
        if not stocked:
            return
        buyer, sold = sale.organisation_id, len(stocked)
        commission_minor, cost_minor = line.commission_of(sold), line.cost_of(sold)
        group_id = self.books.groups[line.group].group_id
        about = About(vouchers=sold, group_id=group_id, organisation_id=buyer)
        customer, value_minor = f"customer:{buyer}", line.amount_minor * sold
        self.books.move(customer, "available:0", value_minor, about)
        about = About(group_id=group_id, organisation_id=buyer)
        self.books.move(customer, "fees:0", commission_minor, about)
        line.sold += sold
        line.charged_minor += commission_minor
        sale.left_minor -= cost_minor
        line.ranges.append(serials)
        line.bought += stocked
        self.owner_of.update(dict.fromkeys(serials, line.allocation_id))
