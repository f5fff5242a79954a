"""Proving, on a live database, that the money and the vouchers agree to the cent.

Each rule is one statement that returns only what is wrong; all of them read one snapshot, so
nothing has to stop for it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from psycopg import IsolationLevel

from counterfoil.chart import AccountKind
from counterfoil.engine.arrays import Int2s
from counterfoil.engine.database import Connection
from counterfoil.statements import statement
from counterfoil.voucher import HOLDS_VALUE, TRANSITIONS, Action, State

# Each rule's statement, and what it holds in words.
RULES: Final[Mapping[str, str]] = {
    "check_accounts": "An account is the sum of its postings",
    "check_value": "A group's vouchers are worth what the ledger says",
    "check_redeemed": "What was redeemed is settled, payable, in transit, paid or given back",
    "check_earmarked": "Earmarked money is what is still to create",
    "check_stock": "The counts are those of the vouchers",
    "check_programmes": "A programme keeps to its budget, and holds nothing once it is closed",
    "check_provisions": "A provision has the vouchers its cursors say",
    "check_sales": "What was sold is cut off the stock once, and charged to the cent",
    "check_ranges": "No two provisions share a serial",
    "check_numbering": "Leaves, operations and postings have no gaps",
    "check_postings": "Every operation moved its value once",
    "check_payments": "A voucher being redeemed has one pending payment",
    "check_secrets": "An open voucher has its sealed number",
    "check_due": "A voucher in use is found when it is due",
    "check_states": "A voucher is where its last operation led",
    "check_chains": "A voucher's operations lead from its last back to its first",
    "check_imports": "Imported vouchers are those of the files",
    "check_figures": "Figures are what the journal adds up to",
    "check_redemptions": "Redemptions are listed once, by whom they concern",
    "check_periods": "A closed period stands as it was posted",
    "check_payouts": "Each redemption is paid once, and what is owed is what is left",
    "check_earnings": "What agents earned is posted once, by the rules",
    "check_banking": "A bank's lines are what the ledger says they are",
}

# The journal has what was asked; a step of the table may have another name.
_ASKED: Final = {
    Action.ISSUE: Action.PREACTIVATE,
    Action.RESERVE: Action.REDEEM,
}
_BACK_TO: Final = (State.PREACTIVATED, State.ACTIVE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it must be, and the rows behind it. No secret is among them."""

    issuer: str
    rule: str
    subject: str
    expected: int | None
    found: int | None
    rows: tuple[str, ...]

    def __str__(self) -> str:
        behind = ", ".join(self.rows)
        return (
            f"{self.issuer}: {RULES[self.rule]}. {self.subject}:"
            f" expected {_text(self.expected)}, found {_text(self.found)} ({behind})"
        )


def check(connection: Connection, issuer_id: int | None = None) -> list[Difference]:
    """Everything that is wrong with one issuer, or with all of them; nothing is the good answer.

    Reads one snapshot (REPEATABLE READ, read only) and blocks nobody. At most a thousand
    differences for each rule.
    """
    with _snapshot(connection):
        return differences(connection, issuer_id)


def differences(connection: Connection, issuer_id: int | None = None) -> list[Difference]:
    """What `check` finds, in the transaction that is open already."""
    issuers = connection.execute(
        statement(__package__, "check_issuers"), {"issuer_id": issuer_id}
    ).fetchall()
    return [
        difference
        for each_id, code in issuers
        for rule in RULES
        for difference in _differences(connection, each_id, code, rule)
    ]


@contextmanager
def _snapshot(connection: Connection) -> Iterator[None]:
    connection.rollback()
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    try:
        connection.execute(statement(__package__, "check_begin"))
        yield
    finally:
        connection.rollback()
        connection.isolation_level = None
        connection.read_only = None


def _differences(
    connection: Connection, issuer_id: int, code: str, rule: str
) -> Iterator[Difference]:
    parameters = _WORDS | {"issuer_id": issuer_id}
    for subject, expected, found, rows in connection.execute(
        statement(__package__, rule), parameters
    ):
        yield Difference(code, rule, subject, expected, found, tuple(rows))


def _led() -> list[tuple[int, int]]:
    """Every action as the journal has it, with each state it may lead to."""
    return sorted(
        {
            (_ASKED.get(action, action), state)
            for (_before, action), after in TRANSITIONS.items()
            for state in ((after,) if after is not None else _BACK_TO)
        }
    )


def _text(figure: int | None) -> str:
    return "nothing" if figure is None else str(figure)


_WORDS: Final[dict[str, object]] = {
    "kinds": [kind.word for kind in AccountKind],
    "states": [state.word for state in State],
    "holding": Int2s(sorted(HOLDS_VALUE)),
    "led_from": Int2s(action for action, _state in _led()),
    "led_to": Int2s(state for _action, state in _led()),
}
