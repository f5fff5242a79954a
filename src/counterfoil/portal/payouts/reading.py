"""One payout: its lines by programme, its payments, and everything that is in it; each by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils.functional import Promise

from counterfoil.engine.payouts.reading import RETRIED, Payout, Run
from counterfoil.money import Money
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.pager import Key, Part
from counterfoil.portal.payouts.words import left_out_word, payout_state, reason_word
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, payment_status

_ENGINE: Final = "counterfoil.engine.payouts"
# What the merchant itself is shown: what was sent to it, whatever came of it.
SENT: Final = frozenset({"pending", "processed", "completed", "failed", "returned"})


@dataclass(frozen=True, slots=True)
class Line:
    """Of one programme; refunds and earnings are netted with the redemptions."""

    programme: str
    programme_code: str
    after_at: datetime
    through_at: datetime
    redemptions: int
    gross_minor: int
    refunds: int
    refunded_minor: int
    earnings: int
    earned_minor: int


@dataclass(frozen=True, slots=True)
class Try:
    """One payment of it."""

    payment_id: UUID
    status: str
    reason: str | None
    fsp: str
    account: str
    provider_reference: str | None
    created_at: datetime
    accepted_at: datetime | None
    finished_at: datetime | None

    @property
    def state(self) -> Word:
        if self.status == "pending" and self.accepted_at is not None:
            return payout_state("processed")
        return payment_status(self.status)

    @property
    def why(self) -> Promise | str:
        return reason_word(self.reason)

    @property
    def paid_to(self) -> str:
        return f"{self.fsp} {short_number(self.account)}"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption in a payout."""

    at: datetime
    operation_id: int
    serial: int
    group_name: str
    programme: str
    amount_minor: int

    @property
    def key(self) -> Key:
        return self.at, self.operation_id


@dataclass(frozen=True, slots=True)
class Refund:
    """A redemption taken back, netted in a payout."""

    operation_id: int
    at: datetime
    serial: int
    redeemed_at: datetime
    programme: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A payout with its run and its lines, as pages show it."""

    payout: Payout
    run: Run
    lines: Sequence[Line]

    @property
    def number(self) -> str:
        """As people read it out."""
        return f"{self.payout.run_id}-{self.payout.acceptor_id}"

    @property
    def state(self) -> Word:
        return payout_state(self.payout.status)

    @property
    def why(self) -> Promise | str:
        return left_out_word(self.payout.left_out) or reason_word(self.payout.reason)

    @property
    def net(self) -> Money:
        return Money(self.payout.net_minor, self.payout.currency)

    @property
    def refunds(self) -> int:
        return sum(line.refunds for line in self.lines)

    @property
    def earnings(self) -> int:
        return sum(line.earnings for line in self.lines)

    @property
    def paid_to(self) -> str:
        """The account by its last digits."""
        return short_number(self.payout.account)

    @property
    def bank_name(self) -> str:
        bank = Bank(self.payout.scheme, self.payout.fsp, self.payout.account)
        return bank.bank_name or self.payout.fsp

    @property
    def is_moving(self) -> bool:
        return self.run.status == "sending" or self.payout.status in {"pending", "processed"}

    @property
    def can_be_retried(self) -> bool:
        return self.payout.status in RETRIED

    @property
    def adds_up(self) -> bool:
        """Whether its lines say what it pays."""
        payout = self.payout
        return (
            sum(line.redemptions for line in self.lines) == payout.redemptions
            and sum(line.gross_minor for line in self.lines) == payout.gross_minor
            and sum(line.refunded_minor for line in self.lines) == payout.refunded_minor
            and sum(line.earned_minor for line in self.lines) == payout.earned_minor
        )


def run_of(issuer_id: int, run_id: int) -> Run:
    """Raises Http404."""
    where = {"issuer_id": issuer_id, "after_run": run_id - 1, "runs_max": 1}
    found = [Run(*row) for row in rows(_ENGINE, "runs", where)]
    if not found or found[0].run_id != run_id:
        raise Http404
    return found[0]


def payout_of(issuer_id: int, run_id: int, acceptor_id: int) -> Shown:
    """Three queries. Raises Http404."""
    asked = {"issuer_id": issuer_id, "run_id": run_id, "after_acceptor": acceptor_id - 1}
    payouts = [Payout(*row) for row in rows(_ENGINE, "payouts", {**asked, "payouts_max": 1})]
    if not payouts or payouts[0].acceptor_id != acceptor_id:
        raise Http404
    payout, run = payouts[0], run_of(issuer_id, run_id)
    found = rows(__package__, "lines", _whose(issuer_id, run_id, acceptor_id))
    return Shown(payout, run, [Line(*row) for row in found])


def tries_of(issuer_id: int, shown: Shown) -> list[Try]:
    """The latest first."""
    found = rows(__package__, "tries", _of(issuer_id, shown))
    return [Try(*row) for row in found]


def redeemed_in(
    issuer_id: int, shown: Shown, after: Mapping[str, Part], rows_max: int
) -> list[Redeemed]:
    """In the order of time; `after` has after_at and after_id."""
    asked = {**_of(issuer_id, shown), **after, "rows_max": rows_max}
    return [Redeemed(*row) for row in rows(__package__, "redeemed", asked)]


def refunds_in(issuer_id: int, shown: Shown, after_id: int, rows_max: int) -> list[Refund]:
    asked = {**_of(issuer_id, shown), "after_id": after_id, "rows_max": rows_max}
    return [Refund(*row) for row in rows(__package__, "refunds", asked)]


def _of(issuer_id: int, shown: Shown) -> dict[str, object]:
    return _whose(issuer_id, shown.payout.run_id, shown.payout.acceptor_id)


def _whose(issuer_id: int, run_id: int, acceptor_id: int) -> dict[str, object]:
    return {"issuer_id": issuer_id, "run_id": run_id, "acceptor_id": acceptor_id}
