"""What who approves the end of a difference, or rules for deposits, is shown."""

from itertools import zip_longest

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.banking.resolving import How
from counterfoil.engine.commands.bank_content import ResolveException, SetDepositRules
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.banking.differences import (
    Difference,
    at_stake_minor,
    difference_of,
)
from counterfoil.portal.orchestrator.banking.rules import (
    accounts_by_id,
    names_in,
    rule_text,
    rules_now,
    stock_groups,
)
from counterfoil.portal.orchestrator.banking.words import way_word
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_account
from counterfoil.portal.orchestrator.money.moving import Effect


@shown.register
def _resolve(asked: ResolveException, office: Office) -> Shown:
    url = reverse("difference", args=[office.code, asked.exception_id])
    try:
        found = difference_of(office, asked.exception_id)
    except Http404:
        return Shown(
            _("End a difference that there is not"),
            [],
            None,
            [_("There is no such difference: if you approve it, it will be refused.")],
        )
    account = funding_account(office, found.funding_account_id)
    return Shown(
        _("End difference %(number)s: %(what)s")
        % {"number": found.exception_id, "what": found.word},
        [
            Change(_("How it ends"), None, str(way_word(asked.how))),
            Change(_("Funding account"), None, account.in_full),
            *_evidence(found),
        ],
        url,
        _not_as_asked(asked, found, account),
        [
            Change(each.label, each.now_text, each.then_text)
            for each in _effects(asked, found, account)
        ],
    )


def _evidence(found: Difference) -> list[Change]:
    """What stands against what."""
    amounts = (
        (_("Expected"), found.expected),
        (_("Found"), found.found),
        (_("Difference"), found.difference),
        (_("Line of the bank"), found.line),
        (_("Payment"), found.payment),
    )
    told = [Change(label, None, money_text(money)) for label, money in amounts if money is not None]
    if found.bank_reference is not None:
        told.append(Change(_("Bank reference"), None, found.bank_reference))
    if found.booked_on is not None:
        told.append(Change(_("Booked"), None, day_text(found.booked_on)))
    if found.acceptor is not None:
        told.append(Change(_("Merchant"), None, found.acceptor))
    return told


def _not_as_asked(asked: ResolveException, found: Difference, account: FundingAccount) -> list[str]:
    """Why it would be refused as things are, or do something else than was asked for."""
    if found.ended_at is not None:
        return [_("It has ended already: if you approve it, it will be refused.")]
    if asked.how not in found.ways:
        return [_("It cannot be ended in that way: if you approve it, it will be refused.")]
    warnings = []
    now = Money(at_stake_minor(found, asked.how), found.currency)
    if now != asked.money:
        warnings.append(
            _(
                "It was about %(then)s when this was asked for, and is about %(now)s now: if you"
                " approve it, it will be refused."
            )
            % {"then": money_text(asked.money), "now": money_text(now)}
        )
    if any(each.then.amount_minor < 0 for each in _effects(asked, found, account)):
        warnings.append(_("That is more than is available: as it is, it would be refused."))
    return warnings


def _effects(asked: ResolveException, found: Difference, account: FundingAccount) -> list[Effect]:
    """What it does to the balances, as they are now; of payments only what the bank took besides
    is known before.
    """
    if asked.how is How.WITHDRAWN:
        change = Money(found.line_minor - found.matched_minor, found.currency)
    elif asked.how is How.CORRECTED and found.difference is not None:
        change = found.difference
    else:
        return []
    return [
        Effect(_("Available"), account.available, account.available + change),
        Effect(_("In the funding account"), account.funding, account.funding + change),
    ]


@shown.register
def _rules(asked: SetDepositRules, office: Office) -> Shown:
    now, accounts = rules_now(office), accounts_by_id(office)
    names = {**{each.code: each.name for each in stock_groups(office)}, **names_in(now)}
    before = [rule_text(each.rule, accounts, names) for each in now]
    after = [rule_text(rule, accounts, names) for rule in asked.rules]
    is_same = tuple(each.rule for each in now) == asked.rules
    return Shown(
        _("Change the rules by which credits become deposits"),
        [
            Change(_("Rule %(number)s") % {"number": number}, was, becomes)
            for number, (was, becomes) in enumerate(zip_longest(before, after), 1)
        ],
        reverse("bank-rules", args=[office.code]),
        [_("The rules are so already: this changes nothing.")] if is_same else [],
    )
