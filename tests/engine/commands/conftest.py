"""What tests of commands are given: an issuer of their own, and seals like the portal's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid4

import pytest
from tests.given import given_issuer

from counterfoil.engine.commands import carrying_out
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import Deposit, encoded
from counterfoil.engine.commands.preparing import Decision, Prepared, Verdict, decide, prepare
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.seals import Seals
from counterfoil.money import Money

SEALS: Final = Seals.of_secret("the portal of these tests")
OPERATOR: Final = "person:1"
APPROVER: Final = "person:2"
SECOND: Final = "person:3"
DepositOf = Callable[..., Deposit]
_codes = count(1)


@dataclass(frozen=True)
class Office:
    """One issuer, and the hands that prepare, decide and carry out for it."""

    connection: Connection
    issuer: Issuer

    def with_connection(self, connection: Connection, issuer: Issuer) -> "Office":
        """The same for another thread."""
        return replace(self, connection=connection, issuer=issuer)

    def prepare(
        self,
        content: Content,
        *,
        by: str = OPERATOR,
        command_id: UUID | None = None,
        expires_in: timedelta = timedelta(days=14),
        reason: str = "because",
    ) -> UUID:
        command_id = command_id or uuid4()
        prepare(
            self.connection,
            SEALS,
            Prepared(
                issuer_id=self.issuer.issuer_id,
                command_id=command_id,
                content=content,
                prepared_by=by,
                approvals=approvals_needed(self.connection, self.issuer.issuer_id, content),
                expires_at=datetime.now(UTC) + expires_in,
                reason=reason,
            ),
        )
        self.connection.commit()
        return command_id

    def decide(
        self,
        command_id: UUID,
        content: Content,
        verdict: Verdict = Verdict.APPROVE,
        *,
        by: str = APPROVER,
        in_the_name_of: str | None = None,
        reason: str = "",
        seals: Seals = SEALS,
    ) -> bool:
        is_new = decide(
            self.connection,
            seals,
            Decision(
                issuer_id=self.issuer.issuer_id,
                command_id=command_id,
                content=encoded(content),
                decided_by=by,
                on_behalf_of=in_the_name_of or by,
                verdict=verdict,
                reason=reason,
            ),
        )
        self.connection.commit()
        return is_new

    def withdraw(self, command_id: UUID, content: Content, *, by: str = OPERATOR) -> bool:
        return self.decide(command_id, content, Verdict.WITHDRAW, by=by)

    def carry_out(self, command_id: UUID) -> str | None:
        return carrying_out.carry_out(self.connection, self.issuer, SEALS, command_id)

    def done(self, content: Content, *, by: str = OPERATOR) -> str | None:
        """Prepared, approved by one and carried out."""
        command_id = self.prepare(content, by=by)
        self.decide(command_id, content)
        return self.carry_out(command_id)

    def status(self, command_id: UUID) -> tuple[str, str | None]:
        row = self.connection.execute(
            "SELECT status, outcome FROM command WHERE issuer_id = %s AND command_id = %s",
            (self.issuer.issuer_id, command_id),
        ).fetchone()
        self.connection.rollback()
        assert row is not None
        return row[0], row[1]

    def deposited(self) -> int:
        """What the journal's deposits add up to, in minor units; the opening one left out."""
        row = self.connection.execute(
            "SELECT coalesce(sum(amount_minor), 0)::bigint FROM operation"
            " WHERE issuer_id = %s AND action = 102 AND reference <> 'opening balance'",
            (self.issuer.issuer_id,),
        ).fetchone()
        self.connection.rollback()
        assert row is not None
        return int(row[0])


@pytest.fixture
def office(shared_connection: Connection, provider: LocalKeyProvider) -> Office:
    issuer = given_issuer(shared_connection, provider, code=f"CMD-{next(_codes)}")
    return Office(shared_connection, issuer)


@pytest.fixture
def deposit_of() -> DepositOf:
    """Each under a reference of the bank of its own."""
    numbers = count(1)

    def of(amount_minor: int = 5000) -> Deposit:
        money = Money(amount_minor, "KES")
        return Deposit(
            funding_account_id=1,
            amount_minor=money.amount_minor,
            currency=money.currency,
            reference=f"FT{next(numbers):04}",
        )

    return of
