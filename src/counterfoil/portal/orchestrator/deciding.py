"""Who may decide about what waits, and in whose name: the one place that says it to pages.

`overview/sql/waiting.sql` and the rail's `rail.sql` count by the same rule.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.engine.commands.preparing import Verdict
from counterfoil.portal.access import Office
from counterfoil.portal.queries import rows


@dataclass(frozen=True, slots=True)
class DecisionRow:
    decided_by: str
    on_behalf_of: str
    verdict: str
    reason: str
    decided_at: datetime

    @property
    def is_approval(self) -> bool:
        return self.verdict == Verdict.APPROVE


@dataclass(frozen=True, slots=True)
class Power:
    """Who may approve at an issuer, and in whose names: person ids; and for me in whose name, my
    own first.
    """

    people: frozenset[int]
    names: frozenset[int]
    my_names: tuple[int, ...]

    def left_for(self, prepared_by: str) -> int:
        """How many approvals can come of what that one prepared: neither two by one hand nor two
        in one name count twice.
        """
        return min(
            len({f"person:{each}" for each in some} - {prepared_by})
            for some in (self.people, self.names)
        )

    def name_left(
        self, actor: str, prepared_by: str, decisions: Collection[DecisionRow]
    ) -> int | None:
        """In whose name I may decide. None for what I prepared or decided about already, and
        where it was approved in every name I could use: a second approval in one does not count.
        """
        if prepared_by == actor or any(each.decided_by == actor for each in decisions):
            return None
        used = {prepared_by, *(each.on_behalf_of for each in decisions if each.is_approval)}
        return next((name for name in self.my_names if f"person:{name}" not in used), None)


def power_of(office: Office) -> Power:
    found = rows(__package__, "approvers", {"issuer_id": office.issuer_id})
    me = office.person.pk
    mine = {name for person, name in found if person == me}
    own_first = sorted(mine, key=lambda name: (name != me, name))
    return Power(
        frozenset(person for person, _name in found),
        frozenset(name for _person, name in found),
        tuple(own_first),
    )


def decisions_of(office: Office, command_ids: Iterable[UUID]) -> dict[UUID, Sequence[DecisionRow]]:
    """Of each of them, in order; one query."""
    wanted = list(command_ids)
    found: dict[UUID, list[DecisionRow]] = {command_id: [] for command_id in wanted}
    asked = {"issuer_id": office.issuer_id, "command_ids": wanted}
    for command_id, *decision in rows(__package__, "decisions_of", asked):
        found[command_id].append(DecisionRow(*decision))
    return dict(found)
