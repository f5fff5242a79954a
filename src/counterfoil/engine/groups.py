"""Publishing voucher groups. Raises the catalogue's version under the issuer's head, so that from
its commit on every process decides by it.
"""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.engine.programmes import check_currency, ensure_programme
from counterfoil.errors import ConflictError
from counterfoil.statements import statement
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesign:
    """What a voucher group is to be. Empty denominations: any amount, created on demand."""

    code: str
    name: str
    currency: str
    denominations: tuple[int, ...] = ()
    valid_for_days: int | None = None
    valid_until: datetime | None = None
    hold_seconds: int = 3600
    settlement: str = "deferred"
    accepts: str = "any"
    accepts_names: tuple[str, ...] = ()
    number_digits: int = 18
    amount_minor_max: int | None = None
    daily_amount_minor_max: int | None = None
    daily_count_max: int | None = None
    description: str = ""


def create_group(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    design: GroupDesign,
    *,
    reference: str | None = None,
) -> GroupVersion:
    """Publish a group; where its code exists, a new version of it. Stock keeps its own version.

    Raises ConflictError for a currency that differs from the group's, or a bad design.
    """
    check_currency(design.currency)
    journal = issuer.begin(connection)
    programme_id = ensure_programme(connection, issuer, journal, design.currency)
    existing = issuer.catalogue.groups.get(design.code)
    if existing is not None and existing.current.currency != design.currency:
        connection.rollback()
        raise ConflictError(f"{design.code} is in {existing.current.currency}.")
    version = existing.current.version + 1 if existing else 1
    group_id = (
        existing.group_id
        if existing
        else 1 + max((g.group_id for g in issuer.catalogue.groups.values()), default=0)
    )
    columns = {
        "issuer_id": issuer.issuer_id,
        "group_id": group_id,
        "programme_id": programme_id,
        "code": design.code,
        "version": version,
        "changed_version": journal.raise_catalogue(),
        "name": design.name,
        "description": design.description,
        "denominations": sorted(design.denominations),
        "valid_for_days": design.valid_for_days,
        "valid_until": design.valid_until,
        "hold_seconds": design.hold_seconds,
        "settlement": design.settlement,
        "accepts": design.accepts,
        "accepts_names": sorted(design.accepts_names),
        "number_digits": design.number_digits,
        "amount_minor_max": design.amount_minor_max,
        "daily_amount_minor_max": design.daily_amount_minor_max,
        "daily_count_max": design.daily_count_max,
    }
    action = Action.CHANGE_GROUP if existing else Action.CREATE_GROUP
    with design_errors(connection):
        connection.execute(statement(__package__, "upsert_group"), columns)
        connection.execute(statement(__package__, "insert_group_version"), columns)
        journal.record(
            action, caller, reference=reference, subject=f"group:{design.code}:{version}"
        )
        journal.add_leaf(action, group_id=group_id, actor=caller.actor)
        commit(connection, issuer, journal)
    return issuer.catalogue.groups[design.code].current
