"""What who approves what agents earn is shown: each rule in words, and the budget for it."""

from collections.abc import Sequence
from itertools import zip_longest

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands.payout_content import BudgetIncentives, SetEarningRules
from counterfoil.engine.earnings.rules import ClientAgent
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.earnings.reading import agents_of, rules_of, systems_of
from counterfoil.portal.orchestrator.earnings.words import Names, rule_text
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_account


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
    """Rule by rule, and system by system, where it differs."""
    now = rules_of(office)
    moved = _moved_systems(agents_of(systems_of(office)), asked.agents)
    keys = [key for line in moved for key in line if key]
    names = Names.of(office, [*now, *asked.rules], keys)
    before = [rule_text(rule, names) for rule in now]
    after = [rule_text(rule, names) for rule in asked.rules]
    lines = [
        Change(_("Rule %(number)s") % {"number": number}, old, new)
        for number, (old, new) in enumerate(zip_longest(before, after), 1)
        if old != new
    ]
    for system, *whose in moved:
        old, new = (names.whose[key].text if key else None for key in whose)
        label = _("What %(system)s activates is that of") % {"system": names.whose[system].text}
        lines.append(Change(label, old, new))
    return Shown(
        _("Change what agents earn"),
        lines,
        reverse("earnings", args=[office.code]),
        [_("It counts from then on: what was earned stays. The first rule that fits counts.")],
    )


def _moved_systems(
    before: Sequence[ClientAgent], after: Sequence[ClientAgent]
) -> list[tuple[str, str, str]]:
    """Keys of the calling system, of whose it was, and of whose it is to be; empty for nobody."""
    old, new = (
        {each.client_id: f"acceptor:{each.acceptor_id}" for each in agents}
        for agents in (before, after)
    )
    return [
        (f"client:{client_id}", old.get(client_id, ""), new.get(client_id, ""))
        for client_id in sorted({*old, *new})
        if old.get(client_id) != new.get(client_id)
    ]
