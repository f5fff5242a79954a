"""When a shop is open: for each day of the week, spans of minutes since midnight.

    "08:00-12:00, 14:00-18:00"  ─▶  ((480, 720), (840, 1080))

A span may end after midnight: 18:00-02:00 ends at minute 1560. A day without any is closed.
"""

import itertools
import re
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Span = tuple[int, int]
Day = tuple[Span, ...]

DAYS: Final = 7
_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_SPANS_MAX: Final = 4
_DASH: Final = "\u2013"
_SPAN: Final = re.compile(
    r"\s*([0-9]{1,2})(?:[:.h]([0-9]{2}))?h?\s*(?:[-\u2013\u2014]|to|a)\s*([0-9]{1,2})(?:[:.h]([0-9]{2}))?h?\s*",
    re.ASCII,
)


def day_of(text: str) -> Day:
    """Raises ValidationError for what is no time, and for spans that meet or overlap."""
    bare = text.strip().lower()
    if not bare:
        return ()
    spans = sorted(_span(part) for part in re.split(r"[,;]", bare) if part.strip())
    if len(spans) > _SPANS_MAX:
        raise ValidationError(_("Write four times a day at most."))
    for before, after in itertools.pairwise(spans):
        if after[0] <= before[1]:
            raise ValidationError(_("These times overlap. Write each time of the day once."))
    if spans and spans[-1][1] - _DAY > spans[0][0]:
        raise ValidationError(_("These times overlap. Write each time of the day once."))
    return tuple(spans)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValidationError(_("Write the times like 08:00-18:00."))
    first_hour, first_minute, last_hour, last_minute = (int(part or 0) for part in found.groups())
    opens, closes = first_hour * _HOUR + first_minute, last_hour * _HOUR + last_minute
    if max(first_minute, last_minute) >= _HOUR or opens >= _DAY or closes > _DAY:
        raise ValidationError(_("Write the times like 08:00-18:00."))
    return (opens, closes if closes > opens else closes + _DAY)


def day_text(day: Sequence[Sequence[int]]) -> str:
    """As it is typed in, and as it is shown."""
    return ", ".join(f"{_time(opens)}{_DASH}{_time(closes)}" for opens, closes in day)


def _time(minute: int) -> str:
    if minute > _DAY:
        minute -= _DAY
    return f"{minute // _HOUR:02d}:{minute % _HOUR:02d}"


def days_in_runs(week: Sequence[Day]) -> list[tuple[int, int, Day]]:
    """Neighbouring days with the same hours together: first day, last day, hours."""
    runs: list[tuple[int, int, Day]] = []
    for number, day in enumerate(week):
        if runs and runs[-1][2] == day:
            runs[-1] = (runs[-1][0], number, day)
        else:
            runs.append((number, number, day))
    return runs
