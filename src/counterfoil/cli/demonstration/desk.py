"""The people of the demonstration at their desks: what they ask for, agree to, and a worker does.

All of it goes as it goes in the portal, through the same functions and under the same seals. Each
thing has a name of its own, so that a start that was interrupted finds what it had done. Loaded
when Django knows its settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.http import HttpRequest

from counterfoil.cli.demonstration.clock import Clock
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.commands.listing import CommandRow, command_content, command_row
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import ConflictError
from counterfoil.portal.access import Office
from counterfoil.portal.actions import decide_command, prepare_command, seals
from counterfoil.portal.applying.links import ApplyingAt
from counterfoil.portal.models import Person, Role
from counterfoil.portal.trail import Actor

_NAMESPACE: Final = UUID("691b1a6c-c39b-49f9-bfa5-ab32a4687e02")
_NETWORK: Final = "198.51.100"  # RFC 5737: addresses that are nobody's


def known_as(name: str) -> UUID:
    """The key of what has that name in the demonstration."""
    return uuid5(_NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class Desk:
    """`base_url` is where the portal will be: mails have links to it."""

    connection: Connection = field(repr=False)
    issuer: Issuer
    base_url: str
    clock: Clock
    _offices: dict[str, Office] = field(default_factory=dict, repr=False)

    @property
    def issuer_id(self) -> int:
        return self.issuer.issuer_id

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    @property
    def at(self) -> ApplyingAt:
        return ApplyingAt(
            self.issuer_id, self.issuer.code, self.issuer.name, self.base_url.rstrip("/")
        )

    def office(self, who: str) -> Office:
        """`who` is the name before the @: `operator`, `finance`."""
        if who not in self._offices:
            self._offices[who] = self._office(who)
        return self._offices[who]

    def _office(self, who: str) -> Office:
        person = Person.objects.get(email=f"{who}@demo.example")
        roles = person.roles.filter(issuer_id=self.issuer_id).values_list("role", flat=True)
        return Office(
            self.issuer_id,
            self.issuer.code,
            self.issuer.name,
            person,
            frozenset(Role(role) for role in roles),
        )

    def actor(self, who: str) -> Actor:
        person = self.office(who).person
        return Actor(person.actor, person.pk, _address(person))

    def request(self, who: str) -> HttpRequest:
        return self.request_by(self.office(who).person)

    def request_by(self, person: Person) -> HttpRequest:
        """As it would come from that person's browser."""
        place = urlsplit(self.base_url)
        request = HttpRequest()
        request.META.update(
            REMOTE_ADDR=_address(person),
            SERVER_NAME=place.hostname or "",
            SERVER_PORT=str(place.port or 80),
        )
        return request

    def row(self, command_id: UUID) -> CommandRow | None:
        return command_row(self.connection, self.issuer_id, command_id)

    def ask(self, who: str, name: str, content: Content, reason: str = "") -> UUID:
        """What was asked under that name before stays as it was asked."""
        command_id = known_as(name)
        if self.row(command_id) is None:
            prepare_command(
                self.request(who),
                self.office(who),
                content,
                command_id=command_id,
                reason=reason,
            )
        return command_id

    def decide(
        self,
        who: str,
        command_id: UUID,
        verdict: Verdict = Verdict.APPROVE,
        *,
        reason: str = "",
        in_place_of: str | None = None,
    ) -> None:
        office = self.office(who)
        decide_command(
            self.request(who),
            office,
            command_id,
            command_content(self.connection, self.issuer_id, command_id) or b"",
            verdict,
            on_behalf_of=self.office(in_place_of or who).actor,
            reason=reason,
        )

    def end(self, command_id: UUID, status: str = "done") -> str:
        """As a worker would; returns what came of it, such as `provision:3`."""
        carry_out(self.connection, self.issuer, seals(), command_id)
        row = self.row(command_id)
        if row is None or row.status != status:
            raise ConflictError(
                f"The demonstration cannot be finished ({row}): remove its home and start again."
            )
        return row.outcome or ""

    def done(
        self,
        who: str,
        name: str,
        content: Content,
        reason: str = "",
        *,
        agreed: Sequence[str] = ("approver",),
    ) -> str:
        """Asked, agreed to where that is needed, and carried out."""
        command_id = self.ask(who, name, content, reason)
        return self.agreed(command_id, () if content.approvals == 0 else agreed)

    def agreed(self, command_id: UUID, by: Sequence[str]) -> str:
        for each in by:
            self.decide(each, command_id)
        return self.end(command_id)


def _address(person: Person) -> str:
    return f"{_NETWORK}.{10 + person.pk % 200}"
