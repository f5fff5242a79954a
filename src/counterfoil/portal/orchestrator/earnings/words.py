"""By which rules agents earn, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.earnings.rules import EarningRule, Event
from counterfoil.money import NO_CURRENCY, Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.money.ledger import short_number
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.organisations.words import percent_text
from counterfoil.portal.queries import rows

EVENTS: Final[Mapping[Event, Promise]] = {
    Event.ACTIVATION: gettext_lazy("for each activation"),
    Event.CASH_OUT: gettext_lazy("for each voucher that is paid out"),
}
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
        ", ".join(_amounts(rule, currency)),
        ", ".join(_days(rule)),
    )


def rule_text(rule: EarningRule, names: Names) -> str:
    """Such as `all agents, for each activation: 2.5 %, at least 1.00 KES`."""
    currency = names.currencies.get(rule.funding_account_id, NO_CURRENCY)
    parts = [_who(rule, names).text, str(EVENTS[rule.event]), _of(rule, names)]
    gives = [*_amounts(rule, currency), *_days(rule)]
    return f"{', '.join(part for part in parts if part)}: {', '.join(gives)}"


def gives_text(rule: EarningRule, currency: str) -> str:
    """What one event gives, for whom it is anyway: such as `for each activation: 0.50 KES`."""
    return f"{EVENTS[rule.event]}: {', '.join(_amounts(rule, currency))}"


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


def _days(rule: EarningRule) -> Iterator[str]:
    if rule.starts_on is not None:
        yield _("from %(day)s on") % {"day": day_text(rule.starts_on)}
    if rule.ends_on is not None:
        yield _("until %(day)s") % {"day": day_text(rule.ends_on)}
