"""By which rules agents earn, and which agent a calling system belongs to. A rule that is changed
ends with the operation that changed it, and a new one begins: what was earned before stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.statements import statement
from counterfoil.voucher import Action

RULES_MAX: Final = 200
AGENTS_MAX: Final = 10_000


class Event(StrEnum):
    """What is earned by."""

    ACTIVATION = "activation"
    CASH_OUT = "cash_out"


class EarningRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For one acceptor, for those of a group, or without either for all agents; of one programme,
    or of all that are paid from the funding account.

    It gives either `fixed_minor`, or `points` hundredths of a percent of the voucher, within
    `least_minor` and `most_minor` for each event. Both days count (UTC).
    """

    funding_account_id: int
    event: Event
    programme_id: int | None = None
    acceptor_id: int | None = None
    acceptor_group: str | None = None
    fixed_minor: int | None = None
    points: int | None = None
    least_minor: int = 0
    most_minor: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class ClientAgent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the calling system activates, that acceptor has activated."""

    client_id: int
    acceptor_id: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule, and the operations it counts for: from `since` on, less than `until`."""

    rule_id: int
    position: int
    rule: EarningRule
    since: int
    until: int | None


def set_earning_rules(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    rules: Sequence[EarningRule],
    agents: Sequence[ClientAgent],
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """In place of those there are, from now on; of the rules that fit an event, the first counts.

    Raises NotFoundError for what a rule names and is not there; ConflictError for rules that
    cannot be.
    """
    asked = Asked(
        caller=caller,
        action=Action.SET_EARNING_RULES,
        content=[msgspec.json.encode([rules, agents], order="sorted"), reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection), design_errors(connection):
        _check(issuer, rules, agents)
        whose = {"issuer_id": issuer.issuer_id, "operation_id": journal.head.next_operation}
        _write_rules(connection, whose, rules)
        wanted = whose | {
            "client_ids": [agent.client_id for agent in agents],
            "acceptor_ids": [agent.acceptor_id for agent in agents],
        }
        connection.execute(statement(__package__, "end_agents"), wanted)
        connection.execute(statement(__package__, "insert_agents"), wanted)
        record(issuer, journal, asked, subject="earning-rules")
        commit(connection, issuer, journal)


def rules_now(connection: Connection, issuer_id: int) -> list[Ruling]:
    """Those that count, in their order. Leaves the transaction open."""
    rows = connection.execute(statement(__package__, "rules_now"), {"issuer_id": issuer_id})
    return [ruling_of(row) for row in rows]


def ruling_of(row: Sequence[object]) -> Ruling:
    """Of a row of the statements that read rules."""
    rule_id, position, since, until, *columns = row
    fields = dict(zip(EarningRule.__struct_fields__, columns, strict=True))
    return msgspec.convert(
        {
            "rule_id": rule_id,
            "position": position,
            "rule": fields,
            "since": since,
            "until": until,
        },
        Ruling,
    )


def _write_rules(
    connection: Connection, whose: dict[str, int], rules: Sequence[EarningRule]
) -> None:
    """Those that stay as and where they are go on as they are."""
    before = {
        (each.position, each.rule): each for each in rules_now(connection, whose["issuer_id"])
    }
    wanted = list(enumerate(rules, 1))
    ended = [each.rule_id for key, each in before.items() if key not in wanted]
    new = [(position, rule) for position, rule in wanted if (position, rule) not in before]
    connection.execute(statement(__package__, "end_rules"), whose | {"rule_ids": ended})
    connection.execute(
        statement(__package__, "insert_rules"),
        whose
        | {
            "positions": [position for position, _rule in new],
            "funding_account_ids": [rule.funding_account_id for _position, rule in new],
            "events": [rule.event for _position, rule in new],
            "programme_ids": [rule.programme_id for _position, rule in new],
            "acceptor_ids": [rule.acceptor_id for _position, rule in new],
            "acceptor_groups": [rule.acceptor_group for _position, rule in new],
            "fixed": [rule.fixed_minor for _position, rule in new],
            "points": [rule.points for _position, rule in new],
            "least": [rule.least_minor for _position, rule in new],
            "most": [rule.most_minor for _position, rule in new],
            "starts_on": [rule.starts_on for _position, rule in new],
            "ends_on": [rule.ends_on for _position, rule in new],
        },
    )
    connection.execute(statement(__package__, "ensure_cursors"), whose)


def _check(issuer: Issuer, rules: Sequence[EarningRule], agents: Sequence[ClientAgent]) -> None:
    if len(rules) > RULES_MAX:
        raise ConflictError(f"More than {RULES_MAX} rules are not kept.")
    if len(agents) > AGENTS_MAX:
        raise ConflictError(f"More than {AGENTS_MAX:,} calling systems of agents are not kept.")
    if len({agent.client_id for agent in agents}) < len(agents):
        raise ConflictError("A calling system belongs to one agent.")
    catalogue = issuer.catalogue
    _check_known(
        "funding account", (r.funding_account_id for r in rules), catalogue.funding_accounts
    )
    _check_known("programme", (rule.programme_id for rule in rules), catalogue.programmes_by_id)
    acceptors = [*(rule.acceptor_id for rule in rules), *(agent.acceptor_id for agent in agents)]
    _check_known("acceptor", acceptors, catalogue.acceptors_by_id)
    _check_known("calling system", (agent.client_id for agent in agents), catalogue.clients)
    for rule in rules:
        programme = catalogue.programmes_by_id.get(rule.programme_id or 0)
        if programme is not None and programme.funding_account_id != rule.funding_account_id:
            raise ConflictError(f"{programme.code} is not paid from that funding account.")


def _check_known(what: str, ids: Iterable[int | None], known: Iterable[int]) -> None:
    unknown = {each for each in ids if each is not None}.difference(known)
    if unknown:
        raise NotFoundError(f"There is no {what} {min(unknown)}.")
