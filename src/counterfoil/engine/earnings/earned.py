"""What a stretch of the journal comes to by the rules, in the order in which it happened, as far as
the budget goes. Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.earnings.rules import EarningRule, Event, Ruling
from counterfoil.money import points_of


class Happened(NamedTuple):
    """A voucher that an agent activated or paid out; `event` is kept as the rules have it."""

    operation_id: int
    day: date
    event: Event
    acceptor_id: int
    programme_id: int
    amount_minor: int


class Refunded(NamedTuple):
    """A cash-out that was taken back; `rule_ids` are those by which its acceptor earned anything in
    the stretch it was in, if that was an earlier one.
    """

    operation_id: int
    cash_out: Happened
    rule_ids: Collection[int]


class Share(NamedTuple):
    """Whose, of what, and by which rule."""

    acceptor_id: int
    programme_id: int
    rule_id: int


@dataclass(slots=True)
class Sum:
    events: int = 0
    amount_minor: int = 0

    def add(self, events: int, amount_minor: int) -> None:
        self.events += events
        self.amount_minor += amount_minor


@dataclass(slots=True)
class Stretch:
    """What is earned up to `end`, and what is taken back of earlier stretches. `needs_minor` is
    what the budget must have before it can go on from there; None where nothing waits.
    """

    end: int
    earned: dict[Share, Sum] = field(default_factory=dict)
    taken_back: dict[Share, Sum] = field(default_factory=dict)
    needs_minor: int | None = None


def gone_through(
    happened: Sequence[Happened],
    refunded: Sequence[Refunded],
    rulings: Sequence[Ruling],
    acceptors: Mapping[int, Acceptor],
    *,
    end: int,
    left_minor: int,
) -> Stretch:
    """Rules by their position. What an event in it earned and a refund in it takes back is not
    earned at all; the budget must have had it all the same.
    """
    stretch = Stretch(end)
    by_id = {ruling.rule_id: ruling for ruling in rulings}
    undone = {each.cash_out.operation_id for each in refunded}
    remembered: dict[int, tuple[Share, int]] = {}
    journaled: list[Happened | Refunded] = [*happened, *refunded]
    for each in sorted(journaled, key=lambda one: one.operation_id):
        if isinstance(each, Refunded):
            left_minor += _take_back(stretch, each, by_id, remembered)
            continue
        found = first_fitting(rulings, each, acceptors[each.acceptor_id])
        if found is None:
            continue
        rule_id, amount_minor = found
        if amount_minor > left_minor:
            stretch.end, stretch.needs_minor = each.operation_id, amount_minor
            break
        left_minor -= amount_minor
        share = Share(each.acceptor_id, each.programme_id, rule_id)
        stretch.earned.setdefault(share, Sum()).add(1, amount_minor)
        if each.operation_id in undone:
            remembered[each.operation_id] = share, amount_minor
    stretch.earned = {share: each for share, each in stretch.earned.items() if each.events}
    return stretch


def first_fitting(
    rulings: Iterable[Ruling], happened: Happened, acceptor: Acceptor
) -> tuple[int, int] | None:
    """The rule by which it earns, and how much; what gives nothing is passed over."""
    for ruling in rulings:
        if _counts_for(ruling, happened) and _is_for(ruling.rule, acceptor):
            amount_minor = earned_by(ruling.rule, happened.amount_minor)
            if amount_minor:
                return ruling.rule_id, amount_minor
    return None


def earned_by(rule: EarningRule, amount_minor: int) -> int:
    """By one voucher of that amount."""
    if rule.fixed_minor is not None:
        return rule.fixed_minor
    earned_minor = max(points_of(amount_minor, rule.points or 0), rule.least_minor)
    return earned_minor if rule.most_minor is None else min(earned_minor, rule.most_minor)


def _take_back(
    stretch: Stretch,
    refunded: Refunded,
    rulings: Mapping[int, Ruling],
    remembered: Mapping[int, tuple[Share, int]],
) -> int:
    """How much. An acceptor's groups are the same throughout a stretch, so of the rules by which it
    earned in the one that the cash-out was in, the first that counts for it is the one it had.
    """
    cash_out = refunded.cash_out
    known = remembered.get(cash_out.operation_id)
    if known is not None:
        share, amount_minor = known
        stretch.earned[share].add(-1, -amount_minor)
        return amount_minor
    for ruling in sorted(
        (rulings[rule_id] for rule_id in refunded.rule_ids), key=lambda each: each.position
    ):
        amount_minor = earned_by(ruling.rule, cash_out.amount_minor)
        if amount_minor and _counts_for(ruling, cash_out):
            share = Share(cash_out.acceptor_id, cash_out.programme_id, ruling.rule_id)
            stretch.taken_back.setdefault(share, Sum()).add(1, amount_minor)
            return amount_minor
    return 0


def _counts_for(ruling: Ruling, happened: Happened) -> bool:
    rule = ruling.rule
    return (
        rule.event == happened.event
        and rule.programme_id in {None, happened.programme_id}
        and ruling.since <= happened.operation_id
        and (ruling.until is None or happened.operation_id < ruling.until)
        and (rule.starts_on is None or rule.starts_on <= happened.day)
        and (rule.ends_on is None or happened.day <= rule.ends_on)
    )


def _is_for(rule: EarningRule, acceptor: Acceptor) -> bool:
    if rule.acceptor_id is not None:
        return rule.acceptor_id == acceptor.acceptor_id
    if rule.acceptor_group is not None:
        return rule.acceptor_group in acceptor.groups
    return acceptor.kind == "agent"
