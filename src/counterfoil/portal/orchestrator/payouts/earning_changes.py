"""What who approves what agents earn is shown: each rule in words, and the budget for it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple, Self

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands.payout_content import BudgetIncentives, SetEarningRules
from counterfoil.engine.earnings.rules import EarningRule, Event, rules_now
from counterfoil.money import NO_CURRENCY, Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.money.ledger import (
    FundingAccount,
    funding_account,
    funding_accounts,
)
from counterfoil.portal.orchestrator.payouts.routes import programmes_routed
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.organisations.words import percent_text
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.templatetags.counterfoil import count


@shown.register
def budget_shown(asked: BudgetIncentives, office: Office) -> Shown:
    amount = {"amount": money_text(asked.money)}
    title = (
        _("Put %(amount)s of the budget for agents back") % amount
        if asked.puts_back
        else _("Set %(amount)s aside for what agents earn") % amount
    )
    try:
        account = funding_account(office, asked.funding_account_id)
    except Http404:
        return Shown(title, [], None, [_("There is no such funding account.")])
    more_minor = -asked.amount_minor if asked.puts_back else asked.amount_minor
    warnings = []
    if more_minor > account.available_minor:
        warnings.append(_("That is more than is available: if you approve it, it will be refused."))
    if account.incentives_minor + more_minor < 0:
        warnings.append(_("That is more than is left: if you approve it, it will be refused."))
    return Shown(
        title,
        [Change(_("Funding account"), None, account.shown)],
        reverse("money-account", args=[office.code, account.funding_account_id]),
        warnings,
        [
            _moved(_("Available"), account, account.available_minor, -more_minor),
            _moved(_("Budget for agents"), account, account.incentives_minor, more_minor),
        ],
    )


def _moved(label: str, account: FundingAccount, before_minor: int, more_minor: int) -> Change:
    return Change(
        label,
        money_text(Money(before_minor, account.currency)),
        money_text(Money(before_minor + more_minor, account.currency)),
    )


@shown.register
def rules_shown(asked: SetEarningRules, office: Office) -> Shown:
    """Rule by rule, where it differs."""
    now = [each.rule for each in rules_now(engine_connection(), office.issuer_id)]
    names = _Names.of(office, [*now, *asked.rules])
    before = [_rule_text(rule, names) for rule in now]
    after = [_rule_text(rule, names) for rule in asked.rules]
    lines = [
        Change(_("Rule %(number)s") % {"number": number}, old, new)
        for number, (old, new) in enumerate(zip_longest(before, after), 1)
        if old != new
    ]
    systems = Change(_("Calling systems of agents"), None, count(len(asked.agents)))
    return Shown(
        _("Change what agents earn"),
        [*lines, systems],
        reverse("payout-terms", args=[office.code]),
        [_("It counts from then on: what was earned stays. The first rule that fits counts.")],
    )


class _Names(NamedTuple):
    """What rules name by id."""

    currencies: Mapping[int, str]
    programmes: Mapping[int, str]
    whose: Mapping[str, Subject]

    @classmethod
    def of(cls, office: Office, rules: Sequence[EarningRule]) -> Self:
        keys = {_whose_key(rule) for rule in rules} - {""}
        return cls(
            {each.funding_account_id: each.currency for each in funding_accounts(office)},
            programmes_routed(office),
            subjects_of(office, keys),
        )


def _whose_key(rule: EarningRule) -> str:
    if rule.acceptor_id is not None:
        return f"acceptor:{rule.acceptor_id}"
    return "" if rule.acceptor_group is None else f"acceptor-group:{rule.acceptor_group}"


def _rule_text(rule: EarningRule, names: _Names) -> str:
    """Such as `all agents, for each activation: 2.5 %, at least 1.00 KES`."""
    key = _whose_key(rule)
    who = names.whose[key].text if key else _("all agents")
    what = (
        _("for each activation")
        if rule.event is Event.ACTIVATION
        else _("for each voucher that is paid out")
    )
    parts = [who, what]
    if rule.programme_id is not None:
        parts.append(names.programmes.get(rule.programme_id, str(rule.programme_id)))
    currency = names.currencies.get(rule.funding_account_id, NO_CURRENCY)
    return f"{', '.join(parts)}: {', '.join(_amounts(rule, currency))}"


def _amounts(rule: EarningRule, currency: str) -> Iterator[str]:
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
    if rule.starts_on is not None:
        yield _("from %(day)s on") % {"day": day_text(rule.starts_on)}
    if rule.ends_on is not None:
        yield _("until %(day)s") % {"day": day_text(rule.ends_on)}
