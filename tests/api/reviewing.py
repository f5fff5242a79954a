"""People and a worker beside the API: who approves what it prepared, and carries it out."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import httpx
from tests.api.conftest import SEALS

from counterfoil.engine.catalogue import Client
from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.commands.listing import command_content
from counterfoil.engine.commands.preparing import Decision, Verdict, decide
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer

V1: Final = "/api/v1"
APPROVER: Final = "person:2"


@dataclass(frozen=True)
class Office:
    books: Connection
    issuer: Issuer

    def approve(self, command_id: str, by: str = APPROVER) -> str | None:
        content = command_content(self.books, self.issuer.issuer_id, UUID(command_id))
        assert content is not None
        decide(
            self.books,
            SEALS,
            Decision(
                issuer_id=self.issuer.issuer_id,
                command_id=UUID(command_id),
                content=content,
                decided_by=by,
                on_behalf_of=by,
                verdict=Verdict.APPROVE,
            ),
        )
        self.books.commit()
        return carry_out(self.books, self.issuer, SEALS, UUID(command_id))

    def client(self, name: str) -> Client:
        self.issuer.catch_up(self.books)
        self.books.rollback()
        return next(c for c in self.issuer.catalogue.clients.values() if c.name == name)


def once() -> dict[str, str]:
    return {"Idempotency-Key": f"test {uuid4()}"}


def reviewed(answer: httpx.Response, *, kind: str, approvals: int = 1) -> str:
    """The id of the command it became."""
    assert answer.status_code == 202, answer.text
    command = answer.json()
    assert (command["status"], command["kind"], command["approvals"]) == (
        "in_review",
        kind,
        approvals,
    )
    assert answer.headers["location"] == f"{V1}/commands/{command['command_id']}"
    return str(command["command_id"])


def available(api: httpx.Client) -> str:
    rows = api.get(f"{V1}/balances").json()["balances"]
    return str(next(row["balance"] for row in rows if row["kind"] == "available"))
