"""What is typed behind an option: durations, dates, denominations and acceptance rules."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import click

from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money, parse_amount

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,8})([smhdw])", re.ASCII)
_DAY_SECONDS: Final = _SECONDS["d"]


class Duration(click.ParamType[int]):
    """Whole seconds, from `30m`, `1h` or `90d`."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        match = _DURATION.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is not a duration; write it like 30m, 1h or 90d.", param, ctx)
        return int(match[1]) * _SECONDS[match[2]]


class Moment(click.ParamType[datetime]):
    """A moment in UTC, from an ISO 8601 date (to the end of it) or date-time with its offset."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return datetime.combine(date.fromisoformat(str(value)), time.max, UTC)
        except ValueError:
            pass
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2027-12-31.", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} lacks its offset; write it like {value}Z.", param, ctx)
        return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who may redeem: `rule` is any, groups or acceptors."""

    rule: str
    names: tuple[str, ...]


class Accepts(click.ParamType[Acceptance]):
    name = "any|GROUP,…|acceptor:NAME,…"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Acceptance:
        if isinstance(value, Acceptance):
            return value
        rule, names = "groups", str(value)
        if names == "any":
            return Acceptance("any", ())
        if names.startswith("acceptor:"):
            rule, names = "acceptors", names.removeprefix("acceptor:")
        listed = tuple(sorted({name.strip() for name in names.split(",")}))
        if not all(listed):
            self.fail("a name is missing; write any, GROUP,… or acceptor:NAME,…", param, ctx)
        return Acceptance(rule, listed)


def whole_days(seconds: int) -> int:
    days, rest = divmod(seconds, _DAY_SECONDS)
    if rest:
        raise click.BadParameter("it is counted in whole days; write it like 90d.")
    return days


def money(text: str, currency: str) -> Money:
    """Raises MalformedAmountError for what is no amount, or is nought."""
    amount = parse_amount(text, currency)
    if amount.amount_minor == 0:
        raise MalformedAmountError("An amount above zero is needed.")
    return amount


def denominations(text: str, currency: str) -> tuple[int, ...]:
    """Minor units, ascending; empty for `any`. Raises MalformedAmountError."""
    if text == "any":
        return ()
    return tuple(sorted({money(part.strip(), currency).amount_minor for part in text.split(",")}))
