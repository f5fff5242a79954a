"""What the overview of an issuer reads: figures, its vouchers, and what somebody should look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.utils import timezone

from counterfoil.engine.catalogue import GENERAL_PURPOSE
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.pictures import Bar, bar
from counterfoil.portal.queries import rows
from counterfoil.portal.words import command_word

GROUPS_SHOWN: Final = 12
_WAITING_READ: Final = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one currency. `funding_account_id` if it is the only one of it."""

    currency: str
    received_minor: int
    available_minor: int
    live: int
    reserved_minor: int
    redeemed: int
    redeemed_minor: int
    owed_minor: int
    funding_account_id: int | None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A voucher, and how many of it are where."""

    code: str
    name: str
    status: str
    currency: str
    restock_level: int | None
    low_amounts: int
    low_amount_minor: int | None
    low_free: int | None
    stocked: int
    stocked_minor: int
    held: int
    held_minor: int
    redeemed: int
    redeemed_minor: int
    ended: int
    ended_minor: int
    group_id: int
    programme: str
    programme_name: str

    @property
    def is_blank(self) -> bool:
        """The one that every issuer begins with, and nobody has used."""
        return self.code == GENERAL_PURPOSE and not self.bar

    @property
    def needs_stock(self) -> bool:
        """Few of an amount are free, by its own level."""
        return self.low_amounts > 0

    @property
    def low_others(self) -> int:
        """Besides the amount that is shown."""
        return self.low_amounts - 1

    @property
    def bar(self) -> Bar:
        return bar(
            [
                ("stocked", self.stocked),
                ("held", self.held),
                ("redeemed", self.redeemed),
                ("ended", self.ended),
            ]
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command that waits for approval; `mine` waits for this person."""

    command_id: UUID
    kind: str
    subject: str
    currency: str | None
    amount_minor: int | None
    prepared_by: str
    prepared_at: datetime
    approvals: int
    approved: int
    mine: bool
    approvers_left: int

    @property
    def word(self) -> str:
        return str(command_word(self.kind))

    @property
    def nobody_may(self) -> bool:
        return self.approvers_left < self.approvals


class Found(NamedTuple):
    """A row of `attention`; what each part is its kind says."""

    kind: str
    key: str
    name: str
    number: int | None
    of_number: int | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Attention:
    """Besides approvals. What is `has_` was there at least once."""

    provisions: Sequence[Found]
    programmes: Sequence[Found]
    submitted: int
    in_review: int
    drafts: int
    purchases: int
    proofs: int
    organisations: int
    payments: int  # of which nobody knows what came
    runs: int  # of payouts, to be sent or dropped
    payouts: int  # that failed or came back
    differences: int  # with the bank
    proposed: int  # credits at the bank that nobody recorded
    earnings: int  # budgets that do not suffice for what agents earn
    approvers: int
    has_acceptor: bool
    has_provision: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """The first things to do at an issuer, and whether each is done."""

    has_approver: bool
    has_money: bool
    has_voucher: bool
    has_merchant: bool
    has_stock: bool

    @property
    def are_done(self) -> bool:
        return all(
            (
                self.has_approver,
                self.has_money,
                self.has_voucher,
                self.has_merchant,
                self.has_stock,
            )
        )

    @property
    def nothing_yet(self) -> bool:
        """No money, no vouchers: figures would all be nought."""
        return not (self.has_money or self.has_voucher)


def figures(office: Office) -> list[Figures]:
    return [Figures(*row) for row in rows(__package__, "figures", {"issuer_id": office.issuer_id})]


def group_lines(office: Office) -> list[GroupLine]:
    found = rows(__package__, "groups", {"issuer_id": office.issuer_id, "rows_max": 500})
    lines = [GroupLine(*row) for row in found]
    return [line for line in lines if not line.is_blank]


def waiting(office: Office) -> list[Waiting]:
    found = rows(
        __package__,
        "waiting",
        {
            "issuer_id": office.issuer_id,
            "person_id": office.person.pk,
            "actor": office.actor,
            "rows_max": _WAITING_READ,
        },
    )
    return [Waiting(*row) for row in found]


def attention(office: Office) -> Attention:
    found = [
        Found(*row)
        for row in rows(
            __package__,
            "attention",
            {"issuer_id": office.issuer_id, "today": timezone.localdate()},
        )
    ]
    numbers = {each.kind: each.number or 0 for each in found}
    return Attention(
        [each for each in found if each.kind == "provision"],
        [each for each in found if each.kind == "programme"],
        numbers.get("submitted", 0),
        numbers.get("in_review", 0),
        numbers["drafts"],
        numbers.get("purchases", 0),
        numbers.get("proofs", 0),
        numbers["organisations"],
        numbers["payments"],
        numbers["runs"],
        numbers["payouts"],
        numbers["differences"],
        numbers["proposed"],
        numbers["earnings"],
        numbers["approvers"],
        has_acceptor=bool(numbers["acceptors"]),
        has_provision=bool(numbers["provisions"]),
    )


def first_steps(money: Sequence[Figures], groups: Sequence[GroupLine], seen: Attention) -> Steps:
    return Steps(
        has_approver=seen.approvers > 0,
        has_money=any(each.received_minor for each in money),
        has_voucher=bool(groups),
        has_merchant=seen.has_acceptor,
        has_stock=seen.has_provision or any(group.bar for group in groups),
    )


def money_of(amount_minor: int | None, currency: str | None) -> Money | None:
    return None if amount_minor is None or currency is None else Money(amount_minor, currency)
