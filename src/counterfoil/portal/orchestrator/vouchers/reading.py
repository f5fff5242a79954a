"""What the rooms of vouchers read of the engine's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from django.http import Http404

from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.access import Office
from counterfoil.portal.queries import rows
from counterfoil.voucher import State

VERSIONS_MAX: Final = 50
FOUND_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen, and how it reads."""

    code: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    code: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class Published:
    """A voucher in its current version, or in an older one."""

    group_id: int
    status: str
    version: int
    created_at: datetime
    programme_name: str
    programme_status: str
    funding_account_id: int
    design: GroupDesign

    @property
    def code(self) -> str:
        return self.design.code


@dataclass(frozen=True, slots=True)
class Stock:
    """How many vouchers of one amount are in stock, or are free; whether those are few."""

    amount_minor: int
    vouchers: int
    is_low: bool = False


@dataclass(frozen=True, slots=True)
class CountedState:
    """Vouchers of one amount in one state."""

    amount_minor: int
    state: State
    vouchers: int


@dataclass(frozen=True, slots=True)
class Deed:
    """An operation about something that is no voucher, and the command it was asked by, if any."""

    operation_id: int
    at: datetime
    action: int
    subject: str
    actor: str
    reference: str
    reason: str | None
    leaf_number: int
    command_id: UUID | None
    approvers: list[str] | None

    @property
    def approved_by(self) -> tuple[str, ...]:
        return tuple(self.approvers or ())


def open_programmes(issuer_id: int) -> list[Programme]:
    return [Programme(*row) for row in rows(__package__, "programmes", {"issuer_id": issuer_id})]


def published(office: Office, code: str, version: int | None = None) -> Published:
    """In its current version where none is named. Raises Http404."""
    found = published_or_none(office.issuer_id, code, version)
    if found is None:
        raise Http404
    return found


def published_or_none(issuer_id: int, code: str, version: int | None = None) -> Published | None:
    found = rows(
        __package__,
        "published",
        {"issuer_id": issuer_id, "code": code, "version": version, "rows_max": 1},
    )
    return _published(found[0]) if found else None


def versions_of(office: Office, code: str) -> list[Published]:
    """The latest first; of very many only the latest."""
    found = rows(
        __package__,
        "published",
        {"issuer_id": office.issuer_id, "code": code, "version": 0, "rows_max": VERSIONS_MAX},
    )
    return [_published(row) for row in found]


def counted(office: Office, group_id: int) -> list[CountedState]:
    found = rows(__package__, "counted", {"issuer_id": office.issuer_id, "group_ids": [group_id]})
    return [CountedState(amount, State(state), number) for _id, amount, state, number in found]


def deeds(issuer_id: int, subjects: Sequence[str], *, limit: int = 200) -> list[Deed]:
    """What the journal has about these, the latest first."""
    found = rows(
        __package__,
        "deeds",
        {
            "issuer_id": issuer_id,
            "subjects": list(subjects),
            "chunk_reference": None,
            "rows_max": limit,
        },
    )
    return [Deed(*row[:-1]) for row in found]


def accepting_today(issuer_id: int, design: GroupDesign) -> int:
    """How many approved merchants and agents would accept it now."""
    found = rows(
        __package__,
        "accepting",
        {
            "issuer_id": issuer_id,
            "accepts": design.accepts,
            "names": list(design.accepts_names),
        },
    )
    return int(found[0][0])


def acceptor_groups(issuer_id: int) -> list[tuple[str, str, int]]:
    """(code, name, approved merchants and agents in it)."""
    found = rows(__package__, "acceptor_groups", {"issuer_id": issuer_id})
    return [(code, name, number) for code, name, number in found]


def acceptors_named(issuer_id: int, names: Sequence[str]) -> list[str]:
    """Those of the names that approved merchants and agents have."""
    found = rows(__package__, "acceptors_named", {"issuer_id": issuer_id, "names": list(names)})
    return [name for (name,) in found]


def acceptors_found(issuer_id: int, text: str) -> list[Choice]:
    """Approved merchants and agents whose name has this in it; none for nothing."""
    if not text.strip():
        return []
    escaped = text.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    found = rows(
        __package__,
        "acceptors_found",
        {"issuer_id": issuer_id, "pattern": f"%{escaped}%", "rows_max": FOUND_MAX},
    )
    return [Choice(name, name, ", ".join(groups)) for name, groups in found]


def free_stock(issuer_id: int, group_ids: Sequence[int]) -> dict[int, tuple[Stock, ...]]:
    """Of each voucher, by the amounts of its current version; none of what is made on demand."""
    found = rows(__package__, "offered", {"issuer_id": issuer_id, "group_ids": list(group_ids)})
    return {
        group_id: tuple(Stock(*of) for _id, *of in each)
        for group_id, each in groupby(found, key=itemgetter(0))
    }


def stock_of(group: Published, counts: list[CountedState]) -> tuple[Stock, ...]:
    """Of the amounts of its current version, also those of which there is nothing."""
    there = {each.amount_minor: each.vouchers for each in counts if each.state is State.STOCKED}
    return tuple(Stock(amount, there.get(amount, 0)) for amount in group.design.denominations)


def _published(row: tuple) -> Published:  # type: ignore[type-arg]
    group_id, status, version, created_at, programme_name, programme_status, account, *of = row
    return Published(
        group_id,
        status,
        version,
        created_at,
        programme_name,
        programme_status,
        account,
        GroupDesign(
            code=of[0],
            name=of[1],
            currency=of[2],
            denominations=tuple(sorted(of[3])),
            valid_for_days=of[4],
            valid_until=of[5],
            hold_seconds=of[6],
            settlement=of[7],
            accepts=of[8],
            accepts_names=tuple(sorted(of[9])),
            number_digits=of[10],
            amount_minor_max=of[11],
            daily_amount_minor_max=of[12],
            daily_count_max=of[13],
            description=of[14],
            programme=of[15],
            picture=of[16],
            restock_level=of[17],
            unused_value=of[18],
        ),
    )
