"""What an organisation reads of the vouchers it bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from counterfoil.money import Money
from counterfoil.portal.access import Buyer
from counterfoil.portal.handovers.lists import place_of
from counterfoil.portal.handovers.people import called_or_unknown
from counterfoil.portal.handovers.sealing import Called
from counterfoil.portal.listing import Wanted
from counterfoil.portal.orchestrator.vouchers.design import duration_text
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, action_word, voucher_state
from counterfoil.voucher import OPEN, OUT, STOPPING, Action, State

_ID_MAX: Final = 2**31 - 1
_ALLOCATIONS_MAX: Final = 200
RANGES_MAX: Final = 50
_HAPPENED_MAX: Final = 100


@dataclass(frozen=True)
class Allocation:
    """Vouchers of one kind and amount that were bought together."""

    allocation_id: int
    sale_id: UUID
    name: str
    code: str
    amount_minor: int
    currency: str
    quantity: int
    sold: int
    paid_at: datetime | None
    created_at: datetime
    hold_seconds: int
    valid_for_days: int | None
    valid_until: datetime | None
    is_stopped: bool
    counts: Sequence[tuple[int, int]]
    undrawn: int

    @property
    def key(self) -> Key:
        return (self.allocation_id,)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def hold_text(self) -> str:
        return duration_text(self.hold_seconds)

    @cached_property
    def by_state(self) -> dict[State, int]:
        return {State(state): vouchers for state, vouchers in self.counts if vouchers}

    @property
    def left(self) -> int:
        """To be handed out. Of what was cancelled in stock the counts know first."""
        return min(self.by_state.get(State.STOCKED, self.undrawn), self.undrawn)

    @property
    def out(self) -> int:
        """With people, and worth something."""
        return sum(self.by_state.get(state, 0) for state in OUT)

    @property
    def waiting(self) -> int:
        return self.by_state.get(State.PREACTIVATED, 0)

    @property
    def active(self) -> int:
        return self.by_state.get(State.ACTIVE, 0)

    @property
    def redeemed(self) -> int:
        ended = (State.REDEEMED, State.REDEEMING)
        return sum(self.by_state.get(state, 0) for state in ended)

    @property
    def stopped(self) -> int:
        return sum(self.by_state.get(state, 0) for state in (State.SUSPENDED, State.BLOCKED))

    @property
    def ended(self) -> int:
        return self.cancelled + self.expired

    @property
    def cancelled(self) -> int:
        return self.by_state.get(State.CANCELLED, 0)

    @property
    def expired(self) -> int:
        return self.by_state.get(State.EXPIRED, 0)

    @property
    def may_hand_out(self) -> bool:
        return self.left > 0 and not self.is_stopped


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """A voucher in a list, and whoever has it."""

    serial: int
    state: Word
    is_mine_to_change: bool
    expires_at: datetime | None
    changed_at: datetime
    replaced_by: int | None
    called: Called | None
    handed_at: datetime | None

    @property
    def key(self) -> Key:
        return (self.serial,)


@dataclass(frozen=True, slots=True)
class Own:
    """A voucher of the organisation's, and what it is of."""

    serial: int
    stored_state: int
    expires_at: datetime | None
    hold_until: datetime | None
    read_at: datetime
    replaced_by: int | None
    allocation_id: int
    sale_id: UUID
    name: str
    amount_minor: int
    currency: str

    @property
    def state(self) -> State:
        return _as_it_counts(self.stored_state, self.expires_at, self.hold_until, self.read_at)

    @property
    def word(self) -> Word:
        return voucher_state(self.state)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a voucher's life, as the journal has it."""

    operation_id: int
    at: datetime
    action: int
    serial: int
    state_after: int | None
    actor: str
    acceptor_name: str | None
    reason: str | None
    subject: str | None

    @property
    def word(self) -> object:
        """A voucher that was bought is drawn when it is handed out, and at no other time."""
        if self.action != Action.PREACTIVATE:
            return action_word(self.action)
        if self.state_after == State.ACTIVE:
            return _("Handed out, and active")
        return _("Handed out, not active yet")

    @property
    def is_redemption(self) -> bool:
        return self.action in {Action.REDEEM, Action.SETTLE}

    def is_by(self, organisation_id: int) -> bool:
        return self.subject == f"organisation:{organisation_id}"


