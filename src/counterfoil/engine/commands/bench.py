"""What the effect of a command works with, and the function that each kind registers its own at."""

from dataclasses import dataclass
from functools import singledispatch

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller


@dataclass(frozen=True, slots=True)
class Bench:
    """`reference` is the command's, under which the effect is recorded once."""

    connection: Connection
    issuer: Issuer
    caller: Caller
    reference: str
    reason: str


@singledispatch
def effect(asked: object, _bench: Bench) -> str:
    """Raises ConflictError, NotFoundError or CurrencyMismatchError where it cannot be done."""
    raise TypeError(type(asked).__name__)
