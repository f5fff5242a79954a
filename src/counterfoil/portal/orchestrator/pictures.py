"""Bars: parts of a whole side by side, each as wide as it is large. What they mean stands beside
them in words and numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WIDTH: Final = 1000  # in the bar's own units
_SLIVER: Final = 6  # what is there is seen, however little it is


@dataclass(frozen=True, slots=True)
class BarPart:
    """`kind` is the class it is drawn by."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Bar:
    width: int
    parts: Sequence[BarPart]

    def __bool__(self) -> bool:
        return bool(self.parts)


def bar(amounts: Sequence[tuple[str, int]]) -> Bar:
    """Of kinds and how much there is of each; nothing and less than nothing are not drawn."""
    drawn = [(kind, amount) for kind, amount in amounts if amount > 0]
    whole = sum(amount for _kind, amount in drawn)
    parts: list[BarPart] = []
    x = 0
    for kind, amount in drawn:
        part = BarPart(kind, x, max(amount * _WIDTH // whole, _SLIVER))
        parts.append(part)
        x += part.width
    return Bar(x, parts)
