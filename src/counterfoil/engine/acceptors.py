"""Registering and changing merchants and agents. Each is one transaction that raises the
catalogue's version under the issuer's head, so that from its commit on every process decides by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from counterfoil.engine.administering import Asked, record, recorded_subject
from counterfoil.engine.catalogue import Acceptor, BankData, DailyLimits
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.standing import ACCEPTOR_STEPS, may_become
from counterfoil.statements import statement
from counterfoil.voucher import Action

ACCEPTOR_STATUSES: Final = tuple(ACCEPTOR_STEPS)
# Nobody has redeemed there yet, so no money waits to go to its account.
_NEVER_PAID: Final = frozenset({"draft", "rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorDesign:
    name: str
    kind: str
    account: str
    fsp: str = "sandbox"
    scheme: str = "account"
    groups: tuple[str, ...] = ()
    status: str = "approved"
    daily_amount_minor_max: int | None = None
    daily_count_max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorChange:
    """What is to change; None stays as it is.

    `bank` counts after the cooling-off, which is the issuer's own unless it is given; what is
    waiting to count is dropped by `keeps_bank`.
    """

    status: str | None = None
    groups: tuple[str, ...] | None = None
    daily_limits: DailyLimits | None = None
    bank: BankData | None = None
    cooling_off_seconds: int | None = None
    keeps_bank: bool = False
    payouts_held: bool | None = None

    @property
    def words(self) -> list[str]:
        """What the journal calls it."""
        held = {None: None, True: "held", False: "released"}[self.payouts_held]
        parts = (
            self.status,
            None if self.groups is None else "groups",
            None if self.daily_limits is None else "limits",
            None if self.bank is None else "bank",
            "bank-kept" if self.keeps_bank else None,
            held,
        )
        return [part for part in parts if part is not None]


def create_acceptors(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    designs: Sequence[AcceptorDesign],
    *,
    reference: str | None = None,
    reason: str = "",
) -> list[int]:
    """Register merchants and agents, all or none. Returns their ids, in order; the same reference
    again gives the same ones.

    Raises ConflictError where a name and account are registered already, or a status is unknown.
    """
    asked = Asked(
        caller=caller,
        action=Action.CREATE_ACCEPTOR,
        content=[msgspec.json.encode(designs, order="sorted")],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    again = recorded_subject(connection, issuer, asked)
    if again is not None:
        connection.rollback()
        return _ids_of(again)
    _check_free(connection, issuer, ((None, design.name, design.account) for design in designs))
    next_id = 1 + max(issuer.catalogue.acceptors_by_id, default=0)
    version = journal.raise_catalogue()
    ids = list(range(next_id, next_id + len(designs)))
    with design_errors(connection):
        for acceptor_id, design in zip(ids, designs, strict=True):
            columns = asdict(design) | {
                "issuer_id": issuer.issuer_id,
                "acceptor_id": acceptor_id,
                "groups": sorted(design.groups),
                "changed_version": version,
            }
            connection.execute(statement(__package__, "insert_acceptor"), columns)
        _ensure_acceptor_groups(
            connection, issuer, {group for design in designs for group in design.groups}
        )
        subject = f"acceptors:{ids[0]}-{ids[-1]}" if len(ids) > 1 else f"acceptor:{ids[0]}"
        record(issuer, journal, asked, subject=subject)
        commit(connection, issuer, journal)
    return ids


def turn_acceptor(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    status: str,
    *,
    reason: str,
    reference: str | None = None,
    expected_version: int | None = None,
) -> Acceptor:
    """Approve, reject, suspend, reinstate or close, as the steps in standing.py allow."""
    return change_acceptor(
        connection,
        issuer,
        caller,
        acceptor_id,
        AcceptorChange(status=status),
        reason=reason,
        reference=reference,
        expected_version=expected_version,
    )


def regroup_acceptor(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    groups: tuple[str, ...],
    daily_limits: DailyLimits,
    *,
    reason: str,
    reference: str | None = None,
    expected_version: int | None = None,
) -> Acceptor:
    """Which groups it belongs to, and what it may redeem in a day."""
    return change_acceptor(
        connection,
        issuer,
        caller,
        acceptor_id,
        AcceptorChange(groups=groups, daily_limits=daily_limits),
        reason=reason,
        reference=reference,
        expected_version=expected_version,
    )


def change_acceptor(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    change: AcceptorChange,
    *,
    reason: str = "",
    reference: str | None = None,
    expected_version: int | None = None,
) -> Acceptor:
    """All of it or nothing, counting from its commit on. What is so already, or was done under
    this reference before, changes nothing; the acceptor as it stands is returned.

    Raises NotFoundError for an unknown acceptor; ConflictError for a step that is not one, bank
    data of another, or where it was changed since the `changed_version` that is expected.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_ACCEPTOR,
        content=[acceptor_id, reason, msgspec.json.encode(change, order="sorted")],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    before = issuer.catalogue.acceptors_by_id.get(acceptor_id)
    if before is None:
        connection.rollback()
        raise NotFoundError(f"There is no acceptor {acceptor_id}.")
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return before
    if expected_version is not None and expected_version != before.changed_version:
        connection.rollback()
        raise ConflictError(f"{before.name} was changed since.")
    try:
        after = changed(
            before,
            change,
            reason=reason,
            now=journal.head.now,
            cooling_off=_cooling_off(issuer, change),
        )
    except ConflictError:
        connection.rollback()
        raise
    if after == before:
        connection.rollback()
        return before
    _check_free(
        connection,
        issuer,
        ((acceptor_id, after.name, bank.account) for bank in (after.bank, after.next_bank) if bank),
    )
    with design_errors(connection):
        _ensure_acceptor_groups(connection, issuer, change.groups or ())
        write_acceptor(connection, issuer, after, journal.raise_catalogue())
        subject = f"acceptor:{acceptor_id}:{'+'.join(change.words)}"
        record(issuer, journal, asked, subject=subject, acceptor_id=acceptor_id)
        commit(connection, issuer, journal)
    return issuer.catalogue.acceptors_by_id[acceptor_id]


