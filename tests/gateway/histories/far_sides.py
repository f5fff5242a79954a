"""What every far side has in common: it holds payments, and only it knows what became of them."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(slots=True)
class Held:
    """A payment as its far side has it: from which account to which. `stands` is accepted,
    completed, rejected or returned; `credited` is how often the account got the money.
    """

    account: str
    minor: int
    currency: str
    stands: str
    reason: str | None = None
    credited: int = 0
    is_silent: bool = False
    fund: str | None = None  # where it says so


class FarSide(Protocol):
    """Of one history; `good` and `bad` are accounts of its own, new each time. One that has a
    currency is in that.
    """

    def good(self, currency: str) -> str: ...

    def bad(self, currency: str) -> str:
        """Whatever is wrong with it: refused, unknown, silent, given back."""
        ...

    def held(self) -> dict[UUID, Held]: ...
