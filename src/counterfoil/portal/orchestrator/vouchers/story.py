"""One voucher and all that happened to it: by its serial, by key, never by its number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404

from counterfoil.engine.provision import CHUNK_VOUCHERS
from counterfoil.engine.queries import VoucherRow
from counterfoil.log.leaf import Leaf, MalformedLeafError, decode_leaf
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.stock.reading import Provision, provision_of
from counterfoil.portal.orchestrator.vouchers.reading import Deed
from counterfoil.portal.queries import rows
from counterfoil.voucher import Action, State

HAPPENINGS_MAX: Final = 200
_ENGINE: Final = "counterfoil.engine"
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

    @property
    def approved_by(self) -> tuple[str, ...]:
        return tuple(self.approvers or ())

    @property
    def step(self) -> Action:
        """What it did, which the leaf knows best: a redemption may have been a reservation."""
        leaf = self._decoded
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
class Story:
    voucher: VoucherRow
    provision: Provision
    happenings: list[Happening]
    beginnings: list[Beginning]
    moved: list[Moved]


def voucher_of(office: Office, serial: int) -> VoucherRow:
    """Raises Http404."""
    found = rows(_ENGINE, "voucher_by_serial", {"issuer_id": office.issuer_id, "serial": serial})
    if not found:
        raise Http404
    number, state, prior, *rest = found[0]
    return VoucherRow(number, State(state), None if prior is None else State(prior), *rest)


def is_known(office: Office, serial: int) -> bool:
    return bool(
        rows(_ENGINE, "voucher_by_serial", {"issuer_id": office.issuer_id, "serial": serial})
    )


def story_of(office: Office, serial: int) -> Story:
    """Five queries, each by key. Raises Http404."""
    voucher = voucher_of(office, serial)
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
    moved = rows(__package__, "postings", {"issuer_id": office.issuer_id, "operation_ids": moving})
    return Story(voucher, provision, happenings, beginnings, [Moved(*row) for row in moved])


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