def allocations_of(buyer: Buyer) -> list[Allocation]:
    """The latest first, and of very many only those."""
    return _allocations(buyer, None, "newest", _ID_MAX, _ALLOCATIONS_MAX)


def allocations_page(buyer: Buyer, asked: Wanted) -> list[Allocation]:
    after = asked.after["after_id"]
    return _allocations(
        buyer, None, asked.sort, after if isinstance(after, int) else 0, asked.rows_max
    )


def allocation_of(buyer: Buyer, allocation_id: int) -> Allocation:
    """Raises Http404, also for another organisation's."""
    found = _allocations(buyer, allocation_id, "newest", _ID_MAX, 1)
    if not found:
        raise Http404
    return found[0]


def _allocations(
    buyer: Buyer, allocation_id: int | None, sort: str, after_id: int, rows_max: int
) -> list[Allocation]:
    found = rows(
        __package__,
        "allocations",
        {
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "allocation_id": allocation_id,
            "sort": sort,
            "after_id": after_id,
            "rows_max": rows_max,
        },
    )
    return [Allocation(*row) for row in found]


def ranges_of(buyer: Buyer, allocation_id: int) -> list[tuple[int, int, str]]:
    """At most one more than RANGES_MAX."""
    asked = {
        "issuer_id": buyer.issuer_id,
        "allocation_id": allocation_id,
        "rows_max": RANGES_MAX + 1,
    }
    return [(first, last, status) for first, last, status in rows(__package__, "ranges", asked)]


def vouchers_page(allocation_id: int, buyer: Buyer, asked: Wanted) -> list[VoucherLine]:
    state = asked.filters["state"]
    found = rows(
        __package__,
        "vouchers_page",
        {
            **asked.after,
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "allocation_id": allocation_id,
            "states": None if state is None else [int(State[state.upper()])],
            "sort": asked.sort,
            "rows_max": asked.rows_max,
        },
    )
    return [_line(buyer, *row) for row in found]


def _line(  # a row of the statement
    buyer: Buyer,
    serial: int,
    stored_state: int,
    expires_at: datetime | None,
    hold_until: datetime | None,
    read_at: datetime,
    changed_at: datetime,
    replaced_by: int | None,
    handover_id: UUID | None,
    line: int | None,
    sealed: bytes | None,
    sent_at: datetime | None,
) -> VoucherLine:
    state = _as_it_counts(stored_state, expires_at, hold_until, read_at)
    called = None
    if handover_id is not None and line is not None and sealed is not None:
        called = called_or_unknown(place_of(buyer), handover_id, line, bytes(sealed))
    return VoucherLine(
        serial,
        voucher_state(state),
        state in OPEN,
        expires_at,
        changed_at,
        replaced_by,
        called,
        sent_at,
    )


def own_vouchers(buyer: Buyer, serials: Sequence[int]) -> list[Own]:
    """Those of them that are this organisation's."""
    found = rows(
        __package__,
        "own_vouchers",
        {
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "serials": list(serials),
        },
    )
    return [Own(*row) for row in found]


def own_voucher(buyer: Buyer, serial: int) -> Own:
    """Raises Http404, also for another organisation's."""
    found = own_vouchers(buyer, [serial])
    if not found:
        raise Http404
    return found[0]


def happened_to(buyer: Buyer, serial: int) -> list[Happened]:
    asked = {"issuer_id": buyer.issuer_id, "serial": serial, "rows_max": _HAPPENED_MAX}
    return [Happened(*row) for row in rows(__package__, "voucher_story", asked)]


def is_stopped_by_issuer(buyer: Buyer, happened: Sequence[Happened]) -> bool:
    """What the issuer suspended, the organisation cannot let go on; to extend it stops nothing."""
    last = next((each for each in happened if each.action != Action.EXTEND), None)
    return last is not None and last.action in STOPPING and not last.is_by(buyer.organisation_id)


def _as_it_counts(
    stored: int, expires_at: datetime | None, hold_until: datetime | None, read_at: datetime
) -> State:
    """What is due is over, whether or not the sweep has been there."""
    state = State(stored)
    if state is State.PREACTIVATED and hold_until is not None and hold_until <= read_at:
        return State.CANCELLED
    if state in OPEN and expires_at is not None and expires_at <= read_at:
        return State.EXPIRED
    return state
