"""Operations under one reference, and what must stay as it is when one is asked again."""

from dataclasses import dataclass
from typing import Final

import msgspec
import pytest
from tests.busy_life import LATER
from tests.given import SYSTEM, balances

from counterfoil.engine.apply import PART_OPERATIONS
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Change, Preactivate
from counterfoil.voucher import Action

REFERENCE: Final = "r1"


def drawing(group: str, amount: str = "10.00", comment: str | None = None) -> Preactivate:
    return Preactivate(
        caller=SYSTEM,
        reference=REFERENCE,
        amount=amount,
        currency="KES",
        group=group,
        comment=comment,
    )


def changing(action: Action, serial: int) -> Change:
    until = LATER if action is Action.EXTEND else None
    return Change(
        caller=SYSTEM, reference=REFERENCE, action=action, serial=serial, extend_until=until
    )


@dataclass(frozen=True)
class Books:
    """What must not change when something is asked again."""

    operations: int
    leaves: int
    payments: int
    balances: dict[str, int]


def books(connection: Connection, issuer: Issuer) -> Books:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM operation WHERE issuer_id = %(id)s),"
        " (SELECT count(*) FROM leaf WHERE issuer_id = %(id)s),"
        " (SELECT count(*) FROM payment WHERE issuer_id = %(id)s)",
        {"id": issuer.issuer_id},
    ).fetchone()
    connection.rollback()
    assert row is not None
    operations, leaves, payments = row
    return Books(operations, leaves, payments, balances(connection, issuer))


def sums_up(connection: Connection, issuer: Issuer) -> bool:
    return check(connection, issuer.issuer_id) == []


def same(first: Answer, repeat: Answer) -> bool:
    """The same answer, told again; the payment is for whoever asked first to send."""
    return repeat == msgspec.structs.replace(
        first, repeated=True, payment=None, number=repeat.number
    ) and repeat.number in (None, first.number)


# Whether what was decided so far is written after each operation of a batch, or at its end.
part = pytest.mark.parametrize("part", [1, PART_OPERATIONS])
