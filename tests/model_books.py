"""What the auditor keeps books of: vouchers, who takes them, what became of the money, and the
figures that follow from it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

# state: action>state after it; = is where it was before it was suspended or blocked.
LIFE: Final = {
    line.split(":")[0].strip(): dict(step.split(">") for step in line.split(":")[1].split())
    for line in """
    stocked: preactivate>preactivated issue>active cancel>cancelled
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
FREED: Final = {"cancelled", "expired"}

# What a movement of money is a figure of. A replacement, and what is made on demand, are none.
FIGURES_OF: Final = {
    ("funding", "available"): ("deposited",),
    ("available", "funding"): ("withdrawn",),
    ("funding", "customer"): ("received",),
    ("customer", "funding"): ("refunded",),
    ("customer", "available"): ("sold",),
    ("customer", "fees"): ("fees",),
    ("available", "earmarked"): ("provisioned",),
    ("reserved", "payable"): ("redeemed",),
    ("reserved", "funding"): ("redeemed", "paid"),
    ("reserved", "available"): ("returned_to_issuer",),
    ("reserved", "customer"): ("returned_to_buyer",),
    ("reserved", "breakage"): ("breakage",),
}


@dataclass
class Group:
    """`accepts` is None for everybody, else the names of acceptor groups or of acceptors. `unused`
    says whose the value of a sold voucher is that nobody used. `stock` are piles, oldest first.
    """

    group_id: int
    amounts: set[str]  # empty: any, on demand
    instant: bool = False
    accepts_groups: set[str] | None = None
    accepts_names: set[str] | None = None
    programme: str = "first"
    unused: str = "buyer"
    stock: list[list[int]] = field(default_factory=list)
    given_back: list[list[int]] = field(default_factory=list)

    def piles(self) -> list[list[int]]:
        """In the order in which they are drawn from."""
        return [*sorted(pile for pile in self.given_back if pile), *self.stock]


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
    """A voucher, as the auditor sees it. `stopped_by` is an organisation; 0 the issuer."""

    group: str
    amount_minor: int
    state: str = "stocked"
    prior: str = ""
    number: str = ""
    is_over: bool = False
    hold_is_over: bool = False
    replaced: bool = False
    at_once: bool = False  # active from the beginning: there was no hold
    stopped_by: int = 0
    acceptor_id: int = 0  # who is being paid for it


@dataclass(frozen=True)
class About:
    """What a movement is about; nought where it is about none."""

    vouchers: int = 0
    group_id: int = 0
    acceptor_id: int = 0
    organisation_id: int = 0

    def subjects(self) -> Iterator[tuple[str, int]]:
        yield "issuer", 0
        for kind in ("group", "acceptor", "organisation"):
            found = getattr(self, f"{kind}_id")
            if found:
                yield kind, found


@dataclass
class Books:
    groups: dict[str, Group]
    programmes: dict[str, Programme]
    papers: dict[int, Paper] = field(default_factory=dict)
    balances: Counter[str] = field(default_factory=Counter)
    vouchers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    amounts: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def move(self, debit: str, credit: str, amount_minor: int, about: About | None = None) -> None:
        """`about` where it is a figure."""
        if not amount_minor:
            return
        self.balances[debit] -= amount_minor
        self.balances[credit] += amount_minor
        if about is not None:
            for word in FIGURES_OF[_kind(debit), _kind(credit)]:
                self.count(word, amount_minor, about)

    def count(self, word: str, amount_minor: int, about: About) -> None:
        for kind, subject_id in about.subjects():
            self.vouchers[kind, subject_id, word] += about.vouchers
            self.amounts[kind, subject_id, word] += amount_minor

    def figures(self, kind: str, subject_id: int) -> dict[str, tuple[int, int]]:
        """Vouchers and minor units, by measure."""
        return {
            word: (self.vouchers[kind, subject_id, word], amount_minor)
            for (each, each_id, word), amount_minor in self.amounts.items()
            if (each, each_id) == (kind, subject_id)
        }

    def stand(self) -> dict[str, int]:
        return {account: amount for account, amount in self.balances.items() if amount}

    def create(self, serial: int, group: str, amount_minor: int) -> None:
        assert serial not in self.papers, "a serial is new"
        self.papers[serial] = Paper(group, amount_minor)

    def provision(self, group: str, amount_minor: int, serials: list[int]) -> None:
        """Made at once, from what is available."""
        found, value_minor = self.groups[group], amount_minor * len(serials)
        for serial in serials:
            self.create(serial, group, amount_minor)
        about = About(vouchers=len(serials), group_id=found.group_id)
        self.move("available:0", "earmarked", value_minor, about)
        self.move("earmarked", f"reserved:{found.group_id}", value_minor)

    def programme_of(self, group: str) -> Programme:
        return self.programmes[self.groups[group].programme]

    def committed(self, programme: str) -> int:
        """What is or was worth something in the end: all but what was freed."""
        return sum(
            paper.amount_minor
            for paper in self.papers.values()
            if self.groups[paper.group].programme == programme
            and not FREED & {paper.state, paper.prior if paper.state == "purged" else ""}
        )

    def may_commit(self, programme: str, amount_minor: int) -> bool:
        budget = self.programmes[programme].budget
        return budget is None or self.committed(programme) + amount_minor <= budget

    def in_stock(self, serials: list[int], amount_minor: int | None = None) -> list[int]:
        """Those of them that still are, and of that amount."""
        return [
            serial
            for serial in serials
            if self.papers[serial].state == "stocked"
            and amount_minor in {None, self.papers[serial].amount_minor}
        ]

    def next_in_stock(self, group: Group, amount_minor: int) -> int:
        """The first of that amount that is nobody's; 0 where there is none."""
        found = (self.in_stock(pile, amount_minor) for pile in group.piles())
        return next((serials[0] for serials in found if serials), 0)


def _kind(account: str) -> str:
    return account.partition(":")[0]
