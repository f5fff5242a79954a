"""What a furnished issuer has of its bank: lines that nobody has explained, a credit that nobody
has recorded, and a file that somebody brought.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4
from xml.sax.saxutils import escape

from tests.databases import connected
from tests.gateway.bank_days import account_of, line, notified, take
from tests.portal.access.house import House, Marks
from tests.portal.conftest import Portal

from counterfoil.engine.accounts.rails import tell_rails
from counterfoil.engine.banking.deposit_rules import DepositRule
from counterfoil.engine.banking.resolving import How
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.bank_content import ResolveException, SetDepositRules
from counterfoil.engine.database import Connection


@dataclass(frozen=True, slots=True)
class Banking:
    """`entry_id` is of the credit, `exception_id` of a difference that is open."""

    entry_id: int
    exception_id: int
    brought_id: UUID


def given_banking(portal: Portal, house: House, marks: Marks) -> Banking:
    issuer, brought_id = house.issuer, uuid4()
    with connected(portal.url) as connection:
        issuer.catch_up(connection)
        tell_rails(connection, issuer, {f"files-{marks.text}": False, "bank": False})
        own = issuer.catalogue.funding_accounts[house.funding_account_id].account
        debits = [line(f"{marks.code}-{number}", -1) for number in range(marks.at)]
        name = escape(marks.name("Payer"))
        payer = f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>"
        credit = line(f"{marks.code}-IN", 1_000, more=payer)
        content = notified(issuer, *debits, credit)
        take(connection, issuer, content.replace(account_of(issuer).encode(), own.encode()))
        connection.execute(
            "INSERT INTO bank_file_brought (issuer_id, brought_id, rail, name, digest, content,"
            " brought_by, seal) VALUES (%s, %s, 'bank', %s, '', '', 'system', '')",
            (issuer.issuer_id, brought_id, f"{marks.text}.xml"),
        )
        connection.commit()
        return Banking(
            _latest(connection, house, "entry_id", "bank_entry"),
            _latest(connection, house, "exception_id", "bank_exception"),
            brought_id,
        )


def contents(house: House, banking: Banking) -> list[Content]:
    """One of each kind."""
    fund = house.funding_account_id
    return [
        ResolveException(
            exception_id=banking.exception_id,
            exception_kind="unexplained_debit",
            about="entry:1",
            how=How.WITHDRAWN,
            amount_minor=1,
            currency="KES",
        ),
        SetDepositRules(
            rules=(
                DepositRule(
                    funding_account_id=fund,
                    payer_name="Donor",
                    payer_reference="DON",
                    amount_minor_max=1_000,
                    group=house.group,
                    denomination_minor=1_000,
                ),
            )
        ),
    ]


def _latest(connection: Connection, house: House, key: str, table: str) -> int:
    row = connection.execute(
        f"SELECT max({key}) FROM {table} WHERE issuer_id = %s", (house.issuer.issuer_id,)
    ).fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])
