"""A run of payouts, put down as a preview: who is owed what, what is kept of it, and who waits.

    begin_run ─▶ counting ─▶ count_run ─▶ previewed ─▶ approved: sending.py
                                     └──▶ dropped, where nobody can be paid

Nothing moves and nothing is promised by it: until a run is approved another may pay the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Final

import msgspec
import structlog
from psycopg import errors as pg

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.catalogue import Acceptor, BankData
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.figures.folding import fold_through
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.calendar import last_cut_off
from counterfoil.engine.payouts.reading import Run, run_of
from counterfoil.engine.payouts.routes import Route, rail_for, routes_of
from counterfoil.engine.payouts.terms import (
    TermsDesign,
    move_cut_off,
    terms_by_id,
    workdays_of,
)
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import points_of
from counterfoil.statements import statement
from counterfoil.voucher import Action

SYSTEM: Final = Caller(0, "system:payouts")

_log = structlog.get_logger("counterfoil.engine.payouts")


@dataclass(frozen=True, slots=True)
class Line:
    """What an acceptor is owed of a programme: redemptions later than `after_at`, what of them or
    of earlier ones was refunded, and what it earned. Amounts in minor units.
    """

    programme_id: int
    after_at: datetime
    redemptions: int
    gross_minor: int
    refunds: int
    refunded_minor: int
    earnings: int
    earned_minor: int


@dataclass(frozen=True, slots=True)
class Counted:
    """One acceptor's payout, as it is approved."""

    acceptor_id: int
    redemptions: int
    gross_minor: int
    refunded_minor: int
    earned_minor: int
    commission_minor: int
    fee_minor: int
    net_minor: int
    bank: BankData
    rail: str
    left_out: str | None
    lines: tuple[Line, ...]


def begin_run(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    terms_id: int,
    *,
    reason: str = "",
    reference: str | None = None,
) -> int:
    """A run by hand, of all that is owed now by those terms. Returns its id; a worker counts it.

    Raises NotFoundError for terms that do not apply; ConflictError while another run of them is
    not approved and sent, or dropped.
    """
    return _begin(connection, issuer, caller, terms_id, reason=reason, reference=reference)


def begin_due_runs(connection: Connection, issuer: Issuer) -> list[int]:
    """Those whose cut-off is past, and those for which somebody is owed enough. Terms of which a
    run waits to be approved begin none; nor do those of which somebody begins one, or which end,
    at the same moment.
    """
    due = connection.execute(
        statement(__package__, "due_terms"), {"issuer_id": issuer.issuer_id}
    ).fetchall()
    connection.rollback()
    begun = []
    for terms_id, cut_off_at in due:
        try:
            run_id = _begin(
                connection, issuer, SYSTEM, terms_id, cut_off_at=cut_off_at, is_scheduled=True
            )
        except (ConflictError, NotFoundError) as error:
            why = type(error).__name__
            _log.info("payouts.not_begun", issuer=issuer.code, terms=terms_id, cause=why)
        else:
            begun.append(run_id)
    return begun


