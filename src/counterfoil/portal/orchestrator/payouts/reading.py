"""What the pages of payouts read: runs, and the payouts of which somebody must look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.utils.functional import Promise

from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.orchestrator.payouts.schedule import account_text, whose_text
from counterfoil.portal.pager import Key
from counterfoil.portal.payouts.words import (
    left_out_word,
    payout_state,
    reason_word,
    run_state,
)
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

ATTENTION_MAX: Final = 20
LATEST_MAX: Final = 5
_RUN_COLUMNS: Final = 11


@dataclass(frozen=True, slots=True)
class RunRow:
    """`of` says whose terms it is of, `by` who began it."""

    run_id: int
    status: str
    cut_off_at: datetime
    made_at: datetime
    made_by: str
    payouts: int
    payouts_open: int
    left_out: int
    net_minor: int
    currency: str
    terms_id: int
    of: str
    by: str

    @property
    def key(self) -> Key:
        return (self.run_id,)

    @property
    def state(self) -> Word:
        return run_state(self.status)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """One merchant's payout in a run."""

    run_id: int
    acceptor_id: int
    name: str
    currency: str
    redemptions: int
    gross_minor: int
    refunded_minor: int
    earned_minor: int
    commission_minor: int
    fee_minor: int
    net_minor: int
    fsp: str
    account: str
    left_out: str | None
    status: str
    reason: str | None
    changed_at: datetime
    key: Key

    @property
    def state(self) -> Word:
        return payout_state(self.status)

    @property
    def why(self) -> Promise | str:
        return left_out_word(self.left_out) or reason_word(self.reason)

    @property
    def paid_to(self) -> str:
        return f"{self.fsp} {short_number(self.account)}"

    @property
    def net(self) -> Money:
        return self.money(self.net_minor)

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.currency)


def runs_page(office: Office, wanted: Wanted) -> list[RunRow]:
    """Two queries."""
    status = wanted.filters["status"] or ""
    asked = {**wanted.parameters, "issuer_id": office.issuer_id, "status": status}
    return _runs(rows(__package__, "runs", asked))


def runs_open(office: Office) -> list[RunRow]:
    """Those that are not sent yet: few, one for each of the terms at most."""
    asked = {"issuer_id": office.issuer_id, "rows_max": ATTENTION_MAX + 1}
    return _runs(rows(__package__, "runs_open", asked))


def _runs(found: Sequence[tuple[Any, ...]]) -> list[RunRow]:
    names = names_of(row[4] for row in found)
    return [
        RunRow(*[*row[:_RUN_COLUMNS], _of(*row[_RUN_COLUMNS:]), names[row[4]]]) for row in found
    ]


def _of(  # a funding account's parts, a programme's name, an acceptor's
    name: str, fsp: str, account: str, currency: str, programme: str | None, acceptor: str | None
) -> str:
    return whose_text(account_text(name, fsp, account, currency), programme, acceptor)


def to_look_at(office: Office) -> list[PayoutRow]:
    """Payouts that failed or came back, the latest first; at most one more than are shown."""
    asked = {"issuer_id": office.issuer_id, "rows_max": ATTENTION_MAX + 1}
    return [PayoutRow(*[*row, ()]) for row in rows(__package__, "to_look_at", asked)]


def to_send_again(office: Office) -> dict[int, int]:
    """What failed or came back, in minor units, by funding account: no run counts it anew."""
    found = rows(__package__, "to_send_again", {"issuer_id": office.issuer_id})
    return {account: net_minor for account, _payouts, net_minor in found}


def latest_of(office: Office, acceptor_id: int) -> list[PayoutRow]:
    """The last ones of a merchant; at most one more than are shown."""
    asked = {
        "issuer_id": office.issuer_id,
        "acceptor_id": acceptor_id,
        "rows_max": LATEST_MAX + 1,
    }
    return [PayoutRow(*[*row, ()]) for row in rows(__package__, "latest_of_acceptor", asked)]


def payouts_page(run_id: int, office: Office, wanted: Wanted) -> list[PayoutRow]:
    status = wanted.filters["status"] or ""
    asked = {**wanted.parameters, "issuer_id": office.issuer_id, "run_id": run_id}
    found = rows(__package__, "payouts_of_run", asked | {"status": status})
    place = partial(_place, wanted.sort)
    return [PayoutRow(*[*row, place(row)]) for row in found]


def _place(sort: str, row: Sequence[Any]) -> Key:
    """The key of a row: what it is sorted by, and the acceptor."""
    acceptor_id, net_minor = row[1], row[10]
    return (-net_minor if sort == "largest" else acceptor_id, acceptor_id)
