"""Redemptions as they come: what was posted since somebody looked last, by the number of a posting.

Those numbers have no gaps and become visible in order, so who remembers one misses nothing. Only
reads, after the commit, and takes no lock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from counterfoil.engine.database import Connection
from counterfoil.statements import statement

STRETCH_POSTINGS: Final = 5000
LATEST_POSTINGS: Final = 10_000  # how far back one looks for the latest


class Redemption(NamedTuple):
    """`organisation_id` only where it was asked for, and the voucher was sold."""

    operation_id: int
    at: datetime
    serial: int
    group_id: int
    acceptor_id: int | None
    organisation_id: int | None
    funding_account_id: int
    amount_minor: int


class Names(msgspec.Struct):
    """Of what was seen so far, by id: a group's code and name, an acceptor's name, a currency."""

    groups: dict[int, tuple[str, str]] = {}
    acceptors: dict[int, str] = {}
    currencies: dict[int, str] = {}


class Stretch(NamedTuple):
    """`next_posting`: where the next one begins."""

    redemptions: Sequence[Redemption]
    next_posting: int
    is_last: bool


def next_posting(connection: Connection, issuer_id: int) -> int:
    """In the caller's transaction; 0 for an issuer that is not."""
    row = connection.execute(
        statement(__package__, "posted_until"), {"issuer_id": issuer_id}
    ).fetchone()
    return 0 if row is None else int(row[0])


def redemptions_since(
    connection: Connection, issuer_id: int, first_posting: int, *, with_owners: bool
) -> Stretch:
    """From that posting on, as far as one stretch goes. In the caller's transaction."""
    end = next_posting(connection, issuer_id)
    until = min(end, first_posting + STRETCH_POSTINGS)
    if until <= first_posting:
        return Stretch((), first_posting, is_last=True)
    rows = connection.execute(
        statement(__package__, "redemptions"),
        {
            "issuer_id": issuer_id,
            "first_posting": first_posting,
            "end_posting": until,
            "with_owners": with_owners,
        },
    ).fetchall()
    return Stretch([Redemption(*row) for row in rows], until, is_last=until == end)


def latest_redemptions(
    connection: Connection,
    issuer_id: int,
    *,
    acceptor_id: int | None = None,
    organisation_id: int | None = None,
    limit: int = 20,
) -> list[Redemption]:
    """The newest first: of an acceptor or an organisation, as the journal was folded; or of the
    issuer, among its last postings. In the caller's transaction.
    """
    asked: dict[str, object] = {"issuer_id": issuer_id, "rows_max": limit}
    if acceptor_id is not None:
        name, asked["acceptor_id"] = "latest_of_acceptor", acceptor_id
    elif organisation_id is not None:
        name, asked["organisation_id"] = "latest_of_organisation", organisation_id
    else:
        name = "latest_redemptions"
        asked["first_posting"] = next_posting(connection, issuer_id) - LATEST_POSTINGS
    rows = connection.execute(statement(__package__, name), asked).fetchall()
    return [Redemption(*row) for row in rows]


def learn_names(
    connection: Connection, issuer_id: int, names: Names, redemptions: Iterable[Redemption]
) -> None:
    """What those are about and is not known yet. In the caller's transaction."""
    seen = list(redemptions)
    groups = {each.group_id for each in seen} - names.groups.keys()
    acceptors = {each.acceptor_id for each in seen if each.acceptor_id} - names.acceptors.keys()
    accounts = {each.funding_account_id for each in seen} - names.currencies.keys()
    if not (groups or acceptors or accounts):
        return
    rows = connection.execute(
        statement(__package__, "names"),
        {
            "issuer_id": issuer_id,
            "group_ids": sorted(groups),
            "acceptor_ids": sorted(acceptors),
            "funding_account_ids": sorted(accounts),
        },
    ).fetchall()
    for kind, each_id, code, name in rows:
        match kind:
            case "group":
                names.groups[each_id] = code, name
            case "acceptor":
                names.acceptors[each_id] = name
            case _:
                names.currencies[each_id] = name
