"""Payouts at a bank that is not ours: what it takes, rejects, answers twice, books, gives back late
and does not say, all ends reconciled to the cent.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import pytest
from tests.engine.payouts.given import given_redeemed, given_sent
from tests.gateway.bank_days import exceptions
from tests.gateway.iso20022.mock_bank import MockBank
from tests.given import SYSTEM, given_group

from counterfoil.engine.acceptors import (
    AcceptorChange,
    AcceptorDesign,
    change_acceptor,
    create_acceptors,
)
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.banking.reading import standings
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.gateway.filing import FileRail, file_payments
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.taking import take_in
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

RAIL: Final = "mock"
FORMAT: Final = Iso20022()
FUND: Final = "NL89MOCK0000000010"
FUND_AT_BANK: Final = "FUND"
ELSEWHERE: Final = "NL30MOCK0000000005"
CLOSED: Final = "NL84MOCK0000000003"
PAY_ON: Final = "2026-10-01"
LATER: Final = "2026-10-08"


@dataclass
class Post:
    """Brings a file to the bank when it is open, and keeps it."""

    bank: MockBank
    is_open: bool = False
    sent: list[bytes] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> bool:  # noqa: ARG002  # as deliveries have it
        if self.is_open:
            self.sent.append(content)
            self.bank.send(content)
        return self.is_open


@dataclass
class Office:
    """The issuer, and what its bank has sent that nobody took in yet."""

    connection: Connection
    issuer: Issuer
    bank: MockBank

    def collected(self, kind: str) -> list[bytes]:
        return self.bank.collect(kind, FUND_AT_BANK)

    def take(self, *contents: bytes) -> None:
        for content in contents:
            take_in(
                self.connection,
                self.issuer,
                SYSTEM,
                rail=RAIL,
                file_format=FORMAT,
                content=content,
                name="from-the-bank.xml",
            )

    def pay(self, *shops: tuple[int, int], pay_on: str) -> Post:
        """What was redeemed at shops, in a batch that waits to be put."""
        for shop, amount_minor in shops:
            given_redeemed(self.connection, self.issuer, shop, amount_minor)
        given_sent(self.connection, self.issuer)
        post = Post(self.bank)
        self.put(post)
        self.connection.execute(
            "UPDATE bank_batch SET pay_on = %s WHERE issuer_id = %s AND put_at IS NULL",
            (pay_on, self.issuer.issuer_id),
        )
        self.connection.commit()
        return post

    def put(self, post: Post) -> None:
        rail = FileRail(FORMAT, post, debtor_scheme="iban")
        file_payments(self.connection, self.issuer, {RAIL: rail})

    def payment_of(self, shop: int) -> UUID:
        row = self.connection.execute(
            "SELECT payment_id FROM payment WHERE issuer_id = %s AND acceptor_id = %s",
            (self.issuer.issuer_id, shop),
        ).fetchone()
        self.connection.rollback()
        assert row is not None
        return UUID(str(row[0]))

    def payouts(self) -> list[tuple[str, str | None]]:
        rows = self.connection.execute(
            "SELECT status, reason FROM payout WHERE issuer_id = %s ORDER BY run_id, acceptor_id",
            (self.issuer.issuer_id,),
        ).fetchall()
        self.connection.rollback()
        return [(status, reason) for status, reason in rows]

    def open_still(self) -> list[str]:
        return [kind for kind, _expected, _found in exceptions(self.connection, self.issuer)]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockBank]:
    with MockBank(tmp_path_factory.mktemp("bank") / "log") as started:
        fund = {"iban": FUND, "name": "Aid", "currency": "KES", "balance": 0}
        started.open_account(id=FUND_AT_BANK, **fund)
        yield started


@pytest.fixture
def office(shared_connection: Connection, provider: LocalKeyProvider, bank: MockBank) -> Office:
    issuer = create_issuer(
        shared_connection,
        provider,
        SYSTEM,
        code=f"W{secrets.token_hex(4).upper()}",
        name="Aid",
        currency="KES",
        fsp="MOCKNL2A",
        funding_account=FUND,
    )
    given_group(shared_connection, issuer, denominations=())
    set_routes(shared_connection, issuer, SYSTEM, (Route(rail=RAIL),))
    return Office(shared_connection, issuer, bank)


def given_shop(office: Office, name: str, account: str) -> int:
    design = AcceptorDesign(name=name, kind="merchant", account=account)
    (shop,) = create_acceptors(office.connection, office.issuer, SYSTEM, [design])
    change = AcceptorChange(bank=BankData("iban", "MOCKNL2A", account), cooling_off_seconds=0)
    change_acceptor(office.connection, office.issuer, SYSTEM, shop, change)
    return shop


def test_what_a_bank_does_in_a_week_is_reconciled(office: Office, bank: MockBank) -> None:
    connection, issuer = office.connection, office.issuer
    shops = [given_shop(office, "Asha", ELSEWHERE), given_shop(office, "Baraka", ELSEWHERE)]
    closed = given_shop(office, "Chui", CLOSED)

    # A donor pays in, and the deposit is recorded when it is seen on the notification.
    donor = {"name": "Donor", "iban": "NL14MOCK0000000002"}
    bank.credit(account=FUND_AT_BANK, amount=5_000_000, reference="RF18539007547034", debtor=donor)
    office.take(*office.collected("camt.054"))
    rows = connection.execute(
        "SELECT bank_reference, status FROM bank_entry WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchall()
    connection.rollback()
    ((reference, status),) = rows
    assert status == "proposed"
    deposit(connection, issuer, SYSTEM, Money(5_000_000, "KES"), reference=reference)
    look_again(connection, issuer)

    # A file is taken on in part; it is answered again, as one that the bank has.
    post = office.pay((shops[0], 12_345), (shops[1], 5_000), (closed, 700), pay_on=PAY_ON)
    back_later = {
        "days": 3,
        "reason": "MD07",
        "end_to_end_id": office.payment_of(shops[1]).hex,
    }
    bank.change(FUND_AT_BANK, behaviour="return-later", parameters=back_later)
    post.is_open = True
    office.put(post)
    assert bank.send(post.sent[0]) == 422, "it has it already"
    office.take(*office.collected("pain.002"))
    assert office.payouts() == [
        ("processed", None),
        ("processed", None),
        ("failed", "cannot_credit"),
    ]
    assert office.open_still() == []

    # The money leaves; one day's statement gets lost on the way.
    bank.advance("2026-10-02")
    office.take(*office.collected("camt.054"))
    assert [status for status, _reason in office.payouts()] == ["completed", "completed", "failed"]
    first, lost = office.collected("camt.053")
    office.take(first)
    assert office.open_still() == []

    # A payment comes back days later. The lost statement is missed, until the bank sends it again.
    bank.advance("2026-10-07")
    office.take(*office.collected("pacs.004"), *office.collected("camt.054"))
    office.take(*office.collected("camt.053"))
    assert office.payouts()[1] == ("returned", "cannot_credit")
    assert "statement_gap" in office.open_still()
    office.take(lost)
    assert office.open_still() == []

    # The bank says nothing of a file, and books it.
    post = office.pay((shops[0], 100), pay_on=LATER)
    bank.change(FUND_AT_BANK, behaviour="silent")
    post.is_open = True
    office.put(post)
    assert office.collected("pain.002") == []
    bank.advance("2026-10-10")
    office.take(*office.collected("camt.053"), *office.collected("camt.054"))

    assert office.open_still() == []
    assert [status for status, _reason in office.payouts()][-1] == "completed"
    (standing,) = standings(connection, issuer.issuer_id)
    connection.rollback()
    assert standing.closing_minor == standing.ledger_minor == 5_000_000 - 12_345 - 100
    assert (standing.not_at_bank_minor, standing.not_in_ledger_minor) == (0, 0)
    assert check(connection, issuer.issuer_id) == []
