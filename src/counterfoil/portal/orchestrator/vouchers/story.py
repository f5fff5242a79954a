"""One voucher and all that happened to it: by its serial, by key, never by its number."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404

from counterfoil.engine.provision import CHUNK_VOUCHERS
from counterfoil.engine.queries import VoucherRow
from counterfoil.log.leaf import Leaf, MalformedLeafError, decode_leaf
from counterfoil.portal.access import Office
from counterfoil.portal.models.purchases import reference_of
from counterfoil.portal.orchestrator.stock.reading import Provision, provision_of
from counterfoil.portal.orchestrator.vouchers.reading import Deed
from counterfoil.portal.queries import rows
from counterfoil.voucher import Action, State

HAPPENINGS_MAX: Final = 200
_ENGINE: Final = "counterfoil.engine"
_VOUCHER_COLUMNS: Final = len(fields(VoucherRow))
# What moves money when it happens to a voucher; preactivation where it is made on demand.
_MOVES: Final = frozenset(
    {
        Action.PREACTIVATE,
        Action.REDEEM,
        Action.SETTLE,
        Action.CANCEL,
        Action.EXPIRE,
        Action.LAPSE,
        Action.REPLACE,
        Action.REFUND_REDEMPTION,
    }
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One operation on the voucher, as the journal has it."""

    operation_id: int
    at: datetime
    action: int
    serial: int
    amount_minor: int | None
    acceptor_id: int | None
    acceptor_name: str | None
    actor: str
    reference: str
    reason: str | None
    overridden: bool
    leaf_number: int
    leaf: bytes | None
    payment_id: UUID | None
    payment_status: str | None
    payment_reason: str | None
    provider_reference: str | None
    payment_fsp: str | None
    payment_tries: int | None
    command_id: UUID | None
    approvers: list[str] | None
    subject: str | None
    left_in: int | None

    @property
    def approved_by(self) -> tuple[str, ...]:
        return tuple(self.approvers or ())

    @property
    def step(self) -> Action:
        """What it did, which the leaf knows best: a redemption may have been a reservation."""
        leaf = self._decoded
        if leaf is None and self.action == Action.PREACTIVATE and self.left_in == State.ACTIVE:
            return Action.ISSUE
        return Action(self.action if leaf is None else leaf.action)

    @property
    def state_after(self) -> State | None:
        leaf = self._decoded
        return None if leaf is None or leaf.state_after is None else State(leaf.state_after)

    @property
    def bulk_id(self) -> int | None:
        """Which change of many vouchers it was part of."""
        word, _colon, rest = self.reference.partition(":")
        number = rest.partition(":")[0]
        return int(number) if word == "~bulk" and number.isdecimal() else None

    @property
    def handover_id(self) -> UUID | None:
        """By which handover its number was told."""
        word, _colon, rest = self.reference.partition(":")
        return UUID(rest.partition(":")[0]) if word == "~handover" else None

    @property
    def is_by_organisation(self) -> bool:
        """Asked for by the organisation whose voucher it is."""
        return (self.subject or "").startswith("organisation:")

    @property
    def _decoded(self) -> Leaf | None:
        """None where many share one leaf: it then says what most of them did, not what this did."""
        if self.leaf is None:
            return None
        try:
            leaf = decode_leaf(bytes(self.leaf))
        except MalformedLeafError:
            return None
        return leaf if leaf.serial == self.serial else None


