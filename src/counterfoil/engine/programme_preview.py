"""What a step of a programme would do, before anybody takes it: vouchers, money and warnings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from counterfoil.engine.catalogue import Programme
from counterfoil.engine.database import Connection
from counterfoil.engine.programme_figures import (
    NOTHING,
    Holding,
    Pile,
    ProgrammeMoney,
    by_group,
    holdings,
    programme_by_code,
    programme_money,
    total,
)
from counterfoil.engine.programme_steps import check_step, status_of_word
from counterfoil.programme import REDEEMS, ProgrammeStatus


class Warned(StrEnum):
    """What to think of before the step; codes for programs, that never change."""

    BEFORE_ITS_DATE = "before_its_date"  # the programme has a later date for this step
    PROVISIONS_UNFINISHED = "provisions_unfinished"  # stock is still being created
    STOCK_UNSOLD = "stock_unsold"  # nobody will get these vouchers any more
    STILL_OUT = "still_out"  # people hold these vouchers, and can use them no more
    STILL_PAYING = "still_paying"  # payments without an outcome; it cannot be closed before
    ACCEPTORS_OWED = "acceptors_owed"  # what acceptors earned and have not been paid


@dataclass(frozen=True, slots=True)
class StepWarning:
    """`stops`: the step would be refused."""

    code: Warned
    pile: Pile = NOTHING
    planned_on: date | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class StepPreview:
    """By group as things stand; and what the step does: `cancelled` and `expired` vouchers, and
    the money that is free after it. What acceptors are owed it leaves alone.
    """

    programme: Programme
    to_status: ProgrammeStatus
    groups: tuple[Holding, ...]
    money: ProgrammeMoney
    cancelled: Pile
    expired: Pile
    freed_minor: int
    warnings: tuple[StepWarning, ...]

    @property
    def is_possible(self) -> bool:
        return not any(warning.stops for warning in self.warnings)


def step_preview(connection: Connection, issuer_id: int, code: str, to_status: str) -> StepPreview:
    """In the caller's transaction. Raises NotFoundError, ConflictError where it is not the next
    step.
    """
    after = status_of_word(to_status)
    programme = programme_by_code(connection, issuer_id, code)
    check_step(programme, after, programme.status)
    groups = by_group(holdings(connection, issuer_id, programme.programme_id))
    money = programme_money(connection, issuer_id, programme.programme_id)
    closes = after is ProgrammeStatus.CLOSED
    cancelled = total(each.stocked for each in groups) if closes else NOTHING
    expired = total(each.out for each in groups) if closes else NOTHING
    freed_minor = cancelled.value_minor + expired.value_minor
    return StepPreview(
        programme,
        after,
        tuple(groups),
        money,
        cancelled,
        expired,
        freed_minor + money.earmarked_minor if closes else 0,
        tuple(_warnings(programme, after, groups, money)),
    )


def _warnings(
    programme: Programme,
    after: ProgrammeStatus,
    groups: list[Holding],
    money: ProgrammeMoney,
) -> Iterator[StepWarning]:
    planned = _planned(programme, after)
    if planned is not None and datetime.now(UTC).date() < planned:
        yield StepWarning(Warned.BEFORE_ITS_DATE, planned_on=planned)
    if money.earmarked_minor:
        yield StepWarning(Warned.PROVISIONS_UNFINISHED, Pile(0, money.earmarked_minor))
    unsold = total(each.stocked for each in groups)
    if unsold.vouchers:
        yield StepWarning(Warned.STOCK_UNSOLD, unsold)
    out = total(each.out for each in groups)
    if out.vouchers and after not in REDEEMS:
        yield StepWarning(Warned.STILL_OUT, out)
    paying = total(each.redeeming for each in groups)
    if paying.vouchers and after not in REDEEMS:
        stops = after is ProgrammeStatus.CLOSED
        yield StepWarning(Warned.STILL_PAYING, paying, stops=stops)
    late = after in {ProgrammeStatus.CLAIMS_CLOSED, ProgrammeStatus.CLOSED}
    if late and money.owed_minor:
        yield StepWarning(Warned.ACCEPTORS_OWED, Pile(0, money.owed_minor))


def _planned(programme: Programme, after: ProgrammeStatus) -> date | None:
    return {
        ProgrammeStatus.SALES_CLOSED: programme.sales_close_on,
        ProgrammeStatus.REDEMPTION_CLOSED: programme.redemption_close_on,
        ProgrammeStatus.CLAIMS_CLOSED: programme.claims_close_on,
    }.get(after)
