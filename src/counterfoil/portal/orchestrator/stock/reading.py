"""What the rooms of stock read of the engine's tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404

from counterfoil.engine.operation import Outcome
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.vouchers.reading import Deed, deeds
from counterfoil.portal.pager import AT_FIRST, Key, keyed
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, action_word, outcome_word, provision_status
from counterfoil.voucher import Action

_ID_MAX: Final = 2**31 - 1
_ENGINE: Final = "counterfoil.engine"


@dataclass(frozen=True, slots=True)
class Provision:
    """A run of serials, and how far it is made and handed out. What is not handed out was sold to
    organisations (`owned`), is held for purchases, or is nobody's: that is free, paused or expired
    as a whole (`standing`). All of it is as far as cursors went: what was cancelled before one
    counts as handed out, what was cancelled behind it as left.
    """

    provision_id: int
    kind: str
    status: str
    group_code: str
    group_name: str
    group_version: int
    amount_minor: int
    currency: str
    serial_first: int
    serial_last: int
    next_created: int
    drawn: int
    nobodys: int
    standing: str
    owned: int
    held: int
    created_at: datetime
    finished_at: datetime | None
    funding_account_id: int
    actor: str | None
    command_id: UUID | None
    key: Key = ()

    @property
    def state(self) -> Word:
        return provision_status(self.status)

    @property
    def asked(self) -> int:
        return self.serial_last - self.serial_first + 1

    @property
    def created(self) -> int:
        return self.next_created - self.serial_first

    @property
    def left(self) -> int:
        """Made and not handed out yet, whoever it is for."""
        return self.nobodys + self.owned + self.held

    @property
    def free(self) -> int:
        """What of it can be handed out or sold now."""
        return self.nobodys if self.standing == "free" else 0

    @property
    def paused(self) -> int:
        """What of it is nobody's while it, its voucher or its programme's sales are stopped."""
        return self.nobodys if self.standing == "paused" else 0

    @property
    def expired(self) -> int:
        """What of it is nobody's and can be handed out no more: its version's last day is over."""
        return self.nobodys if self.standing == "expired" else 0

    @property
    def is_counted(self) -> bool:
        """Whether its serials follow each other without gaps; imported ones need not."""
        return self.kind == "stock"

    @property
    def is_moving(self) -> bool:
        return self.status == "running"

    @property
    def value(self) -> Money:
        return Money(self.amount_minor * self.asked, self.currency)


@dataclass(frozen=True, slots=True)
class ProvisionLine:
    """One of the list, and who asked for it."""

    row: Provision
    by: str

    @property
    def key(self) -> Key:
        return self.row.key


@dataclass(frozen=True, slots=True)
class Budget:
    """What can be provisioned: the available money of a funding account, and what is left of a
    programme's budget where it has one.
    """

    available_minor: int
    budget_minor: int | None
    committed_minor: int

    @property
    def left_minor(self) -> int | None:
        return None if self.budget_minor is None else self.budget_minor - self.committed_minor


@dataclass(frozen=True, slots=True)
class BulkChange:
    """A change of many vouchers, and how far it is."""

    bulk_id: int
    action: int
    provision_id: int | None
    group_code: str | None
    group_name: str | None
    programme_code: str | None
    programme_name: str | None
    allocation_id: int | None
    organisation: str | None
    asked: int | None
    first_serial: int | None
    next_serial: int
    serial_last: int
    done: int
    refused: int
    status: str
    actor: str
    reason: str
    created_at: datetime
    finished_at: datetime | None
    extend_until: datetime | None
    command_id: UUID | None

    @property
    def is_moving(self) -> bool:
        return self.status == "running"

    @property
    def word(self) -> str:
        return str(action_word(Action(self.action)))

    @property
    def total(self) -> int | None:
        """What its progress is measured by; None where nobody knows beforehand."""
        if self.asked is not None:
            return self.asked
        if self.first_serial is None:
            return None
        return max(self.serial_last - self.first_serial + 1, 1)

    @property
    def past(self) -> int:
        if self.asked is not None:
            return self.done + self.refused
        if self.first_serial is None or not self.next_serial:
            return 0
        return min(max(self.next_serial - self.first_serial, 0), self.total or 0)


@dataclass(frozen=True, slots=True)
class BulkLine:
    """A change of many vouchers, in one line."""

    bulk_id: int
    action: int
    status: str
    done: int
    refused: int
    created_at: datetime

    @property
    def word(self) -> str:
        return str(action_word(Action(self.action)))


@dataclass(frozen=True, slots=True)
class Refusal:
    serial: int
    outcome: str

    @property
    def key(self) -> Key:
        return (self.serial,)

    @property
    def word(self) -> str:
        return str(outcome_word(Outcome(self.outcome)))


def provisions_of(office: Office, group_id: int, *, limit: int = 10) -> list[Provision]:
    """Of one group, the latest first."""
    return _provisions(office, _latest(limit), group_id=group_id)


def provisions_page(office: Office, asked: Wanted) -> list[ProvisionLine]:
    """Filtered by `group`, a part of a voucher's name or code, and `status`."""
    found = _provisions(office, asked)
    names = names_of({row.actor for row in found if row.actor})
    return [ProvisionLine(row, names[row.actor] if row.actor else "") for row in found]


