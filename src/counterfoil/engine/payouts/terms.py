"""When acceptors are paid, and how much of it is kept: for a funding account, for a programme of it
or for one acceptor. The narrowest that apply count: an acceptor's before a programme's.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Any, Final

import msgspec

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.calendar import Cycle, Schedule, Workdays, next_cut_off
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action

HOLIDAYS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDesign:
    """Whose they are: of a funding account, of a programme or of an acceptor paid from it. Amounts
    are in minor units of its currency. `hold_hours` is how old a redemption is at the cut-off, at
    least; `commission_points` are hundredths of a percent of what was redeemed.
    """

    funding_account_id: int
    programme_id: int | None = None
    acceptor_id: int | None = None
    cycle: Cycle = Cycle.BY_HAND
    on_day: int | None = None
    cut_off: time = time(17)
    time_zone: str = "UTC"
    hold_hours: int = 0
    threshold_minor: int | None = None
    minimum_minor: int = 0
    commission_points: int = 0
    fee_minor: int = 0

    @property
    def schedule(self) -> Schedule:
        return Schedule(
            cycle=self.cycle,
            on_day=self.on_day,
            cut_off=self.cut_off,
            time_zone=self.time_zone,
        )

    @property
    def least_minor(self) -> int:
        """Who is owed less waits."""
        return max(self.minimum_minor, self.threshold_minor or 0)


@dataclass(frozen=True, slots=True)
class Terms:
    """As they stand. `version` is what a change of them expects."""

    terms_id: int
    design: TermsDesign
    next_cut_off_at: datetime | None
    version: int


def set_terms(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    design: TermsDesign,
    *,
    expected_version: int,
    reason: str = "",
    reference: str | None = None,
) -> int:
    """Put down or change terms; a run that is under way keeps those it was begun with. Returns
    their id. `expected_version` is 0 where there are none yet.

    Raises NotFoundError for an account, a programme or an acceptor that there is not; ConflictError
    for terms that cannot be, and where they were changed since.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_PAYOUT_TERMS,
        content=[msgspec.json.encode(design, order="sorted"), expected_version, reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    again = recorded_subject(connection, issuer, asked)
    if again is not None:
        connection.rollback()
        return int(again.rpartition(":")[2])
    with or_nothing(connection), design_errors(connection):
        _check(issuer, design)
        workdays = workdays_of(connection, issuer)
        row = connection.execute(
            statement(__package__, "insert_terms"),
            asdict(design)
            | {
                "issuer_id": issuer.issuer_id,
                "next_cut_off_at": next_cut_off(design.schedule, workdays, journal.head.now),
                "expected_version": expected_version,
            },
        ).fetchone()
        if row is None:
            raise ConflictError("These terms were changed since.")
        record(
            issuer,
            journal,
            asked,
            subject=f"payout-terms:{row[0]}",
            acceptor_id=design.acceptor_id or 0,
        )
        commit(connection, issuer, journal)
    return int(row[0])


def _check(issuer: Issuer, design: TermsDesign) -> None:
    """Raises NotFoundError, ConflictError."""
    catalogue = issuer.catalogue
    if design.funding_account_id not in catalogue.funding_accounts:
        raise NotFoundError(f"{issuer.code} has no funding account {design.funding_account_id}.")
    if design.programme_id is not None:
        programme = catalogue.programmes_by_id.get(design.programme_id)
        if programme is None:
            raise NotFoundError(f"{issuer.code} has no programme {design.programme_id}.")
        if programme.funding_account_id != design.funding_account_id:
            raise ConflictError(f"{programme.code} is paid from another funding account.")
    if design.acceptor_id is not None and design.acceptor_id not in catalogue.acceptors_by_id:
        raise NotFoundError(f"There is no acceptor {design.acceptor_id}.")


def end_terms(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    terms_id: int,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """The wider ones count again. Raises NotFoundError where no terms of a programme or an
    acceptor apply under that id.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_PAYOUT_TERMS,
        content=[terms_id, "end", reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        ended = connection.execute(
            statement(__package__, "end_terms"),
            {"issuer_id": issuer.issuer_id, "terms_id": terms_id},
        )
        if not ended.rowcount:
            raise NotFoundError(f"No terms of a programme or an acceptor apply as {terms_id}.")
        record(issuer, journal, asked, subject=f"payout-terms:{terms_id}")
        commit(connection, issuer, journal)


def terms_of(connection: Connection, issuer_id: int) -> list[Terms]:
    """All that apply, by their ids. Leaves the transaction open."""
    rows = connection.execute(
        statement(__package__, "terms"),
        {"issuer_id": issuer_id, "terms_id": None, "with_ended": False},
    )
    return [_terms(row) for row in rows]


def terms_by_id(
    connection: Connection, issuer_id: int, terms_id: int, *, with_ended: bool = False
) -> Terms:
    """Raises NotFoundError where there are none, or they do not apply any more; a run that was
    begun with them is counted `with_ended`.
    """
    row = connection.execute(
        statement(__package__, "terms"),
        {"issuer_id": issuer_id, "terms_id": terms_id, "with_ended": with_ended},
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There are no payout terms {terms_id}.")
    return _terms(row)


def _terms(row: tuple[Any, ...]) -> Terms:
    terms_id, next_cut_off_at, version, cycle, *rest = row
    names = [field.name for field in fields(TermsDesign) if field.name != "cycle"]
    design = TermsDesign(cycle=Cycle(cycle), **dict(zip(names, rest, strict=True)))
    return Terms(terms_id, design, next_cut_off_at, version)


def set_bank_days(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    workdays: Workdays,
    names: dict[date, str],
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """In place of those there are: the days of the week and the holidays (by `names`) on which no
    bank works. What the cycles wait for moves with them.

    Raises ConflictError for days that cannot be.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_PAYOUT_TERMS,
        content=["days", *_day_words(workdays, names), reason],
        reference=reference,
        reason=reason,
    )
    if len(names) > HOLIDAYS_MAX:
        raise ConflictError(f"More than {HOLIDAYS_MAX:,} holidays are not kept.")
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection), design_errors(connection):
        connection.execute(
            statement(__package__, "set_rest_days"),
            {"issuer_id": issuer.issuer_id, "rest_days": sorted(workdays.rest_days)},
        )
        days = sorted(workdays.holidays)
        named = {
            "issuer_id": issuer.issuer_id,
            "days": days,
            "names": [names[day] for day in days],
        }
        connection.execute(statement(__package__, "forget_holidays"), named)
        connection.execute(statement(__package__, "insert_holidays"), named)
        for terms in terms_of(connection, issuer.issuer_id):
            move_cut_off(connection, issuer, terms, workdays, journal.head.now)
        record(issuer, journal, asked, subject="bank-days")
        commit(connection, issuer, journal)


