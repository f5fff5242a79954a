"""What agents earned, by which rules; and what a rule gives, in words that need nothing besides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.earnings.rules import EarningRule, Event
from counterfoil.money import Money
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.organisations.words import percent_text
from counterfoil.portal.payouts.reading import Shown
from counterfoil.portal.queries import rows

EVENTS: Final[Mapping[Event, Promise]] = {
    Event.ACTIVATION: gettext_lazy("for each activation"),
    Event.CASH_OUT: gettext_lazy("for each voucher that is paid out"),
}


@dataclass(frozen=True, slots=True)
class Earned:
    """By a rule, by how many vouchers, less those that were refunded; `programme` is its name,
    empty where it is of all.
    """

    rule: EarningRule
    events: int
    money: Money
    programme: str = ""

    @property
    def text(self) -> str:
        """Such as `for each activation: 0.50 KES`."""
        return gives_text(self.rule, self.money.currency)


def earned_in(issuer_id: int, shown: Shown) -> list[Earned]:
    """Nothing of a payout that was not sent: what goes into it is not settled yet."""
    if not any(line.earned_minor for line in shown.lines):
        return []
    payout = shown.payout
    asked = {
        "issuer_id": issuer_id,
        "run_id": payout.run_id,
        "acceptor_id": payout.acceptor_id,
    }
    return [
        Earned(rule_of(rule), events, Money(amount_minor, payout.currency), programme)
        for programme, rule, events, amount_minor in rows(__package__, "earned", asked)
    ]


def rule_of(told: str | Mapping[str, object]) -> EarningRule:
    """Of a row of rules, as JSON."""
    plain = msgspec.json.decode(told) if isinstance(told, str) else told
    fields = {name: plain[name] for name in EarningRule.__struct_fields__}
    return msgspec.convert(fields, EarningRule)


def gives_text(rule: EarningRule, currency: str) -> str:
    """What one event gives, for whom it is anyway: such as `for each activation: 0.50 KES`."""
    return f"{EVENTS[rule.event]}: {', '.join(amounts(rule, currency))}"


def amounts(rule: EarningRule, currency: str) -> Iterator[str]:
    def money(amount_minor: int) -> dict[str, str]:
        return {"amount": money_text(Money(amount_minor, currency))}

    if rule.fixed_minor is not None:
        yield money_text(Money(rule.fixed_minor, currency))
    else:
        yield f"{percent_text(rule.points or 0)} %"
    if rule.least_minor:
        yield _("at least %(amount)s") % money(rule.least_minor)
    if rule.most_minor is not None:
        yield _("at most %(amount)s") % money(rule.most_minor)


def days(rule: EarningRule) -> Iterator[str]:
    if rule.starts_on is not None:
        yield _("from %(day)s on") % {"day": day_text(rule.starts_on)}
    if rule.ends_on is not None:
        yield _("until %(day)s") % {"day": day_text(rule.ends_on)}