def changed(
    before: Acceptor,
    change: AcceptorChange,
    *,
    reason: str,
    now: datetime,
    cooling_off: timedelta,
) -> Acceptor:
    """The acceptor with what is to change. Pure. Raises ConflictError for a step that is none."""
    after = before
    if change.status is not None:
        if not may_become(ACCEPTOR_STEPS, before.status, change.status):
            raise ConflictError(f"{before.name} is {before.status}; it cannot be {change.status}.")
        after = replace(after, status=change.status)
    if change.groups is not None:
        after = replace(after, groups=frozenset(change.groups))
    if change.daily_limits is not None:
        limits = change.daily_limits
        after = replace(
            after,
            daily_amount_minor_max=limits.amount_minor_max,
            daily_count_max=limits.count_max,
        )
    if change.keeps_bank:
        after = with_next_bank(after, None, None)
    if change.bank is not None:
        waits = cooling_off > timedelta(0) and before.status not in _NEVER_PAID
        after = _rebanked(after, change.bank, now + cooling_off if waits else None)
    if change.payouts_held is not None:
        if change.payouts_held and not reason:
            raise ConflictError("Say why its payouts are held.")
        after = replace(
            after,
            payouts_held=change.payouts_held,
            payouts_hold_reason=reason if change.payouts_held else "",
        )
    return after


def _rebanked(before: Acceptor, bank: BankData, counts_from: datetime | None) -> Acceptor:
    """A newer change replaces the one that waits; the same again does not make it wait longer."""
    if bank == before.bank:
        return with_next_bank(before, None, None)
    if counts_from is None:
        return with_bank(before, bank)
    if bank == before.next_bank:
        return before
    return with_next_bank(before, bank, counts_from)


def with_bank(before: Acceptor, bank: BankData) -> Acceptor:
    """Paid there from now on, and nothing waits."""
    after = replace(before, scheme=bank.scheme, fsp=bank.fsp, account=bank.account)
    return with_next_bank(after, None, None)


def with_next_bank(
    before: Acceptor, bank: BankData | None, counts_from: datetime | None
) -> Acceptor:
    return replace(
        before,
        next_scheme=None if bank is None else bank.scheme,
        next_fsp=None if bank is None else bank.fsp,
        next_account=None if bank is None else bank.account,
        next_from=counts_from,
    )


def write_acceptor(connection: Connection, issuer: Issuer, after: Acceptor, version: int) -> None:
    """Under the head; `version` is the catalogue's."""
    columns = asdict(after) | {
        "issuer_id": issuer.issuer_id,
        "groups": sorted(after.groups),
        "changed_version": version,
    }
    connection.execute(statement(__package__, "change_acceptor"), columns)


def create_acceptor_group(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    code: str,
    name: str,
    reference: str | None = None,
) -> None:
    """A code that exists stays as it is."""
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_SETTINGS,
        content=["acceptor-group", code, name],
        reference=reference,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with design_errors(connection):
        _ensure_acceptor_group(connection, issuer, code, name)
        record(issuer, journal, asked, subject=f"acceptor-group:{code}")
        commit(connection, issuer, journal)


def _cooling_off(issuer: Issuer, change: AcceptorChange) -> timedelta:
    if change.cooling_off_seconds is not None:
        return timedelta(seconds=change.cooling_off_seconds)
    return timedelta(days=issuer.catalogue.settings.cooling_off_days)


def _check_free(
    connection: Connection, issuer: Issuer, wanted: Iterable[tuple[int | None, str, str]]
) -> None:
    """A name and an account stand for one acceptor at the till, those that will be its own too."""
    taken = {
        (each.name, account): each.acceptor_id
        for each in issuer.catalogue.acceptors_by_id.values()
        for account in (each.account, each.next_account)
        if account is not None
    }
    for acceptor_id, name, account in wanted:
        if taken.get((name, account), acceptor_id) != acceptor_id:
            connection.rollback()
            raise ConflictError(f"{name} with that account is registered already.")


def _ids_of(subject: str) -> list[int]:
    first, _, last = subject.partition(":")[2].partition("-")
    return list(range(int(first), int(last or first) + 1))


def _ensure_acceptor_groups(connection: Connection, issuer: Issuer, codes: Iterable[str]) -> None:
    for code in sorted(set(codes)):
        _ensure_acceptor_group(connection, issuer, code, code)


def _ensure_acceptor_group(connection: Connection, issuer: Issuer, code: str, name: str) -> None:
    connection.execute(
        statement(__package__, "ensure_acceptor_group"),
        {"issuer_id": issuer.issuer_id, "code": code, "name": name},
    )
