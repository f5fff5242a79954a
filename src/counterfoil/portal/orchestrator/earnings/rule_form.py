"""What agents earn as somebody writes it down: a rule a row, all of them at once, and whose the
calling systems are.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.earnings.rules import AGENTS_MAX, ClientAgent, EarningRule, Event
from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money
from counterfoil.portal.forms import ReasonField
from counterfoil.portal.language import amount_text, read_amount
from counterfoil.portal.orchestrator.earnings.reading import Programme, System
from counterfoil.portal.orchestrator.earnings.row_fields import LINES, NAMES, PLACE_MAX, row_fields
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.stale import VersionedForm

if TYPE_CHECKING:
    from datetime import date

ROWS_MAX: Final = 40  # a browser's form has a thousand fields at most
_BLANK_ROWS: Final = 2
_AMOUNTS: Final = ("fixed", "least", "most")
_SAYS_NOTHING: Final = {"place", "event", "account"}  # of a row that is left out
Line = Sequence[forms.BoundField]


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule can name; `clients` are calling systems that are in use, by their ids."""

    accounts: Mapping[int, FundingAccount]
    programmes: Mapping[int, Programme]
    groups: Mapping[str, str]
    clients: Mapping[int, str]


class RulesForm(VersionedForm):
    """A row that does not say what is earned by is none. They count in the order of their places.
    Whether the merchants and agents are there is asked once it is valid: `numbers`, `say_unknown`.
    """

    systems = forms.CharField(
        label=gettext_lazy("Calling systems of agents"),
        help_text=gettext_lazy(
            "What such a system activates, its agent has activated. One a line: the name of the"
            " system, then = and the agent's number, such as Till 4 = 17."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    reason = ReasonField(label=gettext_lazy("Why"))

    def __init__(
        self,
        data: QueryDict | None,
        *,
        rules: Sequence[EarningRule],
        systems: Sequence[System],
        known: Known,
    ) -> None:
        self._now = tuple(rules)
        self._agents_now = {each.client_id: each.acceptor_id for each in systems}
        self._known = known
        # Whose a system was that is revoked meanwhile stays as it is.
        self._by_name = {name: client_id for client_id, name in known.clients.items()} | {
            each.client: each.client_id for each in systems
        }
        self._rows = min(len(rules) + _BLANK_ROWS, ROWS_MAX)
        lines = [f"{each.client} = {each.acceptor_id}" for each in systems]
        initial: dict[str, object] = {"systems": "\n".join(lines)}
        for number, rule in enumerate(self._now[: self._rows], 1):
            initial |= self._written_down(number, rule)
        version = zlib.crc32(repr((self._now, sorted(self._agents_now.items()))).encode())
        super().__init__(data, version=version, initial=initial)
        below = {name: self.fields.pop(name) for name in ("systems", "reason")}
        for number in range(1, self._rows + 1):
            for name, field in row_fields(known.accounts, known.programmes, known.groups).items():
                self.fields[f"{name}_{number}"] = field
        self.fields |= below

    @property
    def table(self) -> list[Sequence[Line]]:
        """For the template: the lines of each row."""
        return [
            [[self[f"{name}_{number}"] for name in line] for line in LINES]
            for number in range(1, self._rows + 1)
        ]

    @property
    def rules(self) -> tuple[EarningRule, ...]:
        """Of a valid form; those there is no room for stay as they are, behind the others."""
        written = (rule for _place, _number, rule in self._written())
        return (*written, *self._now[self._rows :])

    @property
    def agents(self) -> tuple[ClientAgent, ...]:
        """Of a valid form, by their systems."""
        agents: dict[int, int] = self.cleaned_data["systems"]
        return tuple(
            ClientAgent(client_id=client_id, acceptor_id=acceptor_id)
            for client_id, acceptor_id in sorted(agents.items())
        )

    @property
    def numbers(self) -> set[int]:
        """Of the merchants and agents that a valid form names."""
        named = {rule.acceptor_id for rule in self.rules if rule.acceptor_id is not None}
        return named | {agent.acceptor_id for agent in self.agents}

    def say_unknown(self, kinds: Mapping[int, str]) -> bool:
        """Beside the numbers that are nobody's; whether there are any."""
        for _place, number, rule in self._written():
            if rule.acceptor_id is not None and rule.acceptor_id not in kinds:
                self.add_error(f"acceptor_{number}", _("There is no merchant with that number."))
        unknown = {agent.acceptor_id for agent in self.agents}.difference(kinds)
        if unknown:
            self.add_error("systems", _("There is no agent %(number)s.") % {"number": min(unknown)})
        return bool(self.errors)

    def clean_systems(self) -> dict[int, int]:
        """Agents by their systems."""
        found: dict[int, int] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["systems"].splitlines())):
            name, _sign, number = (part.strip() for part in line.rpartition("="))
            client_id = self._by_name.get(name)
            if client_id is None:
                text = _("There is no calling system “%(name)s” in use.")
                raise forms.ValidationError(text % {"name": (name or line)[:80]})
            if not number.isascii() or not number.isdigit() or len(number) > len(str(2**31)) - 1:
                text = _("Write the agent's number after the = of %(name)s.")
                raise forms.ValidationError(text % {"name": name[:80]})
            if client_id in found:
                text = _("“%(name)s” stands here twice; it belongs to one agent.")
                raise forms.ValidationError(text % {"name": name[:80]})
            found[client_id] = int(number)
        if len(found) > AGENTS_MAX:
            text = _("At most %(most)d calling systems of agents are kept.")
            raise forms.ValidationError(text % {"most": AGENTS_MAX})
        return found

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        for number in range(1, self._rows + 1):
            self._check_row(number)
        if self.errors:
            return cleaned
        self._check_reached()
        is_same = self.rules == self._now and cleaned["systems"] == self._agents_now
        if not self.errors and is_same:
            self.add_error(None, _("Nothing here differs from what is set now."))
        return cleaned

    def _check_row(self, number: int) -> None:
        """What one row says, together."""
        said = self._said(number)
        if not said["event"]:
            if any(value for name, value in said.items() if name not in _SAYS_NOTHING):
                self.add_error(f"event_{number}", _("Say what is earned by."))
            return
        account = self._known.accounts.get(said["account"] or 0)
        if account is None:
            self.add_error(f"account_{number}", _("Say from which funding account it is paid."))
            return
        for name in _AMOUNTS:
            self._read_money(f"{name}_{number}", account.currency)
        programme = self._known.programmes.get(said["programme"] or 0)
        if programme and programme.funding_account_id != account.funding_account_id:
            self.add_error(
                f"programme_{number}", _("This programme is paid from another funding account.")
            )
        if said["group"] and said["acceptor"]:
            self.add_error(f"acceptor_{number}", _("Choose a group or write a number, not both."))
        self._check_amounts(number)

    def _check_amounts(self, number: int) -> None:
        said = self._said(number)
        fixed, points = said["fixed"], said["points"]
        if f"fixed_{number}" in self.errors or f"points_{number}" in self.errors:
            return
        if bool(fixed) == bool(points):
            self.add_error(f"fixed_{number}", _("Write an amount or a percentage: one of them."))
        if fixed and (said["least"] or said["most"]):
            name = "least" if said["least"] else "most"
            self.add_error(f"{name}_{number}", _("Only a percentage has a least and a most."))
        least, most = _minor(said["least"]), _minor(said["most"])
        if least and most is not None and most < least:
            self.add_error(f"most_{number}", _("The most is no less than the least."))
        starts_on: date | None = said["starts_on"]
        ends_on: date | None = said["ends_on"]
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error(f"ends_on_{number}", _("The last day is not before the first."))

    def _check_reached(self) -> None:
        written = self._written()
        for at, (_place, number, rule) in enumerate(written):
            if any(_leaves_nothing_of(rule, before) for *_where, before in written[:at]):
                self.add_error(
                    f"event_{number}",
                    _("This is never reached: one before it fits all of these. Put it earlier."),
                )

    def _read_money(self, name: str, currency: str) -> None:
        """In the currency of the account that its row is of."""
        text = self.cleaned_data.get(name)
        if not text:
            self.cleaned_data[name] = None
            return
        try:
            money = read_amount(text, currency)
        except MalformedAmountError:
            self.add_error(name, _("Write an amount in %(currency)s.") % {"currency": currency})
            return
        if money.amount_minor <= 0:
            self.add_error(name, _("Write an amount above zero."))
            return
        self.cleaned_data[name] = money

    def _said(self, number: int) -> dict[str, Any]:
        return {name: self.cleaned_data.get(f"{name}_{number}") for name in NAMES}

    def _written(self) -> list[tuple[int, int, EarningRule]]:
        """Each with its place and the number of its row; without a place it comes last."""
        return sorted(self._read(), key=lambda each: each[:2])

    def _read(self) -> Iterator[tuple[int, int, EarningRule]]:
        for number in range(1, self._rows + 1):
            said = self._said(number)
            if not said["event"]:
                continue
            rule = EarningRule(
                funding_account_id=said["account"],
                event=Event(said["event"]),
                programme_id=said["programme"] or None,
                acceptor_id=said["acceptor"] or None,
                acceptor_group=said["group"] or None,
                fixed_minor=_minor(said["fixed"]),
                points=said["points"] or None,
                least_minor=_minor(said["least"]) or 0,
                most_minor=_minor(said["most"]),
                starts_on=said["starts_on"],
                ends_on=said["ends_on"],
            )
            yield said["place"] or PLACE_MAX + 1, number, rule

    def _written_down(self, number: int, rule: EarningRule) -> Mapping[str, object]:
        account = self._known.accounts.get(rule.funding_account_id)
        currency = "" if account is None else account.currency

        def shown(minor: int | None) -> str:
            return amount_text(minor, currency) if minor and currency else ""

        said = {
            "place": number,
            "event": rule.event.value,
            "account": rule.funding_account_id,
            "programme": rule.programme_id or "",
            "group": rule.acceptor_group or "",
            "acceptor": rule.acceptor_id or "",
            "fixed": shown(rule.fixed_minor),
            "points": rule.points or "",
            "least": shown(rule.least_minor),
            "most": shown(rule.most_minor),
            "starts_on": rule.starts_on or "",
            "ends_on": rule.ends_on or "",
        }
        return {f"{name}_{number}": value for name, value in said.items()}


def _leaves_nothing_of(later: EarningRule, earlier: EarningRule) -> bool:
    """Whether the later one is never reached: what gives nothing is passed over."""
    is_sure = earlier.fixed_minor is not None or earlier.least_minor > 0
    is_always = earlier.starts_on is None and earlier.ends_on is None
    return (
        is_sure
        and is_always
        and (earlier.funding_account_id, earlier.event) == (later.funding_account_id, later.event)
        and earlier.programme_id in {None, later.programme_id}
        and (earlier.acceptor_id, earlier.acceptor_group)
        == (later.acceptor_id, later.acceptor_group)
    )


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount_minor