def _day_words(workdays: Workdays, names: dict[date, str]) -> list[str | int]:
    return [
        *sorted(workdays.rest_days),
        *(f"{day.isoformat()} {names[day]}" for day in sorted(workdays.holidays)),
    ]


def move_cut_off(
    connection: Connection, issuer: Issuer, terms: Terms, workdays: Workdays, after: datetime
) -> None:
    """To the next one after that moment, where a calendar says when. The head must be ours."""
    connection.execute(
        statement(__package__, "move_cut_off"),
        {
            "issuer_id": issuer.issuer_id,
            "terms_id": terms.terms_id,
            "next_cut_off_at": next_cut_off(terms.design.schedule, workdays, after),
        },
    )


def workdays_of(connection: Connection, issuer: Issuer) -> Workdays:
    """Leaves the transaction open."""
    return _bank_days(connection, issuer)[0]


def next_workday(connection: Connection, issuer: Issuer) -> date:
    """The first from today (UTC) on on which banks work. Leaves the transaction open."""
    workdays, today = _bank_days(connection, issuer)
    return workdays.on_or_after(today)


def _bank_days(connection: Connection, issuer: Issuer) -> tuple[Workdays, date]:
    row = connection.execute(
        statement(__package__, "bank_days"), {"issuer_id": issuer.issuer_id}
    ).fetchone()
    if row is None:
        raise NotFoundError(f"{issuer.code} has no settings.")
    rest_days, holidays, today = row
    return Workdays(frozenset(rest_days), frozenset(holidays)), today
