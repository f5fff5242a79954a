"""Rules by which credits become deposits without a person, in words; and what they did lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.banking.deposit_rules import DepositRule
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_accounts
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word

LATELY: Final = 20
_GROUPS_MAX: Final = 500
_DONE: Final = Word(gettext_lazy("Recorded"), "good")
_NOT_ALL: Final = Word(gettext_lazy("Recorded, but not all of it"), "wait")
_NOT_DONE: Final = Word(gettext_lazy("Not recorded"), "bad")
_BEGUN: Final = Word(gettext_lazy("Being recorded"), "info")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that applies, and the voucher by its name."""

    rule_id: int
    rule: DepositRule
    group_name: str


@dataclass(frozen=True, slots=True)
class ByRule:
    """What a rule did with a line. `why` says what it could not do."""

    entry_id: int
    funding_account_id: int
    bank_reference: str
    money: Money
    begun_at: datetime
    state: Word
    why: str


@dataclass(frozen=True, slots=True)
class StockGroup:
    """A voucher of which stock can be made."""

    code: str
    name: str
    funding_account_id: int


Accounts = Mapping[int, FundingAccount]


def accounts_by_id(office: Office) -> dict[int, FundingAccount]:
    return {each.funding_account_id: each for each in funding_accounts(office)}


def rules_now(office: Office) -> list[RuleRow]:
    found = rows(__package__, "rules", {"issuer_id": office.issuer_id})
    return [RuleRow(row[0], _rule(row), row[6] or "") for row in found]


def _rule(row: tuple[Any, ...]) -> DepositRule:
    _id, fund, payer_name, payer_reference, amount_minor_max, group, _name, denomination = row
    return DepositRule(
        funding_account_id=fund,
        payer_name=payer_name,
        payer_reference=payer_reference,
        amount_minor_max=amount_minor_max,
        group=group,
        denomination_minor=denomination,
    )


def done_lately(office: Office) -> list[ByRule]:
    """The latest first."""
    found = rows(__package__, "by_rules", {"issuer_id": office.issuer_id, "rows_max": LATELY})
    return [
        ByRule(
            *[
                *ids,
                Money(amount_minor, currency),
                begun_at,
                _state(why_not, ended_at, is_recorded=is_recorded),
                refusal_text(why_not),
            ]
        )
        for *ids, currency, amount_minor, begun_at, ended_at, why_not, is_recorded in found
    ]


def stock_groups(office: Office) -> list[StockGroup]:
    found = rows(
        __package__, "stock_groups", {"issuer_id": office.issuer_id, "rows_max": _GROUPS_MAX}
    )
    return [StockGroup(*row) for row in found]


def fits_text(rule: DepositRule) -> str:
    """Whose credits it takes, such as `from Ministry of Health · beginning with DON`."""
    parts = []
    if rule.payer_name:
        parts.append(_("from %(name)s") % {"name": rule.payer_name})
    if rule.payer_reference:
        parts.append(_("whose reference begins with “%(text)s”") % {"text": rule.payer_reference})
    return ", ".join(parts)


def most_text(rule: DepositRule, accounts: Accounts) -> str:
    account = accounts.get(rule.funding_account_id)
    if rule.amount_minor_max is None or account is None:
        return _("any amount")
    money = money_text(Money(rule.amount_minor_max, account.currency))
    return _("up to %(money)s") % {"money": money}


def stock_text(rule: DepositRule, accounts: Accounts, names: Mapping[str, str]) -> str:
    """What is made from it; empty where nothing is."""
    account = accounts.get(rule.funding_account_id)
    if rule.group is None or rule.denomination_minor is None or account is None:
        return ""
    return _("stock of %(voucher)s at %(money)s each") % {
        "voucher": names.get(rule.group) or rule.group,
        "money": money_text(Money(rule.denomination_minor, account.currency)),
    }


def rule_text(rule: DepositRule, accounts: Accounts, names: Mapping[str, str]) -> str:
    """All of it in one line."""
    account = accounts.get(rule.funding_account_id)
    parts = [
        str(rule.funding_account_id) if account is None else account.shown,
        fits_text(rule),
        most_text(rule, accounts),
        stock_text(rule, accounts, names),
    ]
    return " · ".join(part for part in parts if part)


def names_in(rules: Sequence[RuleRow]) -> dict[str, str]:
    """Of vouchers, by their codes."""
    return {each.rule.group: each.group_name for each in rules if each.rule.group is not None}


def _state(why_not: str | None, ended_at: datetime | None, *, is_recorded: bool) -> Word:
    if ended_at is None:
        return _BEGUN
    if why_not is None:
        return _DONE
    return _NOT_ALL if is_recorded else _NOT_DONE
