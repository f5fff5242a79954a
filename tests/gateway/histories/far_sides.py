"""What every far side has in common: it holds payments, and only it knows what became of them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(slots=True)
class Held:
    """A payment as its far side has it. `stands` is accepted, completed, rejected or returned;
    `credited` is how often the account got the money.
    """

    account: str
    cents: int
    stands: str
    reason: str | None = None
    credited: int = 0
    is_silent: bool = False


class FarSide(Protocol):
    """Of one history; `good` and `bad` are accounts of its own, new each time."""

    def good(self) -> str: ...

    def bad(self) -> str:
        """Whatever is wrong with it: refused, unknown, silent, given back."""
        ...

    def held(self) -> dict[UUID, Held]: ...


def cents_of(amount: str) -> int:
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))
