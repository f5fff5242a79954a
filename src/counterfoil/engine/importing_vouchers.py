"""Taking in the vouchers of another system, which keep their serials and their numbers.

    file ─▶ lines, checked ─▶ provisions of kind `import` ─▶ COPY ─▶ available ─▶ reserved:<group>

Live vouchers reserve their value, or nothing is imported. Finished ones stay as they are, without
a sealed number and without money, so that whoever presents one is told. A voucher still in stock
takes its validity from its group when it is drawn, like any other.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.arrays import Int8s, Times
from counterfoil.engine.budgets import check_budget
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.decide import expiry
from counterfoil.engine.imported_lines import (
    COLUMNS,
    FINISHED,
    Line,
    known_already,
    read_lines,
    set_aside_already,
)
from counterfoil.engine.importing import (
    ImportResult,
    Progress,
    check_not_imported,
    digest_of,
    record_file,
    refuse_bad,
    write_bad_rows,
)
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, RowError
from counterfoil.keys.numbers import seal_numbers
from counterfoil.log.leaf import SerialRange, rows_digest
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action, State

CHUNK_ROWS: Final = 10_000
_KIND: Final = "vouchers"
# From here on our own serials will not come for a quadrillion vouchers; they need not step aside.
_SERIAL_FAR: Final = 9 * 10**15
_CATALOGUE_TRIES: Final = 3


@dataclass(slots=True)
class _Run:
    """Lines of one group version, amount and kind, between two ranges of our own."""

    provision_id: int
    group: GroupVersion
    amount_minor: int
    is_live: bool
    lines: list[Line]

    @property
    def value_minor(self) -> int:
        return self.amount_minor * len(self.lines) if self.is_live else 0

    @property
    def committed_minor(self) -> int:
        """What it takes of a programme's budget: what was redeemed elsewhere counts, too."""
        redeemed = sum(line.state is State.REDEEMED for line in self.lines)
        return self.value_minor + self.amount_minor * redeemed

    @property
    def subject(self) -> str:
        return f"{'provision' if self.is_live else 'tombstones'}:{self.provision_id}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a file comes to, under the catalogue it was read by."""

    runs: list[_Run]
    bad: list[RowError]
    catalogue_version: int
    digest: bytes

    @property
    def rows(self) -> int:
        return sum(len(run.lines) for run in self.runs)


