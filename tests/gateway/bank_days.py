"""What tests of a bank's files are given: an issuer whose payouts went out in a batch, and files of
its bank, of any day, as real messages.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from tests.engine.payouts.given import given_redeemed, given_sent, given_shops
from tests.gateway.iso20022 import messages
from tests.given import SYSTEM, given_group, given_issuer

from counterfoil.engine.banking.reading import standings
from counterfoil.engine.banking.told import TakenFile
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.taking import take_in
from counterfoil.keys.provider import KeyProvider

RAIL: Final = "bank"
FORMAT: Final = Iso20022()
TODAY: Final = datetime.now(UTC).date() - timedelta(days=10)  # all is recorded later than that
# Counts everything of an issuer that a refused file must not have moved.
_COUNTED: Final = (
    "bank_file",
    "bank_report",
    "bank_start",
    "bank_entry",
    "bank_match",
    "bank_exception",
    "operation",
    "posting",
    "leaf",
)


@dataclass
class Line:
    """Keeps what it was given."""

    got: list[tuple[str, bytes]] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> bool:
        self.got.append((name, content))
        return True


@dataclass(frozen=True)
class Sent:
    """Payouts in one batch, by their payments in the order of the merchants."""

    batch_id: UUID
    payments: Sequence[UUID]
    amounts: Sequence[int]
    content: bytes

    @property
    def total(self) -> int:
        return sum(self.amounts)


def given_banked(
    connection: Connection, provider: KeyProvider, *, funds: str = "1000.00"
) -> Issuer:
    """Whose payouts go out in files; it has put `funds` aside."""
    code = f"K{secrets.token_hex(4).upper()}"
    issuer = given_issuer(connection, provider, code, funds)
    given_group(connection, issuer, denominations=())
    set_routes(connection, issuer, SYSTEM, (Route(rail=RAIL),))
    return issuer


def given_batch(connection: Connection, issuer: Issuer, *amounts: int) -> Sent:
    names = [f"Shop-{secrets.token_hex(4)}" for _amount in amounts]
    for shop, amount in zip(given_shops(connection, issuer, *names), amounts, strict=True):
        given_redeemed(connection, issuer, shop, amount)
    given_sent(connection, issuer)
    line = Line()
    file_payments(connection, issuer, {RAIL: FileRail(FORMAT, line)})
    (name, content), *others = line.got
    assert not others
    rows = connection.execute(
        "SELECT payment_id, amount_minor FROM payment WHERE issuer_id = %s AND batch_id = %s"
        " ORDER BY acceptor_id",
        (issuer.issuer_id, UUID(name)),
    ).fetchall()
    connection.rollback()
    assert tuple(amount for _id, amount in rows) == amounts
    return Sent(UUID(name), [row[0] for row in rows], amounts, content)


def account_of(issuer: Issuer) -> str:
    return issuer.catalogue.funding_accounts[1].account


def line(  # what the bank calls it, how much, and all that may be known of it
    reference: str,
    minor: int,
    *,
    of: UUID | str | None = None,
    batch: UUID | None = None,
    back: str | None = None,
    day: date = TODAY,
    more: str = "",
) -> str:
    """An entry; below zero money leaves. `back` is the bank's code where something returns."""
    detail = (
        ""
        if batch is not None
        else messages.details(
            "NOTPROVIDED" if of is None else of,
            more=(f"<RtrInf><Rsn><Cd>{back}</Cd></Rsn></RtrInf>" if back is not None else "")
            + more,
        )
    )
    if batch is not None:
        detail = f"<Btch><PmtInfId>{batch.hex}</PmtInfId></Btch>"
    return messages.entry(
        reference,
        amount=amount(abs(minor)),
        side="CRDT" if minor > 0 else "DBIT",
        currency="KES",
        of=detail,
    ).replace("2026-10-01", day.isoformat())


def notified(issuer: Issuer, *lines: str) -> bytes:
    return _own(issuer, messages.notification("".join(lines)))


def stated(  # between which balances, in which currency, with what, on which day
    issuer: Issuer,
    opening: int,
    closing: int,
    *lines: str,
    number: int | None = None,
    day: date = TODAY,
) -> bytes:
    balances = (_balance("OPBD", opening) + _balance("CLBD", closing)).replace(
        "2026-10-01", day.isoformat()
    )
    return _own(
        issuer,
        messages.statement(
            "".join(lines),
            balances=balances,
            before="" if number is None else f"<LglSeqNb>{number}</LglSeqNb>",
        ),
    )


