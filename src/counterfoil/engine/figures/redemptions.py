"""Redemptions by whom they concern: who redeemed, and the organisation whose voucher it was. Each
by key, in the caller's transaction, as the journal was folded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counterfoil.engine.database import Connection
from counterfoil.engine.figures.reading import Period, SubjectFigure, blocks
from counterfoil.money import Money
from counterfoil.statements import statement


@dataclass(frozen=True, slots=True)
class Listed:
    """A redemption; `operation_id` with `at` is its key."""

    at: datetime
    serial: int
    group_code: str
    group_name: str
    acceptor_id: int
    acceptor_name: str
    organisation_id: int | None
    money: Money
    operation_id: int

    @property
    def key(self) -> tuple[datetime, int]:
        return self.at, self.operation_id


def redemptions_of_acceptor(
    connection: Connection, issuer_id: int, acceptor_id: int, asked: Mapping[str, object]
) -> list[Listed]:
    """`asked`: since, until (or None), sort (newest, oldest), after_at, after_id, rows_max."""
    return _listed(
        connection, "redemptions_of_acceptor", {**asked, "acceptor_id": acceptor_id}, issuer_id
    )


def redemptions_of_organisation(
    connection: Connection, issuer_id: int, organisation_id: int, asked: Mapping[str, object]
) -> list[Listed]:
    """Of the vouchers it bought, wherever they were redeemed; asked as those of an acceptor."""
    return _listed(
        connection,
        "redemptions_of_organisation",
        {**asked, "organisation_id": organisation_id},
        issuer_id,
    )


def redeemed_where(
    connection: Connection,
    issuer_id: int,
    organisation_id: int,
    currency: str,
    period: Period,
    *,
    limit: int = 10,
) -> list[SubjectFigure]:
    """Where an organisation's vouchers were redeemed, most by amount first."""
    runs = blocks(period)
    rows = connection.execute(
        statement(__package__, "redeemed_where"),
        {
            "issuer_id": issuer_id,
            "organisation_id": organisation_id,
            "currency": currency,
            "rows_max": limit,
            "days": [run.days for run in runs],
            "firsts": [run.first for run in runs],
            "lasts": [run.last for run in runs],
        },
    ).fetchall()
    return [
        SubjectFigure(acceptor_id, name, vouchers, Money(amount_minor, currency))
        for acceptor_id, name, vouchers, amount_minor in rows
    ]


def _listed(
    connection: Connection, name: str, parameters: Mapping[str, object], issuer_id: int
) -> list[Listed]:
    rows = connection.execute(
        statement(__package__, name), {**parameters, "issuer_id": issuer_id}
    ).fetchall()
    return [
        Listed(
            at,
            serial,
            group_code,
            group_name,
            acceptor_id,
            acceptor_name,
            organisation_id,
            Money(amount_minor, currency),
            operation_id,
        )
        for (
            at,
            serial,
            group_code,
            group_name,
            acceptor_id,
            acceptor_name,
            organisation_id,
            currency,
            amount_minor,
            _key_at,
            operation_id,
        ) in rows
    ]
