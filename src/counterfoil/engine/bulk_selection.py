"""Which vouchers a change of many means: a list of serials, a provision, a group, an allocation."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from counterfoil.engine.arrays import Int8s
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import TRANSITIONS, Action, State

LISTED_MAX: Final = 100_000
# What stands in the way of an action, so that whoever asked for it is told.
_TOLD: Final = {
    Action.SUSPEND: {State.REDEEMING},
    Action.BLOCK: {State.REDEEMING},
    Action.CANCEL: {State.REDEEMING, State.SUSPENDED},
    Action.REPLACE: {State.REDEEMING},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One of these. A list names vouchers, and each that cannot be changed is refused by name; the
    others mean their vouchers in the states the action is for (`selected_states`).
    """

    serials: Sequence[int] | None = None
    provision_id: int | None = None
    group_code: str | None = None
    allocation_id: int | None = None

    @property
    def listed(self) -> list[int] | None:
        """Each serial once, in their order."""
        return None if self.serials is None else sorted(set(self.serials))


@dataclass(frozen=True, slots=True)
class BulkPart:
    """Vouchers of one group and state: how many, what they are worth, whether they are meant."""

    group_code: str
    state: State
    vouchers: int
    money: Money
    meant: bool


def selected_states(action: Action) -> list[State]:
    """Which vouchers of a provision or group an action is for, and which are told why not."""
    possible = {state for state, allowed in TRANSITIONS if allowed is action}
    return sorted(possible | _TOLD.get(action, set()))


def closing_states(action: Action) -> list[State]:
    """What the closing of a programme cancels is its stock; all that is out expires."""
    return [State.STOCKED] if action is Action.CANCEL else selected_states(action)


def preview_bulk(
    connection: Connection, issuer: Issuer, selection: Selection, *, action: Action
) -> list[BulkPart]:
    """What is there today of a list, a provision or a group, and which of it a bulk would mean.
    Ends the transaction it reads in.
    """
    check_selection(selection)
    parameters: dict[str, object] = {"issuer_id": issuer.issuer_id}
    if selection.listed is not None:
        name = "bulk_preview_listed"
        parameters["serials"] = Int8s(selection.listed)
    elif selection.provision_id is not None:
        name = "bulk_preview_provision"
        parameters["provision_id"] = selection.provision_id
    else:
        name = "bulk_preview_group"
        parameters["group_id"] = group_id_of(issuer, selection.group_code or "")
    rows = connection.execute(statement(__package__, name), parameters).fetchall()
    connection.commit()
    versions = issuer.catalogue.group_versions
    return [
        BulkPart(
            versions[group_id, version].code,
            State(state),
            vouchers,
            Money(amount_minor, versions[group_id, version].currency),
            (State(state), action) in TRANSITIONS,
        )
        for group_id, version, state, vouchers, amount_minor in rows
    ]


def check_selection(selection: Selection) -> None:
    """Raises ConflictError where it is not one of them, or a list too long."""
    if len([each for each in astuple(selection) if each is not None]) != 1:
        raise ConflictError("Name serials, a provision, a group or an allocation: one of these.")
    if selection.listed is not None and not 0 < len(selection.listed) <= LISTED_MAX:
        raise ConflictError(f"A list has between 1 and {LISTED_MAX:,} serials.")


def group_id_of(issuer: Issuer, group_code: str) -> int:
    group = issuer.catalogue.groups.get(group_code)
    if group is None:
        raise NotFoundError(f"{issuer.code} has no group {group_code}.")
    return group.group_id


def check_there(connection: Connection, issuer: Issuer, selection: Selection) -> None:
    """Raises NotFoundError, for a provision or an allocation. In the caller's transaction."""
    if selection.provision_id is not None:
        _check_provision(connection, issuer, selection.provision_id)
    if selection.allocation_id is not None:
        _check_allocation(connection, issuer, selection.allocation_id)


def _check_provision(connection: Connection, issuer: Issuer, provision_id: int) -> None:
    found = connection.execute(
        statement(__package__, "provision_by_id"),
        {"issuer_id": issuer.issuer_id, "provision_id": provision_id},
    ).fetchone()
    if found is None:
        raise NotFoundError(f"There is no provision {provision_id}.")


def _check_allocation(connection: Connection, issuer: Issuer, allocation_id: int) -> None:
    found = connection.execute(
        statement(__package__, "allocation_owner"),
        {"issuer_id": issuer.issuer_id, "allocation_id": allocation_id},
    ).fetchone()
    if found is None:
        raise NotFoundError(f"There is no allocation {allocation_id}.")
