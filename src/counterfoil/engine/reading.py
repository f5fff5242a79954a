"""The first half of a batch: make the issuer ours, then look up what it names.

Locks are taken in one order by everyone: stock cursors, the issuer's head, then payments. Vouchers,
blocks on demand, accounts and the journal need none: nobody changes them without the head. They
are read after it, in statements of their own, because only a new snapshot sees what the
transaction we waited for has done (docs/adr/0006).

Repeats are looked up where they could matter. What draws a new voucher asks first; whatever else
is refused asks afterwards (`read_repeats`), for it may be what a repeat looks like; and whatever
is accepted though it was done before is caught by the journal's unique key, and asks first in the
second attempt.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from psycopg.rows import TupleRow

from counterfoil.chart import FREED_BY
from counterfoil.engine.arrays import Blobs, Int4s, Int8s, Texts, Uuids
from counterfoil.engine.database import Connection
from counterfoil.engine.decide import StockAsked, Voucher, decide_stock
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import OWN_REFERENCE, Head, head_of, reference_key
from counterfoil.engine.limits import DailyUse, Subject, limited_subjects
from counterfoil.engine.operation import (
    Activate,
    Change,
    Draw,
    FinishPayment,
    Operation,
    Preactivate,
    Redeem,
    asked_action,
)
from counterfoil.engine.pipeline import Asked, Pipeline
from counterfoil.engine.stock import (
    StockCursor,
    StockKey,
    check_candidates,
    lock_allocations,
    lock_stock,
)
from counterfoil.keys.numbers import number_hashes_probed
from counterfoil.voucher import Action, State

_STATES: Final = {state.value: state for state in State}

# References are unique within these three.
Reference = tuple[int, int, str]


class StaleCatalogueError(Exception):
    """The catalogue or the keys changed since they were read; they are fresh now: start again."""


class LookUp(Enum):
    """Whose references are looked up before deciding."""

    DRAWS = "draws"  # of what draws a voucher
    GIVEN = "given"  # of all that came with one
    ALL = "all"  # our own, too: nobody knows whether they were committed


@dataclass(frozen=True, slots=True)
class Remembered:
    """One recorded operation, and how it stands today."""

    content_hash: bytes
    operation_id: int
    serial: int | None
    amount_minor: int | None
    state: State | None
    expires_at: datetime | None
    group_id: int | None
    group_version: int | None
    replaced_by: int | None
    secret_version: int | None
    sealed: bytes | None
    payment_status: str | None
    payment_reason: str | None


@dataclass(slots=True)
class Block:
    """Serials set aside for vouchers a group creates on demand."""

    provision_id: int
    group_id: int
    group_version: int
    serial_first: int
    next_serial: int
    serial_last: int
    is_new: bool = False


@dataclass(slots=True)
class Owner:
    """Of a voucher that was sold; `stopped_by` is the subject of what suspended or blocked it. A
    batch changes it as it goes.
    """

    allocation_id: int
    organisation_id: int
    stopped_by: str | None


@dataclass(slots=True)
class Batch:
    """Everything one batch needs to be decided."""

    operations: Sequence[Operation]
    stock_asked: dict[int, StockAsked]
    number_hashes: dict[int, list[bytes]]
    cursors: dict[StockKey, list[StockCursor]]
    allocated: dict[int, list[StockCursor]]
    owners: dict[int, Owner]
    blocks: dict[int, Block]
    vouchers: dict[int, Voucher]
    vouchers_by_hash: dict[bytes, Voucher]
    head: Head
    remembered: dict[Reference, Remembered]
    secrets: dict[int, tuple[int, bytes]]
    payments: dict[UUID, tuple[int, int, str, datetime]]
    available_minor: dict[int, int]
    committed_minor: dict[int, int]  # of programmes with a budget, where vouchers are created
    daily_use: DailyUse


def read_batch(
    connection: Connection,
    issuer: Issuer,
    operations: Sequence[Operation],
    *,
    look_up: LookUp,
) -> Batch:
    """Raises StaleCatalogueError or StaleStockError where the batch must start again."""
    issuer_id = issuer.issuer_id
    catalogue_version = issuer.catalogue.version
    draws = {i: o for i, o in enumerate(operations) if isinstance(o, Preactivate)}
    changes = [operation for operation in operations if isinstance(operation, Change)]
    stock_asked = _stock_asked(issuer, draws)
    spare = sum(change.action is Action.CANCEL for change in changes)
    wanted = _stock_wanted(stock_asked, spare)
    number_hashes = {
        index: number_hashes_probed(issuer.keys, operation.number, operation.serial)
        for index, operation in enumerate(operations)
        if isinstance(operation, Redeem)
    }
    drawn = _allocations_wanted(operations, spare)
    allocated = lock_allocations(connection, issuer_id, drawn) if drawn else {}
    cursors = lock_stock(connection, issuer_id, wanted) if wanted else {}
    serials = _serials(operations, (*allocated.values(), *cursors.values()))
    pipeline = Pipeline(connection, issuer_id)
    head_rows = pipeline.ask("lock_head")
    hashes = Blobs(digest for probed in number_hashes.values() for digest in probed)
    by_number = pipeline.ask("vouchers_by_number", number_hashes=hashes) if hashes else None
    by_serial = pipeline.ask("vouchers_by_serial", serials=serials) if serials else None
    candidates = list(draws.values()) if look_up is LookUp.DRAWS else operations
    own_too = look_up is LookUp.ALL
    remembered_rows = _ask_repeats(pipeline, _with_reference(candidates, own_too=own_too))
    payment_rows = _ask_payments(pipeline, operations)
    secret_rows = pipeline.ask("secrets", serials=serials) if wanted or drawn else None
    owner_rows = _ask_owners(pipeline, operations)
    creates = _creates(stock_asked, changes)
    block_rows = pipeline.ask("on_demand_blocks") if creates else None
    balance_rows = pipeline.ask("balances_available") if creates else None
    committed_rows = _ask_committed(pipeline, issuer, stock_asked)
    use_rows = _ask_daily_use(pipeline, limited_subjects(issuer.catalogue, operations))
    pipeline.run()
    vouchers = _vouchers([*_all(by_number), *_all(by_serial)])
    head = head_of(head_rows)
    if head.catalogue_version != catalogue_version:
        issuer.refresh(connection, head.catalogue_version)
        raise StaleCatalogueError
    batch = Batch(
        operations=operations,
        stock_asked=stock_asked,
        number_hashes=number_hashes,
        cursors=cursors,
        allocated=allocated,
        owners={row[0]: Owner(*row[1:]) for row in _all(owner_rows)},
        blocks={row[1]: Block(*row) for row in _all(block_rows)},
        vouchers=vouchers,
        vouchers_by_hash={v.number_hash: v for v in vouchers.values()},
        head=head,
        remembered=_remembered(remembered_rows),
        secrets={row[0]: (row[1], row[2]) for row in _all(secret_rows)},
        payments={row[0]: (row[1], row[2], row[3], row[4]) for row in _all(payment_rows)},
        available_minor=dict(_all(balance_rows)),
        committed_minor=dict(_all(committed_rows)),
        daily_use=DailyUse(_all(use_rows)),
    )
    check_candidates((*allocated.values(), *cursors.values()), vouchers)
    return batch


def _serials(operations: Sequence[Operation], drawn: Iterable[Sequence[StockCursor]]) -> Int8s:
    """Of the vouchers that are named, and of those that may be drawn."""
    serials = Int8s(
        operation.serial
        for operation in operations
        # A redemption names a serial only where the secret needs it: a wrong secret is that
        # voucher's business.
        if not isinstance(operation, Preactivate | Draw) and operation.serial is not None
    )
    for cursors in drawn:
        for cursor in cursors:
            serials.extend(cursor.candidates)
    return serials


def _all(asked: Asked | None) -> list[TupleRow]:
    return [] if asked is None else asked.rows


def _stock_asked(issuer: Issuer, draws: Mapping[int, Preactivate]) -> dict[int, StockAsked]:
    asked = {}
    for index, operation in draws.items():
        stock = decide_stock(issuer.catalogue, operation)
        if isinstance(stock, StockAsked):
            asked[index] = stock
    return asked


def _creates(stock_asked: Mapping[int, StockAsked], changes: Sequence[Change]) -> bool:
    return any(asked.group.on_demand for asked in stock_asked.values()) or any(
        change.action is Action.REPLACE for change in changes
    )


def _ask_committed(
    pipeline: Pipeline, issuer: Issuer, stock_asked: Mapping[int, StockAsked]
) -> Asked | None:
    programmes = issuer.catalogue.programmes_by_id
    ids = {asked.group.programme_id for asked in stock_asked.values() if asked.group.on_demand}
    budgeted = sorted(each for each in ids if programmes[each].budget_minor is not None)
    if not budgeted:
        return None
    return pipeline.ask("programmes_committed", programme_ids=Int4s(budgeted))


def _stock_wanted(stock_asked: Mapping[int, StockAsked], spare: int) -> Counter[tuple[int, int]]:
    """How many vouchers of which group and amount must come from stock; and one to spare for each
    that this batch may cancel before it is drawn.
    """
    wanted = Counter(
        (asked.group.group_id, asked.amount_minor)
        for asked in stock_asked.values()
        if not asked.group.on_demand
    )
    return Counter({key: count + spare for key, count in wanted.items()})


def _allocations_wanted(operations: Sequence[Operation], spare: int) -> Counter[int]:
    """The same of what organisations draw of their own, by allocation."""
    wanted = Counter(o.allocation_id for o in operations if isinstance(o, Draw))
    return Counter({allocation_id: count + spare for allocation_id, count in wanted.items()})


def _with_reference(operations: Sequence[Operation], *, own_too: bool) -> list[Operation]:
    return [
        operation
        for operation in operations
        if operation.reference is not None
        and (own_too or not operation.reference.startswith(OWN_REFERENCE))
    ]


def _ask_repeats(pipeline: Pipeline, operations: Sequence[Operation]) -> Asked | None:
    keys = Uuids(
        reference_key(o.caller.client_id, asked_action(o), o.reference or "") for o in operations
    )
    return pipeline.ask("repeats", reference_keys=keys) if keys else None


def read_repeats(
    pipeline: Pipeline, operations: Sequence[Operation]
) -> dict[Reference, Remembered]:
    """What is recorded under the references of these operations; the head must be ours."""
    asked = _ask_repeats(pipeline, operations)
    pipeline.run()
    return _remembered(asked)


def _remembered(asked: Asked | None) -> dict[Reference, Remembered]:
    found = {}
    for client_id, action, reference, *rest in _all(asked):
        remembered = Remembered(*rest)
        found[client_id, action, reference] = remembered
    return found


def _ask_daily_use(pipeline: Pipeline, subjects: Sequence[Subject]) -> Asked | None:
    if not subjects:
        return None
    return pipeline.ask(
        "daily_use",
        kinds=Texts(subject.kind for subject in subjects),
        subject_ids=Int4s(subject.subject_id for subject in subjects),
    )


def _ask_owners(pipeline: Pipeline, operations: Sequence[Operation]) -> Asked | None:
    """Of vouchers that an organisation changes, or whose value is freed."""
    serials = Int8s(
        operation.serial
        for operation in operations
        if isinstance(operation, Change | Activate)
        and (
            operation.organisation_id is not None
            or (isinstance(operation, Change) and operation.action in FREED_BY)
        )
    )
    return pipeline.ask("owners", serials=serials) if serials else None


def _ask_payments(pipeline: Pipeline, operations: Sequence[Operation]) -> Asked | None:
    ids = Uuids(o.payment_id.bytes for o in operations if isinstance(o, FinishPayment))
    return pipeline.ask("lock_payments", payment_ids=ids) if ids else None


def _vouchers(rows: list[TupleRow]) -> dict[int, Voucher]:
    vouchers = {}
    for row in rows:
        voucher = Voucher(*row)
        voucher.state = _STATES[row[7]]
        if row[8] is not None:
            voucher.prior_state = _STATES[row[8]]
        vouchers[row[0]] = voucher
    return vouchers