def _begin(  # whose, by whom, when, and why
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    terms_id: int,
    *,
    cut_off_at: datetime | None = None,
    is_scheduled: bool = False,
    reason: str = "",
    reference: str | None = None,
) -> int:
    asked = Asked(
        caller=caller,
        action=Action.BEGIN_PAYOUT_RUN,
        content=[terms_id, reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    again = recorded_subject(connection, issuer, asked)
    if again is not None:
        connection.rollback()
        return int(again.rpartition(":")[2])
    now = journal.head.now
    with or_nothing(connection), _one_at_a_time():
        terms = terms_by_id(connection, issuer.issuer_id, terms_id)
        workdays = workdays_of(connection, issuer)
        # Whatever comes later is later than this: the next moment is `now` at the earliest.
        before_now = now - timedelta(microseconds=1)
        if cut_off_at is None:
            cut_off_at = before_now
        else:
            cut_off_at = last_cut_off(terms.design.schedule, workdays, cut_off_at, before_now)
        row = connection.execute(
            statement(__package__, "insert_run"),
            {
                "issuer_id": issuer.issuer_id,
                "terms_id": terms_id,
                "funding_account_id": terms.design.funding_account_id,
                "cut_off_at": cut_off_at,
                "through_at": cut_off_at - timedelta(hours=terms.design.hold_hours),
                "now": now,
                "next_posting": journal.head.next_posting,
                "made_by": caller.actor,
            },
        ).fetchone()
        if row is None:
            raise AssertionError(terms_id)  # INSERT … RETURNING always has a row
        if is_scheduled:
            move_cut_off(connection, issuer, terms, workdays, now)
        record(issuer, journal, asked, subject=f"payout-run:{row[0]}")
        commit(connection, issuer, journal)
    return int(row[0])


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    try:
        yield
    except pg.UniqueViolation as error:
        raise ConflictError("A run of these terms waits to be approved or dropped.") from error


def count_run(connection: Connection, issuer: Issuer, run_id: int) -> bool:
    """Put down what everybody is owed; False where another process has done it.

    What the journal held when the run was begun is folded first; redemptions that come later are
    later than its cut-off.
    """
    run = run_of(connection, issuer, run_id)
    connection.rollback()
    fold_through(connection, issuer.issuer_id, run.counted_postings)
    issuer.catch_up(connection)
    refresh_plans(connection)
    locked = connection.execute(
        statement(__package__, "lock_run"),
        {"issuer_id": issuer.issuer_id, "run_id": run_id, "status": "counting"},
    ).fetchone()
    if locked is None:
        connection.rollback()
        return False
    with or_nothing(connection):
        terms = terms_by_id(connection, issuer.issuer_id, run.terms_id, with_ended=True)
        routes = routes_of(connection, issuer.issuer_id)
        owed = _owed(connection, issuer, run)
        counted = list(_counted(issuer, run, terms.design, routes, owed))
        if counted:
            _insert(connection, issuer, run, counted)
        listed = [each for each in counted if each.left_out is None]
        connection.execute(
            statement(__package__, "preview_run"),
            {
                "issuer_id": issuer.issuer_id,
                "run_id": run_id,
                "status": "previewed" if listed else "dropped",
                "payouts": len(listed),
                "left_out": len(counted) - len(listed),
                "net_minor": sum(each.net_minor for each in listed),
                "digest": _digest(run, counted),
            },
        )
        connection.commit()
    return True


def _owed(connection: Connection, issuer: Issuer, run: Run) -> list[tuple[int, Line]]:
    """By the acceptors' ids."""
    rows = connection.execute(
        statement(__package__, "owed"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_id": run.funding_account_id,
            "terms_id": run.terms_id,
            "through_at": run.through_at,
            "counted_at": run.counted_at,
        },
    )
    return [(acceptor_id, Line(*line)) for acceptor_id, *line in rows]


def _counted(
    issuer: Issuer,
    run: Run,
    design: TermsDesign,
    routes: Sequence[Route],
    owed: Iterable[tuple[int, Line]],
) -> Iterator[Counted]:
    for acceptor_id, lines in groupby(owed, key=itemgetter(0)):
        acceptor = issuer.catalogue.acceptors_by_id[acceptor_id]
        rail = rail_for(
            routes,
            scheme=acceptor.scheme,
            currency=run.currency,
            programme_id=run.programme_id,
        )
        yield counted(acceptor, [line for _acceptor_id, line in lines], design, rail)


def counted(
    acceptor: Acceptor, lines: Sequence[Line], design: TermsDesign, rail: str | None
) -> Counted:
    """What it gets of that, and why not now if so. Pure. The commission is of what was redeemed and
    not refunded; what is refunded of an earlier payout lessens it too.
    """
    gross_minor = sum(line.gross_minor for line in lines)
    refunded_minor = sum(line.refunded_minor for line in lines)
    earned_minor = sum(line.earned_minor for line in lines)
    commission_minor = points_of(max(gross_minor - refunded_minor, 0), design.commission_points)
    net_minor = gross_minor - refunded_minor + earned_minor - commission_minor - design.fee_minor
    no_rail = "no_rail" if rail is None else None
    return Counted(
        acceptor_id=acceptor.acceptor_id,
        redemptions=sum(line.redemptions for line in lines),
        gross_minor=gross_minor,
        refunded_minor=refunded_minor,
        earned_minor=earned_minor,
        commission_minor=commission_minor,
        fee_minor=design.fee_minor,
        net_minor=net_minor,
        bank=acceptor.bank,
        rail=rail or "",
        left_out=waits(acceptor) or _too_little(net_minor, design) or no_rail,
        lines=tuple(lines),
    )


def waits(acceptor: Acceptor) -> str | None:
    """Why nothing is sent to it for now."""
    if acceptor.payouts_held:
        return "held"
    return "bank_data" if acceptor.next_from is not None else None


def _too_little(net_minor: int, design: TermsDesign) -> str | None:
    if net_minor <= 0:
        return "nothing"
    return "minimum" if net_minor < design.least_minor else None


def _digest(run: Run, counted: Sequence[Counted]) -> bytes:
    """Of everything that is approved with it."""
    content = [run.run_id, run.terms_id, run.funding_account_id, run.cut_off_at, run.through_at]
    return sha256(msgspec.json.encode([*content, *map(astuple, counted)])).digest()


def _insert(connection: Connection, issuer: Issuer, run: Run, counted: Sequence[Counted]) -> None:
    whose = {"issuer_id": issuer.issuer_id, "run_id": run.run_id}
    connection.execute(
        statement(__package__, "insert_payouts"),
        whose
        | {
            "acceptor_ids": [each.acceptor_id for each in counted],
            "redemptions": [each.redemptions for each in counted],
            "gross": [each.gross_minor for each in counted],
            "refunded": [each.refunded_minor for each in counted],
            "earned": [each.earned_minor for each in counted],
            "commissions": [each.commission_minor for each in counted],
            "fees": [each.fee_minor for each in counted],
            "schemes": [each.bank.scheme for each in counted],
            "fsps": [each.bank.fsp for each in counted],
            "accounts": [each.bank.account for each in counted],
            "rails": [each.rail for each in counted],
            "left_out": [each.left_out for each in counted],
        },
    )
    lines = [(each.acceptor_id, line) for each in counted for line in each.lines]
    connection.execute(
        statement(__package__, "insert_lines"),
        whose
        | {
            "through_at": run.through_at,
            "acceptor_ids": [acceptor_id for acceptor_id, _line in lines],
            "programme_ids": [line.programme_id for _acceptor_id, line in lines],
            "after_ats": [line.after_at for _acceptor_id, line in lines],
            "redemptions": [line.redemptions for _acceptor_id, line in lines],
            "gross": [line.gross_minor for _acceptor_id, line in lines],
            "refunds": [line.refunds for _acceptor_id, line in lines],
            "refunded": [line.refunded_minor for _acceptor_id, line in lines],
            "earnings": [line.earnings for _acceptor_id, line in lines],
            "earned": [line.earned_minor for _acceptor_id, line in lines],
        },
    )
