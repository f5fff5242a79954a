"""What stands behind a programme, read from counts and accounts by key: nothing here goes through
vouchers or the journal, so it is as fast after a million vouchers as after one.

What acceptors earned is known by funding account. Where several programmes share one, the figures
are of all of them, and `shared_with` names the others; what was paid at once went to the
acceptor directly and is in no account of theirs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from counterfoil.engine.catalogue import FundingAccount, Programme
from counterfoil.engine.database import Connection
from counterfoil.errors import NotFoundError
from counterfoil.programme import ProgrammeStatus
from counterfoil.statements import statement
from counterfoil.voucher import HOLDS_VALUE, OPEN, State


@dataclass(frozen=True, slots=True)
class Pile:
    """So many vouchers, worth so much."""

    vouchers: int = 0
    value_minor: int = 0

    def __add__(self, other: "Pile") -> "Pile":
        return Pile(self.vouchers + other.vouchers, self.value_minor + other.value_minor)


NOTHING: Final = Pile()


@dataclass(frozen=True, slots=True)
class Holding:
    """The vouchers of one group and denomination (None: of any amount), by state. Purged ones are
    what they were before.
    """

    group_code: str
    group_status: str
    denomination_minor: int | None
    piles: Mapping[State, Pile] = field(default_factory=dict)

    def of(self, states: Iterable[State]) -> Pile:
        return total(self.piles.get(state, NOTHING) for state in states)

    @property
    def issued(self) -> Pile:
        return self.of(State)

    @property
    def stocked(self) -> Pile:
        return self.of([State.STOCKED])

    @property
    def out(self) -> Pile:
        """In people's hands, and not being redeemed just now."""
        return self.of(OPEN)

    @property
    def redeeming(self) -> Pile:
        return self.of([State.REDEEMING])

    @property
    def redeemed(self) -> Pile:
        return self.of([State.REDEEMED])

    @property
    def expired(self) -> Pile:
        return self.of([State.EXPIRED])

    @property
    def cancelled(self) -> Pile:
        return self.of([State.CANCELLED])

    @property
    def ended(self) -> Pile:
        """Unused: expired or cancelled."""
        return self.of([State.EXPIRED, State.CANCELLED])

    @property
    def open(self) -> Pile:
        return self.of(HOLDS_VALUE)


@dataclass(frozen=True, slots=True)
class ProgrammeMoney:
    """In minor units. All but `earmarked_minor` are of the whole funding account, which other
    programmes may share: what was ever deposited, what is available, what acceptors earned and
    how much of it they are still owed.
    """

    deposited_minor: int
    available_minor: int
    earmarked_minor: int
    earned_minor: int
    owed_minor: int
    acceptors: int
    shared_with: tuple[str, ...]


def total(piles: Iterable[Pile]) -> Pile:
    return sum(piles, NOTHING)


def programme_by_code(connection: Connection, issuer_id: int, code: str) -> Programme:
    """In the caller's transaction. Raises NotFoundError."""
    found = programmes_page(connection, issuer_id, code=code)
    if not found:
        raise NotFoundError(f"There is no programme {code}.")
    return found[0]


def programmes_page(
    connection: Connection,
    issuer_id: int,
    *,
    code: str | None = None,
    after: str = "",
    limit: int = 1,
) -> list[Programme]:
    """From the one after `after` on; or the one with `code`. In the caller's transaction."""
    rows = connection.execute(
        statement(__package__, "programmes_page"),
        {"issuer_id": issuer_id, "code": code, "after": after, "rows_max": limit},
    ).fetchall()
    return [
        Programme(programme_id, each, name, description, ProgrammeStatus(status), *rest)
        for programme_id, each, name, description, status, *rest in rows
    ]


def funding_accounts(connection: Connection, issuer_id: int) -> list[FundingAccount]:
    """In the caller's transaction."""
    rows = connection.execute(
        statement(__package__, "funding_accounts"), {"issuer_id": issuer_id}
    ).fetchall()
    return [FundingAccount(*row) for row in rows]


def holdings(connection: Connection, issuer_id: int, programme_id: int) -> list[Holding]:
    """By group and denomination; a group without vouchers has one without piles."""
    rows = connection.execute(
        statement(__package__, "programme_vouchers"),
        {"issuer_id": issuer_id, "programme_id": programme_id},
    ).fetchall()
    piles: dict[tuple[str, str, int | None], dict[State, Pile]] = {}
    for group_code, group_status, denomination_minor, state, vouchers, value_minor in rows:
        kept = piles.setdefault((group_code, group_status, denomination_minor), {})
        if state is not None:
            kept[State(state)] = Pile(vouchers, value_minor)
    return [Holding(*key, kept) for key, kept in piles.items()]


def programme_money(connection: Connection, issuer_id: int, programme_id: int) -> ProgrammeMoney:
    row = connection.execute(
        statement(__package__, "programme_money"),
        {"issuer_id": issuer_id, "programme_id": programme_id},
    ).fetchone()
    if row is None:
        raise AssertionError(programme_id)  # a sum always has a row
    deposited, available, earmarked, earned, owed, acceptors, shared_with = row
    return ProgrammeMoney(
        deposited, available, earmarked, earned, owed, acceptors, tuple(shared_with)
    )


def by_group(found: Iterable[Holding]) -> list[Holding]:
    """The same, with the denominations of each group together."""
    groups: dict[tuple[str, str], dict[State, Pile]] = {}
    for each in found:
        piles = groups.setdefault((each.group_code, each.group_status), {})
        for state, pile in each.piles.items():
            piles[state] = piles.get(state, NOTHING) + pile
    return [Holding(code, status, None, piles) for (code, status), piles in groups.items()]
