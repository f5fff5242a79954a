"""By which rules agents earn, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Self

from django.utils.translation import gettext_lazy

from counterfoil.engine.earnings.rules import EarningRule
from counterfoil.money import NO_CURRENCY
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.payouts.earned import EVENTS, amounts, days
from counterfoil.portal.queries import rows

_PROGRAMMES_MAX: Final = 1000
_EVERYBODY: Final = gettext_lazy("all agents")


class Names(NamedTuple):
    """What rules name by id; `whose` are acceptors, their groups, and what else was asked for."""

    accounts: Mapping[int, str]
    currencies: Mapping[int, str]
    programmes: Mapping[int, str]
    whose: Mapping[str, Subject]

    @classmethod
    def of(cls, office: Office, rules: Sequence[EarningRule], keys: Iterable[str] = ()) -> Self:
        """Two queries."""
        asked = {"issuer_id": office.issuer_id, "programmes_max": _PROGRAMMES_MAX}
        accounts: dict[int, str] = {}
        currencies: dict[int, str] = {}
        programmes: dict[int, str] = {}
        for kind, number, name, fsp, account, currency, code in rows(__package__, "named", asked):
            if kind == "account":
                accounts[number] = name or f"{fsp} · {short_number(account)} · {currency}"
                currencies[number] = currency
            else:
                programmes[number] = f"{name} ({code})"
        wanted = {_whose_key(rule) for rule in rules}.union(keys) - {""}
        whose = subjects_of(office, wanted) if wanted else {}
        return cls(accounts, currencies, programmes, whose)


class RuleWords(NamedTuple):
    """A rule as a row of a table."""

    who: Subject
    event: str
    of: str
    amount: str
    days: str


def words_of(rule: EarningRule, names: Names) -> RuleWords:
    currency = names.currencies.get(rule.funding_account_id, NO_CURRENCY)
    return RuleWords(
        _who(rule, names),
        str(EVENTS[rule.event]),
        _of(rule, names) or names.accounts.get(rule.funding_account_id, ""),
        ", ".join(amounts(rule, currency)),
        ", ".join(days(rule)),
    )


def rule_text(rule: EarningRule, names: Names) -> str:
    """Such as `all agents, for each activation: 2.5 %, at least 1.00 KES`."""
    currency = names.currencies.get(rule.funding_account_id, NO_CURRENCY)
    parts = [_who(rule, names).text, str(EVENTS[rule.event]), _of(rule, names)]
    gives = [*amounts(rule, currency), *days(rule)]
    return f"{', '.join(part for part in parts if part)}: {', '.join(gives)}"


def _whose_key(rule: EarningRule) -> str:
    if rule.acceptor_id is not None:
        return f"acceptor:{rule.acceptor_id}"
    return "" if rule.acceptor_group is None else f"acceptor-group:{rule.acceptor_group}"


def _who(rule: EarningRule, names: Names) -> Subject:
    key = _whose_key(rule)
    return names.whose[key] if key else Subject(str(_EVERYBODY))


def _of(rule: EarningRule, names: Names) -> str:
    """Empty for all programmes."""
    if rule.programme_id is None:
        return ""
    return names.programmes.get(rule.programme_id, str(rule.programme_id))