def provision_of(office: Office, provision_id: int, *, with_blocks: bool = False) -> Provision:
    """`with_blocks`: also what is no stock, but serials for vouchers made on demand. Raises
    Http404.
    """
    if provision_id <= _ID_MAX:
        found = _provisions(office, _latest(1), provision_id=provision_id, with_blocks=with_blocks)
        if found:
            return found[0]
    raise Http404


def paused_by(office: Office, provision: Provision) -> Deed | None:
    """Who paused it, when and why; None where it is not paused."""
    if provision.status != "paused":
        return None
    found = deeds(office.issuer_id, [f"provision:{provision.provision_id}"])
    return next((each for each in found if each.action == Action.PAUSE_PROVISION), None)


def _latest(limit: int) -> Wanted:
    return Wanted({"group": None, "status": None}, "newest", AT_FIRST, limit)


def _provisions(
    office: Office,
    asked: Wanted,
    *,
    group_id: int | None = None,
    provision_id: int | None = None,
    with_blocks: bool = False,
) -> list[Provision]:
    found = rows(
        __package__,
        "provisions_page",
        {
            **asked.parameters,
            "issuer_id": office.issuer_id,
            "name": asked.filters["group"],
            "group_id": group_id,
            "provision_id": provision_id,
            "with_blocks": with_blocks,
        },
    )
    return [Provision(*keyed(row)) for row in found]


def budget_of(issuer_id: int, group_code: str) -> Budget:
    """Raises Http404."""
    found = rows(__package__, "budget", {"issuer_id": issuer_id, "code": group_code})
    if not found:
        raise Http404
    programme_id, available_minor, budget_minor = found[0]
    committed = 0
    if budget_minor is not None:
        ((_id, committed),) = rows(
            _ENGINE,
            "programmes_committed",
            {"issuer_id": issuer_id, "programme_ids": [programme_id]},
        )
    return Budget(int(available_minor), budget_minor, int(committed))


def available_of(issuer_id: int, currency: str) -> int:
    """Over all funding accounts of a currency, in minor units."""
    ((available_minor,),) = rows(
        __package__, "available", {"issuer_id": issuer_id, "currency": currency}
    )
    return int(available_minor)


def bulk_of(office: Office, bulk_id: int) -> BulkChange:
    """Raises Http404."""
    found = (
        rows(__package__, "bulk", {"issuer_id": office.issuer_id, "bulk_id": bulk_id})
        if bulk_id <= _ID_MAX
        else []
    )
    if not found:
        raise Http404
    return BulkChange(*found[0])


def bulks_of(office: Office, provision_id: int) -> list[BulkLine]:
    found = rows(
        __package__,
        "bulks_of_provision",
        {"issuer_id": office.issuer_id, "provision_id": provision_id},
    )
    return [BulkLine(*row) for row in found]


def refusals_of(bulk_id: int, office: Office, asked: Wanted) -> list[Refusal]:
    parameters = {**asked.parameters, "issuer_id": office.issuer_id, "bulk_id": bulk_id}
    return [Refusal(*row) for row in rows(__package__, "refusals_page", parameters)]
