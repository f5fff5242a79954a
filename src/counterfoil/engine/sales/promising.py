"""Promising stock to an organisation until a day, and taking the promise back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.engine.organisations import Organisation, approved_organisation
from counterfoil.engine.sales.reading import sale_of
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import AMOUNT_MINOR_MAX, Money, points_of
from counterfoil.statements import statement
from counterfoil.voucher import Action

LINES_MAX: Final = 100
LINE_VOUCHERS_MAX: Final = 10_000_000


class SaleLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many vouchers of one version of a group, each of this amount in minor units."""

    group: str
    group_version: int
    amount_minor: int
    quantity: int


def promise(  # to whom, what, from which account, until when, and who asks
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    sale_id: UUID,
    *,
    organisation_id: int,
    funding_account_id: int,
    lines: Sequence[SaleLine],
    held_until: datetime,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Begin a sale. Its stock is cut off afterwards, step by step, as far as there is any.

    Raises NotFoundError for what is not there; ConflictError where it is not sold, the organisation
    may not buy, or the sale was begun with something else in it.
    """
    asked = Asked(
        caller=caller,
        action=Action.HOLD_STOCK,
        content=[
            str(sale_id),
            organisation_id,
            funding_account_id,
            msgspec.json.encode(lines),
            held_until.isoformat(),
        ],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        buyer = approved_organisation(connection, issuer, organisation_id)
        versions = [_version(issuer, line, funding_account_id) for line in lines]
        if not 0 < len(lines) <= LINES_MAX:
            raise ConflictError(f"A sale has between 1 and {LINES_MAX} lines.")
        if held_until <= journal.head.now:
            raise ConflictError("Stock is held until a time to come.")
        _insert(
            connection,
            issuer,
            sale_id,
            buyer,
            {"funding_account_id": funding_account_id, "held_until": held_until},
            list(zip(lines, versions, strict=True)),
        )
    record(issuer, journal, asked, subject=f"sale:{sale_id}")
    commit(connection, issuer, journal)


def release(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    sale_id: UUID,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """What is held for it is given back. One that was released already stays so.

    Raises NotFoundError; ConflictError where it is paid.
    """
    asked = Asked(
        caller=caller,
        action=Action.RELEASE_STOCK,
        content=[str(sale_id)],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    with or_nothing(connection):
        sale = sale_of(connection, issuer, sale_id)
        if sale.status in {"allocating", "allocated"}:
            raise ConflictError("It is paid; what was sold is not given back like this.")
    if sale.status in {"releasing", "released"} or (
        recorded_subject(connection, issuer, asked) is not None
    ):
        connection.rollback()
        return
    connection.execute(
        statement(__package__, "turn_sale"),
        {
            "issuer_id": issuer.issuer_id,
            "sale_id": sale_id,
            "status": "releasing",
            "outcome": None,
            "now": journal.head.now,
        },
    )
    record(issuer, journal, asked, subject=f"sale:{sale_id}")
    commit(connection, issuer, journal)


def _version(issuer: Issuer, line: SaleLine, funding_account_id: int) -> GroupVersion:
    """Of what is on sale."""
    group = issuer.catalogue.groups.get(line.group)
    if group is None:
        raise NotFoundError(f"{issuer.code} has no group {line.group}.")
    version = issuer.catalogue.group_versions.get((group.group_id, line.group_version))
    if version is None:
        raise NotFoundError(f"{line.group} has no version {line.group_version}.")
    programme = issuer.catalogue.programmes_by_id[version.programme_id]
    if version.programme_id in issuer.catalogue.sales_closed:
        raise ConflictError(f"{programme.code} has closed its sales.")
    if group.status != "open":
        raise ConflictError(f"{line.group} is {group.status}; it is not sold.")
    if version.funding_account_id != funding_account_id:
        raise ConflictError(f"{line.group} is paid from another funding account.")
    if line.amount_minor not in version.denominations:
        money = Money(line.amount_minor, version.currency)
        raise ConflictError(f"{money} is not a denomination of {line.group}.")
    if not 0 < line.quantity <= LINE_VOUCHERS_MAX:
        raise ConflictError(f"A line has between 1 and {LINE_VOUCHERS_MAX:,} vouchers.")
    if line.amount_minor * line.quantity > AMOUNT_MINOR_MAX:
        raise ConflictError("That is too much for one line.")
    return version


def _insert(
    connection: Connection,
    issuer: Issuer,
    sale_id: UUID,
    buyer: Organisation,
    columns: dict[str, object],
    lines: Sequence[tuple[SaleLine, GroupVersion]],
) -> None:
    """Raises ConflictError where there is a sale of that id."""
    inserted = connection.execute(
        statement(__package__, "insert_sale"),
        columns
        | {
            "issuer_id": issuer.issuer_id,
            "sale_id": sale_id,
            "organisation_id": buyer.organisation_id,
        },
    ).fetchone()
    if inserted is None:
        raise ConflictError("That sale was begun before.")
    connection.execute(
        statement(__package__, "insert_allocations"),
        {
            "issuer_id": issuer.issuer_id,
            "sale_id": sale_id,
            "organisation_id": buyer.organisation_id,
            "group_ids": [version.group_id for _line, version in lines],
            "group_versions": [version.version for _line, version in lines],
            "amounts": [line.amount_minor for line, _version in lines],
            "quantities": [line.quantity for line, _version in lines],
            "commissions": [
                points_of(line.amount_minor * line.quantity, buyer.commission_points)
                for line, _version in lines
            ],
        },
    )
