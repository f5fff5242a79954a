"""What the engine says of a purchase: its sale, and the command that it was asked by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.engine.commands.content import Asked, decoded
from counterfoil.money import Money
from counterfoil.portal.models import Purchase
from counterfoil.portal.queries import rows


@dataclass(frozen=True, slots=True)
class SoldLine:
    """What is held and sold of a line; `commission_minor` is for all of it."""

    line: int
    name: str
    allocation_id: int
    group_version: int
    amount_minor: int
    quantity: int
    commission_minor: int
    held: int
    sold: int
    charged_minor: int

    @property
    def face_minor(self) -> int:
        return self.quantity * self.amount_minor

    @property
    def sold_minor(self) -> int:
        return self.sold * self.amount_minor

    @property
    def missing(self) -> int:
        """Neither held nor sold."""
        return self.quantity - self.held - self.sold


@dataclass(frozen=True, slots=True)
class SaleState:
    """`budget_minor` is what was set aside of the balance to pay for it, and `spent_minor` what of
    that was taken.
    """

    status: str
    held_until: datetime
    is_lapsed: bool
    outcome: str
    finished_at: datetime | None
    budget_minor: int
    spent_minor: int
    lines: Sequence[SoldLine]

    @property
    def commission_minor(self) -> int:
        return sum(line.commission_minor for line in self.lines)

    @property
    def charged_minor(self) -> int:
        return sum(line.charged_minor for line in self.lines)

    @property
    def missing_minor(self) -> int:
        """The face value of what is neither held nor sold."""
        return sum(line.missing * line.amount_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        return sum(line.face_minor for line in self.lines) + self.commission_minor

    @property
    def sold(self) -> int:
        return sum(line.sold for line in self.lines)

    @property
    def sold_minor(self) -> int:
        return sum(line.sold_minor for line in self.lines)

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)

    def of_line(self, line: int) -> SoldLine | None:
        return next((each for each in self.lines if each.line == line), None)


@dataclass(frozen=True, slots=True)
class Around:
    """`balance` is what the buyer may still spend in that account."""

    organisation: str
    account: str
    balance: Money


@dataclass(frozen=True, slots=True)
class CommandEnd:
    """`reason` is that of who rejected it."""

    status: str
    outcome: str
    finished_at: datetime | None
    reason: str

    @property
    def why(self) -> str:
        return self.outcome or self.reason


def sale_state(purchase: Purchase) -> SaleState | None:
    """None before it is quoted, and while the engine has not begun."""
    if purchase.sale_id is None:
        return None
    found = rows(
        __package__, "sale", {"issuer_id": purchase.issuer_id, "sale_id": purchase.sale_id}
    )
    if not found:
        return None
    status, held_until, is_lapsed, outcome, finished_at, budget_minor, spent_minor = found[0][:7]
    return SaleState(
        status,
        held_until,
        is_lapsed,
        outcome or "",
        finished_at,
        budget_minor,
        spent_minor,
        [SoldLine(*row[7:]) for row in found],
    )


def command_end(issuer_id: int, command_id: UUID | None) -> CommandEnd | None:
    if command_id is None:
        return None
    found = rows(__package__, "command_end", {"issuer_id": issuer_id, "command_id": command_id})
    if not found:
        return None
    status, outcome, finished_at, reason = found[0]
    return CommandEnd(status, outcome or "", finished_at, reason or "")


def command_content(issuer_id: int, command_id: UUID) -> Asked:
    """What a command asks for; of one that there is."""
    asked = {"issuer_id": issuer_id, "command_id": command_id}
    ((content,),) = rows(__package__, "command_content", asked)
    return decoded(bytes(content))


def around(purchase: Purchase) -> Around:
    """Of a purchase whose organisation and account there are, as of every one that there is."""
    (found,) = rows(
        __package__,
        "around",
        {
            "issuer_id": purchase.issuer_id,
            "organisation_id": purchase.organisation_id,
            "funding_account_id": purchase.funding_account_id,
        },
    )
    name, fsp, account, free_minor = found
    return Around(name, f"{fsp} · {account}", Money(free_minor, purchase.currency))
