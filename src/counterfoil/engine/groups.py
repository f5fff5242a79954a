"""Publishing voucher groups, and opening, pausing and closing them. Raises the catalogue's version
under the issuer's head, so that from its commit on every process decides by it.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

import msgspec

from counterfoil.engine.administering import Asked, record, recorded_subject
from counterfoil.engine.catalogue import Group, GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.engine.programmes import check_currency, ensure_programme
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.standing import GROUP_STEPS, may_become
from counterfoil.statements import statement
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesign:
    """What a voucher group is to be. Empty denominations: any amount, created on demand.

    `programme` is a code; None is the group's own, or for a new one the currency's. `picture` is
    the SHA-256 of one, in hex. `unused_value` is whose the value of a sold voucher is that is
    cancelled or expires: issuer, buyer or breakage.
    """

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
    programme: str | None = None
    picture: str | None = None
    restock_level: int | None = None
    unused_value: str = "issuer"


def create_group(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    design: GroupDesign,
    *,
    expected_version: int | None = None,
    reason: str = "",
    reference: str | None = None,
) -> GroupVersion:
    """Publish a group; where its code exists, a new version of it. Stock keeps its own version.
    The same reference again gives the version it published.

    Raises ConflictError for a currency or programme that is not the group's, a group that is
    closed, a bad design, or where the group is not at the version expected; 0 is none yet.
    """
    check_currency(design.currency)
    journal = issuer.begin(connection)
    existing = issuer.catalogue.groups.get(design.code)
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_GROUP if existing else Action.CREATE_GROUP,
        content=[msgspec.json.encode(design, order="sorted")],
        reference=reference,
        reason=reason,
    )
    again = _published_before(connection, issuer, asked)
    if again is not None:
        connection.rollback()
        return again
    try:
        _check_design(design, existing, expected_version)
        programme_id = _programme_of(connection, issuer, journal, design, existing)
    except (ConflictError, NotFoundError):
        connection.rollback()
        raise
    version = existing.current.version + 1 if existing else 1
    group_id = existing.group_id if existing else _next_group_id(issuer)
    columns = asdict(design) | {
        "issuer_id": issuer.issuer_id,
        "group_id": group_id,
        "programme_id": programme_id,
        "version": version,
        "changed_version": journal.raise_catalogue(),
        "denominations": sorted(design.denominations),
        "accepts_names": sorted(design.accepts_names),
    }
    with design_errors(connection):
        connection.execute(statement(__package__, "upsert_group"), columns)
        connection.execute(statement(__package__, "insert_group_version"), columns)
        subject = f"group:{design.code}:{version}"
        record(issuer, journal, asked, subject=subject, group_id=group_id)
        commit(connection, issuer, journal)
    return issuer.catalogue.groups[design.code].current


def turn_group(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    code: str,
    status: str,
    *,
    reason: str,
    reference: str | None = None,
) -> Group:
    """Open, pause or close a group, as the steps in standing.py allow. Only an open one is stocked
    and drawn from; the vouchers that are out stay what they are.

    Raises NotFoundError, ConflictError for a step that is none; being so already is fine.
    """
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_GROUP,
        content=[code, status, reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    group = issuer.catalogue.groups.get(code)
    if group is None:
        connection.rollback()
        raise NotFoundError(f"{issuer.code} has no group {code}.")
    if recorded_subject(connection, issuer, asked) is not None or group.status == status:
        connection.rollback()
        return group
    if not may_become(GROUP_STEPS, group.status, status):
        connection.rollback()
        raise ConflictError(f"{code} is {group.status}; it cannot be {status}.")
    connection.execute(
        statement(__package__, "turn_group"),
        {
            "issuer_id": issuer.issuer_id,
            "group_id": group.group_id,
            "status": status,
            "changed_version": journal.raise_catalogue(),
        },
    )
    record(issuer, journal, asked, subject=f"group:{code}:{status}", group_id=group.group_id)
    commit(connection, issuer, journal)
    return issuer.catalogue.groups[code]


def _check_design(
    design: GroupDesign, existing: Group | None, expected_version: int | None
) -> None:
    version = existing.current.version if existing else 0
    if expected_version is not None and expected_version != version:
        raise ConflictError(f"{design.code} was changed since: it is at version {version}.")
    if existing is None:
        return
    if existing.current.currency != design.currency:
        raise ConflictError(f"{design.code} is in {existing.current.currency}.")
    if existing.status == "closed":
        raise ConflictError(f"{design.code} is closed; there are no new versions of it.")


def _programme_of(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    design: GroupDesign,
    existing: Group | None,
) -> int:
    """A group stays in its programme, because its money is in that one's account."""
    own = existing.current.programme_id if existing else None
    if design.programme is None:
        programme_id = own or ensure_programme(connection, issuer, journal, design.currency)
    else:
        programme = issuer.catalogue.programmes.get(design.programme)
        if programme is None:
            raise NotFoundError(f"{issuer.code} has no programme {design.programme}.")
        if programme.currency != design.currency:
            raise ConflictError(f"{programme.code} is in {programme.currency}.")
        programme_id = programme.programme_id
    if own not in {None, programme_id}:
        raise ConflictError(f"{design.code} belongs to another programme.")
    if programme_id in issuer.catalogue.sales_closed:
        raise ConflictError("The sales of its programme are closed; it gets no new vouchers.")
    return programme_id


def _next_group_id(issuer: Issuer) -> int:
    return 1 + max((group.group_id for group in issuer.catalogue.groups.values()), default=0)


def _published_before(connection: Connection, issuer: Issuer, asked: Asked) -> GroupVersion | None:
    """A group that was new then is not new now: look under both actions."""
    for action in (Action.CREATE_GROUP, Action.CHANGE_GROUP):
        subject = recorded_subject(connection, issuer, replace(asked, action=action))
        if subject is not None:
            _word, code, version = subject.split(":")
            group_id = issuer.catalogue.groups[code].group_id
            return issuer.catalogue.group_versions[group_id, int(version)]
    return None