def import_vouchers(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    path: Path,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Take in a file with the columns serial, number, group, amount, currency, state, expires_at
    and perhaps secret (`bearer`, or `with_serial` where a short number only counts together with
    its serial; by its length where nothing is said). All rows or, with `skip_bad`, all good ones.

    Raises BadRowsError naming every bad row and column, ConflictError for the same file twice,
    for funds that do not suffice and for a file that is no such table. One transaction: nobody
    waits for it but at its very end.
    """
    digest = digest_of(path)
    for _try in range(_CATALOGUE_TRIES):
        plan = _planned(connection, issuer, path, digest)
        if plan.bad and not skip_bad:
            refuse_bad(path, plan.bad)
        if _carried_out(connection, issuer, caller, plan, progress):
            bad_file = write_bad_rows(path, COLUMNS, plan.bad) if plan.bad else None
            return ImportResult(plan.rows, tuple(plan.bad), bad_file)
    raise ConflictError("The issuer's groups kept changing; import the file again.")


def _planned(connection: Connection, issuer: Issuer, path: Path, digest: bytes) -> _Plan:
    """The good lines by provision, and the bad ones. The provisions' ids are taken, and the
    issuer's own serials step aside, in a short transaction of their own.
    """
    issuer.begin(connection)
    connection.rollback()
    catalogue_version = issuer.catalogue.version
    check_not_imported(connection, issuer.issuer_id, _KIND, digest, path)
    connection.rollback()
    lines, bad = read_lines(path, issuer)
    bad += known_already(connection, issuer, lines)
    connection.rollback()
    journal = issuer.begin(connection)
    ranges = connection.execute(
        statement(__package__, "serial_ranges"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    lines = _without(lines, bad)
    bad += set_aside_already(lines, ranges)
    lines = _without(lines, bad)
    head = journal.head
    runs = _runs(lines, [first for first, _last in ranges], head.next_provision)
    head.next_provision += len(runs)
    ours = (line.serial for line in lines if line.serial < _SERIAL_FAR)
    head.next_serial = max(head.next_serial, 1 + max(ours, default=0))
    commit(connection, issuer, journal)
    return _Plan(runs, sorted(bad, key=lambda error: error.row), catalogue_version, digest)


def _carried_out(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    plan: _Plan,
    progress: Progress | None,
) -> bool:
    """False, and nothing done, where a group changed while the rows were written."""
    try:
        _copy(connection, issuer, plan, progress)
        journal = issuer.begin(connection)
        if issuer.catalogue.version != plan.catalogue_version:
            connection.rollback()
            return False
        _record(connection, issuer, caller, journal, plan)
    except pg.UniqueViolation:
        connection.rollback()
        raise ConflictError(
            "Some of these vouchers were created at the same time; import the file again."
        ) from None
    except pg.CheckViolation:
        connection.rollback()
        raise ConflictError(
            f"{_values(plan.runs)} is more than is available; deposit it first."
        ) from None
    except BaseException:
        connection.rollback()
        raise
    return True


def _without(lines: Sequence[Line], bad: Sequence[RowError]) -> list[Line]:
    rows = {error.row for error in bad}
    return [line for line in lines if line.row not in rows]


def _runs(lines: Sequence[Line], range_firsts: list[int], next_provision: int) -> list[_Run]:
    """A run spans no range of ours, of today or to come, so that drawing from it never walks
    over other vouchers.
    """
    runs: dict[tuple[int, int, bool, int, bool], _Run] = {}
    for line in lines:
        is_live = line.state not in FINISHED
        between = bisect_right(range_firsts, line.serial)
        is_far = line.serial >= _SERIAL_FAR
        key = line.group.group_id, line.amount_minor, is_live, between, is_far
        if key not in runs:
            runs[key] = _Run(next_provision + len(runs), line.group, line.amount_minor, is_live, [])
        runs[key].lines.append(line)
    for run in runs.values():
        run.lines.sort(key=lambda line: line.serial)
    return list(runs.values())


def _copy(connection: Connection, issuer: Issuer, plan: _Plan, progress: Progress | None) -> None:
    """The rows themselves, before the head is locked: until the end this stops nobody."""
    row = connection.execute("SELECT now()").fetchone()
    if row is None:
        raise AssertionError  # SELECT always has a row
    now: datetime = row[0]
    done = 0
    for run in plan.runs:
        for start in range(0, len(run.lines), CHUNK_ROWS):
            lines = run.lines[start : start + CHUNK_ROWS]
            _copy_vouchers(connection, issuer, run, lines, now)
            if run.is_live:
                _copy_secrets(connection, issuer, lines)
                _note_due(connection, issuer, lines, now)
            done += len(lines)
            if progress is not None:
                progress(done, plan.rows)


def _copy_vouchers(
    connection: Connection, issuer: Issuer, run: _Run, lines: Sequence[Line], now: datetime
) -> None:
    with connection.cursor().copy(statement(__package__, "copy_imported")) as copy:
        copy.set_types(
            [
                "int4",
                "int8",
                "int8",
                *["timestamptz"] * 3,
                "int4",
                "int4",
                *["int2"] * 4,
                "bool",
                "bytea",
            ]
        )
        for line in lines:
            expires_at, hold_until = _times(line, now)
            copy.write_row(
                (
                    issuer.issuer_id,
                    line.serial,
                    line.amount_minor,
                    expires_at,
                    hold_until,
                    now,
                    run.provision_id,
                    run.group.group_id,
                    run.group.version,
                    line.state.value,
                    _prior(line),
                    issuer.keys.hash.active,
                    line.with_serial,
                    line.number_hash,
                )
            )


def _times(line: Line, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When it expires and how long it is held: what the file says, else what its group says."""
    if line.state is State.STOCKED:
        return None, None
    if line.state in FINISHED:
        return line.expires_at, None
    expires_at = line.expires_at or expiry(line.group, now)
    if line.state is State.PREACTIVATED:
        return expires_at, now + timedelta(seconds=line.group.hold_seconds)
    return expires_at, now  # it was activated before now, so it was held until then


def _prior(line: Line) -> int | None:
    return State.ACTIVE.value if line.state in {State.SUSPENDED, State.BLOCKED} else None


def _copy_secrets(connection: Connection, issuer: Issuer, lines: Sequence[Line]) -> None:
    version, sealed = seal_numbers(
        issuer.keys,
        issuer.issuer_id,
        [line.serial for line in lines],
        [line.number for line in lines],
    )
    with connection.cursor().copy(statement(__package__, "copy_secrets")) as copy:
        copy.set_types(["int4", "int8", "int2", "bytea"])
        for line, seal in zip(lines, sealed, strict=True):
            copy.write_row((issuer.issuer_id, line.serial, version, seal))


def _note_due(connection: Connection, issuer: Issuer, lines: Sequence[Line], now: datetime) -> None:
    dues = []
    for line in lines:
        expires_at, hold_until = _times(line, now)
        waits = line.state is State.PREACTIVATED
        times = [at for at in (expires_at, hold_until if waits else None) if at is not None]
        dues += [(min(times), line.serial)] if times else []
    connection.execute(
        statement(__package__, "insert_due"),
        {
            "issuer_id": issuer.issuer_id,
            "due_ats": Times(at for at, _serial in dues),
            "serials": Int8s(serial for _at, serial in dues),
        },
    )


def _record(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    journal: Journal,
    plan: _Plan,
) -> None:
    """The provisions, their money, counts and leaves, and that this file was taken in."""
    committed: Counter[int] = Counter()
    for run in plan.runs:
        committed[run.group.programme_id] += run.committed_minor
    for programme_id, more_minor in sorted(committed.items()):
        programme = issuer.catalogue.programmes_by_id[programme_id]
        check_budget(connection, issuer.issuer_id, programme, more_minor)
    for run in plan.runs:
        _insert_provision(connection, issuer, run)
        _journal_run(journal, caller, run, plan.digest)
    if plan.runs:
        lengths = {len(line.number) for run in plan.runs for line in run.lines}
        connection.execute(
            statement(__package__, "add_imported_lengths"),
            {"issuer_id": issuer.issuer_id, "lengths": sorted(lengths)},
        )
        journal.raise_catalogue()
        record_file(connection, issuer.issuer_id, _KIND, plan.digest, plan.rows)
    commit(connection, issuer, journal)


def _insert_provision(connection: Connection, issuer: Issuer, run: _Run) -> None:
    first, last = run.lines[0].serial, run.lines[-1].serial
    stocked = any(line.state is State.STOCKED for line in run.lines)
    connection.execute(
        statement(__package__, "insert_provision"),
        {
            "issuer_id": issuer.issuer_id,
            "provision_id": run.provision_id,
            "kind": "import",
            "group_id": run.group.group_id,
            "group_version": run.group.version,
            "amount_minor": run.amount_minor,
            "serial_first": first,
            "serial_last": last,
            "next_created": last + 1,
            "next_drawn": first if stocked else last + 1,
            "status": "ready",
        },
    )


def _journal_run(journal: Journal, caller: Caller, run: _Run, digest: bytes) -> None:
    first, last = run.lines[0].serial, run.lines[-1].serial
    operation_id = journal.record(
        Action.IMPORT_VOUCHERS,
        caller,
        reference=f"~import:{digest.hex()[:32]}:{run.provision_id}",
        amount_minor=run.value_minor,
        subject=run.subject,
    )
    if run.is_live:
        funding_account_id = run.group.funding_account_id
        available = Account(AccountKind.AVAILABLE, funding_account_id)
        earmarked = Account(AccountKind.EARMARKED, funding_account_id, run.provision_id)
        reserved = Account(AccountKind.RESERVED, funding_account_id, run.group.group_id)
        journal.post(operation_id, Posting(available, earmarked, run.value_minor))
        journal.post(operation_id, Posting(earmarked, reserved, run.value_minor))
    for state, count in Counter(line.state for line in run.lines).items():
        journal.count(run.group.group_id, run.amount_minor, state, count)
    journal.add_leaf(
        Action.IMPORT_VOUCHERS,
        group_id=run.group.group_id,
        amount_minor=run.value_minor,
        currency=run.group.currency,
        serials=SerialRange(first, last, len(run.lines)),
        rows=rows_digest((line.serial, line.amount_minor, line.state) for line in run.lines),
        actor=caller.actor,
    )


def _values(runs: Sequence[_Run]) -> str:
    values: Counter[str] = Counter()
    for run in runs:
        values[run.group.currency] += run.value_minor
    return " and ".join(str(Money(minor, currency)) for currency, minor in sorted(values.items()))
