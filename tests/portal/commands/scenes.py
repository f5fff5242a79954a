"""An office in which things were asked for: some wait, some are done, some came to nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.carrying_out import carry_out, commands_to_look_at
from counterfoil.engine.commands.content import Deposit, encoded
from counterfoil.engine.commands.preparing import Decision, Prepared, Verdict, decide, prepare
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.keys.seals import Seals
from counterfoil.portal.models import Person, Role


@dataclass(frozen=True)
class Scene:
    """An issuer with people who administer, prepare, approve and look."""

    portal: Portal
    issuer: Issuer
    administrator: Person
    operator: Person
    finance: Person
    approver: Person
    auditor: Person

    def browser(self, person: Person, *, seconds_ago: int = 0) -> Client:
        return signed_in(person, seconds_ago=seconds_ago)

    def address(self, path: str = "") -> str:
        return f"/portal/{self.issuer.code}/{path}"

    def prepare(
        self,
        content: Content,
        *,
        by: str | None = None,
        reason: str = "for the autumn",
        expires_in: timedelta = timedelta(days=14),
    ) -> UUID:
        """As a page does."""
        command_id = uuid4()
        with connected(self.portal.url) as connection:
            prepare(
                connection,
                _seals(),
                Prepared(
                    issuer_id=self.issuer.issuer_id,
                    command_id=command_id,
                    content=content,
                    prepared_by=by or self.finance.actor,
                    approvals=approvals_needed(connection, self.issuer.issuer_id, content),
                    expires_at=datetime.now(UTC) + expires_in,
                    reason=reason,
                ),
            )
            connection.commit()
        return command_id

    def decide(
        self,
        command_id: UUID,
        content: Content,
        verdict: Verdict = Verdict.APPROVE,
        *,
        by: Person | None = None,
        in_the_name_of: Person | None = None,
        reason: str = "",
    ) -> None:
        hand = by or self.approver
        with connected(self.portal.url) as connection:
            decide(
                connection,
                _seals(),
                Decision(
                    issuer_id=self.issuer.issuer_id,
                    command_id=command_id,
                    content=encoded(content),
                    decided_by=hand.actor,
                    on_behalf_of=(in_the_name_of or hand).actor,
                    verdict=verdict,
                    reason=reason,
                ),
            )
            connection.commit()

    def work(self) -> list[str | None]:
        """What the worker would do now."""
        with connected(self.portal.url) as connection:
            issuer = open_issuer(connection, self.issuer.code, self.portal.provider)
            return [
                carry_out(connection, issuer, _seals(), command_id)
                for command_id in commands_to_look_at(connection, issuer)
            ]

    def done(self, content: Content, *, by: str | None = None) -> UUID:
        command_id = self.prepare(content, by=by)
        self.decide(command_id, content)
        assert self.work() == ["done"]
        return command_id

    def status(self, command_id: UUID) -> tuple[str, str | None]:
        with connected(self.portal.url) as connection:
            row = connection.execute(
                "SELECT status, outcome FROM command WHERE issuer_id = %s AND command_id = %s",
                (self.issuer.issuer_id, command_id),
            ).fetchone()
        assert row is not None
        return row[0], row[1]

    def the_command(self) -> UUID:
        """The latest there is."""
        with connected(self.portal.url) as connection:
            row = connection.execute(
                "SELECT command_id FROM command WHERE issuer_id = %s"
                " ORDER BY prepared_at DESC LIMIT 1",
                (self.issuer.issuer_id,),
            ).fetchone()
        assert row is not None
        command_id: UUID = row[0]
        return command_id


def given_scene(portal: Portal) -> Scene:
    issuer = given_office(portal)
    return Scene(
        portal,
        issuer,
        given_person(Role.ADMINISTRATOR, issuer=issuer, name="Adaeze Obi"),
        given_person(Role.OPERATOR, issuer=issuer, name="Otieno Ouma"),
        given_person(Role.FINANCE, issuer=issuer, name="Fatuma Noor"),
        given_person(Role.APPROVER, issuer=issuer, name="Paulo Mendes"),
        given_person(Role.AUDITOR, issuer=issuer, name="Aurelia Costa"),
    )


def deposit_of(amount_minor: int, reference: str | None = None) -> Deposit:
    return Deposit(
        funding_account_id=1,
        amount_minor=amount_minor,
        currency="KES",
        reference=reference or f"FT{uuid4().hex[:10].upper()}",
    )


def _seals() -> Seals:
    return Seals.of_secret(settings.SECRET_KEY)