def answered(sent: Sent, *payments: str, group: str = "") -> bytes:
    return _fresh(messages.status("".join(payments), group=group, original=sent.batch_id.hex))


def returned(*payments: str) -> bytes:
    return (
        _fresh(messages.returns("".join(payments), count=str(len(payments))))
        .replace(b"EUR", b"KES")
        .replace(messages.BATCH.hex.encode(), b"OF-THE-BANK")
    )


FUNDED: Final = "opening balance"  # what given_issuer deposits


def take(connection: Connection, issuer: Issuer, content: bytes) -> TakenFile:
    return take_in(
        connection,
        issuer,
        SYSTEM,
        rail=RAIL,
        file_format=FORMAT,
        content=content,
        name="from-bank.xml",
    )


def amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def counted(connection: Connection, issuer: Issuer) -> dict[str, object]:
    """What there is, and what every account and payment stands at."""
    found: dict[str, object] = {}
    for table in _COUNTED:
        query = f"SELECT count(*) FROM {table} WHERE issuer_id = %s"
        found[table] = connection.execute(query, (issuer.issuer_id,)).fetchone()
    for table, columns in (
        ("account", "kind, owner_id, debit_minor, credit_minor"),
        ("payment", "payment_id, status, completed_by, returned_by"),
        ("bank_batch", "batch_id, answered_at, refused"),
        ("bank_entry", "entry_id, status, statement_id"),
    ):
        query = f"SELECT {columns} FROM {table} WHERE issuer_id = %s ORDER BY 1, 2"
        found[f"rows of {table}"] = connection.execute(query, (issuer.issuer_id,)).fetchall()
    connection.rollback()
    return found


def statuses(connection: Connection, issuer: Issuer, sent: Sent) -> list[str]:
    rows = connection.execute(
        "SELECT payment_id, status FROM payment WHERE issuer_id = %s AND batch_id = %s",
        (issuer.issuer_id, sent.batch_id),
    ).fetchall()
    connection.rollback()
    found: dict[UUID, str] = dict(rows)
    return [found[payment_id] for payment_id in sent.payments]


def lines_of(connection: Connection, issuer: Issuer) -> dict[str, str]:
    """The status of each line, by the bank's reference."""
    rows = connection.execute(
        "SELECT bank_reference, status FROM bank_entry WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchall()
    connection.rollback()
    return dict(rows)


def exceptions(connection: Connection, issuer: Issuer) -> list[tuple[str, int | None, int | None]]:
    """Kind, expected and found of those that are open."""
    rows = connection.execute(
        "SELECT kind, expected_minor, found_minor FROM bank_exception"
        " WHERE issuer_id = %s AND ended_at IS NULL ORDER BY kind, about",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [(kind, expected, found) for kind, expected, found in rows]


def matched(connection: Connection, issuer: Issuer) -> list[tuple[str, int, int]]:
    """Of which line, what action, how much."""
    rows = connection.execute(
        "SELECT e.bank_reference, o.action, m.amount_minor FROM bank_match m"
        " JOIN bank_entry e USING (issuer_id, entry_id)"
        " JOIN operation o USING (issuer_id, operation_id)"
        " WHERE issuer_id = %s ORDER BY 1, 2, 3",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [(reference, action, minor) for reference, action, minor in rows]


def standing(connection: Connection, issuer: Issuer) -> tuple[int, int, int, int]:
    """What the bank had, the ledger has, is not at the bank, is not in the ledger."""
    (found,) = standings(connection, issuer.issuer_id)
    connection.rollback()
    return (
        found.closing_minor,
        found.ledger_minor,
        found.not_at_bank_minor,
        found.not_in_ledger_minor,
    )


def _balance(code: str, minor: int) -> str:
    side = "CRDT" if minor >= 0 else "DBIT"
    return messages.balance(code, amount(abs(minor)), side=side, currency="KES")


def _own(issuer: Issuer, content: bytes) -> bytes:
    account = f"<Othr><Id>{account_of(issuer)}</Id></Othr>".encode()
    iban = f"<IBAN>{messages.IBAN}</IBAN>".encode()
    return _fresh(content).replace(iban, account).replace(b"<Ccy>EUR</Ccy>", b"<Ccy>KES</Ccy>")


def _fresh(content: bytes) -> bytes:
    """Under a message id of its own."""
    return content.replace(b">M1<", f">M{secrets.token_hex(8)}<".encode())