@dataclass(frozen=True, slots=True)
class Beginning:
    """The provision's own operation, or the one that made these vouchers, and its money."""

    deed: Deed
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whom it was sold to, or is held for until it is paid; by which operation, with how many."""

    is_held: bool
    allocation_id: int
    organisation_id: int
    organisation: str
    purchase_id: UUID | None
    purchase_number: int | None
    held_until: datetime
    unused_value: str
    operation_id: int | None
    at: datetime | None
    leaf_number: int | None
    vouchers: int | None

    @property
    def purchase(self) -> str:
        return "" if self.purchase_number is None else reference_of(self.purchase_number)


@dataclass(frozen=True, slots=True)
class Moved:
    """A posting: from what was debited to what was credited."""

    posting_id: int
    operation_id: int
    amount_minor: int
    debit_kind: int
    debit_owner: int
    credit_kind: int
    credit_owner: int


@dataclass(frozen=True, slots=True)
class Refund:
    """When its redemption was taken back, which voucher was handed out in its place, and whose
    redemption was taken back for it to be handed out.
    """

    at: datetime | None
    given_instead: int | None
    given_for: int | None


@dataclass(frozen=True, slots=True)
class Story:
    voucher: VoucherRow
    provision: Provision
    happenings: list[Happening]
    beginnings: list[Beginning]
    moved: list[Moved]
    ownership: Ownership | None
    refund: Refund

    @property
    def can_be_refunded(self) -> bool:
        """What was paid at once was not redeemed, but settled."""
        is_redeemed = any(each.action == Action.REDEEM for each in self.happenings)
        return is_redeemed and self.voucher.state is State.REDEEMED and self.refund.at is None


def voucher_of(office: Office, serial: int) -> VoucherRow:
    """Raises Http404."""
    found = rows(_ENGINE, "voucher_by_serial", {"issuer_id": office.issuer_id, "serial": serial})
    if not found:
        raise Http404
    return _voucher(found[0])


def story_of(office: Office, serial: int) -> Story:
    """Five queries, each by key. Raises Http404."""
    voucher, ownership, refund = _owned(office, serial)
    provision = provision_of(office, voucher.provision_id, with_blocks=True)
    happenings = [
        Happening(*row)
        for row in rows(
            __package__,
            "story",
            {"issuer_id": office.issuer_id, "serial": serial, "rows_max": HAPPENINGS_MAX},
        )
    ]
    beginnings = _beginnings(office, provision, serial)
    moving = [each.operation_id for each in happenings if each.action in _MOVES]
    moving += [each.deed.operation_id for each in beginnings]
    if ownership is not None and ownership.operation_id is not None:
        moving.append(ownership.operation_id)
    moved = rows(__package__, "postings", {"issuer_id": office.issuer_id, "operation_ids": moving})
    postings = [Moved(*row) for row in moved]
    return Story(voucher, provision, happenings, beginnings, postings, ownership, refund)


def _owned(office: Office, serial: int) -> tuple[VoucherRow, Ownership | None, Refund]:
    """Raises Http404."""
    found = rows(__package__, "voucher_owned", {"issuer_id": office.issuer_id, "serial": serial})
    if not found:
        raise Http404
    told, (*owner, at, instead, given_for) = (
        found[0][:_VOUCHER_COLUMNS],
        found[0][_VOUCHER_COLUMNS:],
    )
    ownership = None if owner[1] is None else Ownership(*owner)
    return _voucher(told), ownership, Refund(at, instead, given_for)


def _voucher(row: tuple[Any, ...]) -> VoucherRow:
    number, state, prior, *rest = row
    return VoucherRow(number, State(state), None if prior is None else State(prior), *rest)


def _beginnings(office: Office, provision: Provision, serial: int) -> list[Beginning]:
    """Its chunk is found by the reference it was made under."""
    chunk = (serial - provision.serial_first) // CHUNK_VOUCHERS * CHUNK_VOUCHERS
    found = rows(
        __package__,
        "deeds",
        {
            "issuer_id": office.issuer_id,
            "subjects": [
                f"provision:{provision.provision_id}",
                f"tombstones:{provision.provision_id}",
            ],
            "chunk_reference": (
                f"~provision:{provision.provision_id}:{provision.serial_first + chunk}"
            ),
            "rows_max": 10,
        },
    )
    return [Beginning(Deed(*row[:-1]), row[-1]) for row in found]
