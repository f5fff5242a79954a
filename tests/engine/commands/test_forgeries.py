"""What somebody writes who may write the rows but does not have the seal: no effect at all."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from tests.engine.commands.conftest import APPROVER, OPERATOR, SEALS, SECOND, DepositOf, Office

from counterfoil.engine.commands.content import (
    ChangeClient,
    CreateClient,
    Deposit,
    PauseGroup,
    SetClientKey,
    encoded,
)
from counterfoil.engine.database import Connection, connect_as_owner, connected
from counterfoil.engine.queries import client_of_key
from counterfoil.keys.digests import api_key_digest
from counterfoil.keys.seals import Seals

_COMMAND = (
    "INSERT INTO command (issuer_id, command_id, kind, content, subject, approvals, prepared_by,"
    " expires_at, seal)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, now() + interval '1 day', %s)"
)
_DECISION = (
    "INSERT INTO decision (issuer_id, command_id, decided_by, on_behalf_of, verdict,"
    " content_digest, seal) VALUES (%s, %s, %s, %s, 'approve', sha256(%s), %s)"
)


@pytest.fixture
def as_portal(shared_database: str) -> Iterator[Connection]:
    with connect_as_owner(shared_database) as connection:
        role = sql.Identifier(f"{connection.info.dbname}_portal")
        connection.execute(sql.SQL("SET ROLE {}").format(role))
        connection.commit()
        yield connection


def test_content_that_changes_after_its_approval_is_refused(
    office: Office, deposit_of: DepositOf, shared_database: str
) -> None:
    asked = deposit_of(5000)
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    more = Deposit(
        funding_account_id=1, amount_minor=500_000, currency="KES", reference=asked.reference
    )
    with connect_as_owner(shared_database) as owner:
        owner.execute(
            "UPDATE command SET content = %s WHERE command_id = %s", (encoded(more), command_id)
        )
        owner.commit()
    assert office.carry_out(command_id) == "refused"
    assert office.status(command_id) == ("refused", "unsealed")
    assert office.deposited() == 0


@pytest.mark.parametrize(
    "change",
    [
        "prepared_by = 'person:9'",
        "expires_at = expires_at + interval '1 second'",
        "reason = 'another'",
        "seal = decode(repeat('00', 32), 'hex')",
        "seal = ''",
    ],
)
def test_nothing_that_is_sealed_can_be_changed(
    office: Office, deposit_of: DepositOf, shared_database: str, change: str
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    with connect_as_owner(shared_database) as owner:
        owner.execute(f"UPDATE command SET {change} WHERE command_id = %s", (command_id,))
        owner.commit()
    assert office.carry_out(command_id) == "refused"
    assert office.status(command_id)[1] == "unsealed"
    assert office.deposited() == 0


def test_another_kind_over_the_same_content_is_refused(
    office: Office, deposit_of: DepositOf, shared_database: str
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    with connect_as_owner(shared_database) as owner:
        owner.execute(
            "UPDATE command SET kind = 'pause_group', approvals = 0 WHERE command_id = %s",
            (command_id,),
        )
        owner.commit()
    assert office.carry_out(command_id) == "refused"
    assert office.deposited() == 0


def test_the_number_of_approvals_in_the_row_decides_nothing(
    office: Office, deposit_of: DepositOf, shared_database: str
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    with connect_as_owner(shared_database) as owner:
        owner.execute("UPDATE command SET approvals = 0 WHERE command_id = %s", (command_id,))
        owner.commit()
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0


def test_an_approval_covers_one_content(office: Office, deposit_of: DepositOf) -> None:
    """Of another content it does not count, though the seal is good."""
    asked, other = deposit_of(5000), deposit_of(500_000)
    command_id = office.prepare(other)
    office.decide(command_id, asked)
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0


def test_an_approval_is_used_once(office: Office, deposit_of: DepositOf) -> None:
    """Neither for the same command again nor, copied, for another of the same content."""
    asked = deposit_of(5000)
    first = office.prepare(asked)
    office.decide(first, asked)
    assert office.carry_out(first) == "done"
    assert office.carry_out(first) is None
    second = office.prepare(asked)
    office.connection.execute(
        "INSERT INTO decision (issuer_id, command_id, decided_by, on_behalf_of, verdict,"
        " content_digest, reason, seal)"
        " SELECT issuer_id, %s, decided_by, on_behalf_of, verdict, content_digest, reason, seal"
        " FROM decision WHERE command_id = %s",
        (second, first),
    )
    office.connection.commit()
    assert office.carry_out(second) is None
    assert office.deposited() == 5000


def test_a_command_put_in_by_hand_has_no_effect(
    office: Office, deposit_of: DepositOf, as_portal: Connection
) -> None:
    """As the portal's role, of a kind that needs nobody else, and of one that does."""
    wanted = [
        (PauseGroup(code="GENERAL-PURPOSE"), 0),
        (SetClientKey(client_id=1, key_digest=api_key_digest("cf_mine")), 0),
        (deposit_of(5000), 1),
    ]
    guesses = [b"", bytes(32), Seals.of_secret("a guess").seal("command"), SEALS.seal("command")]
    for content, approvals in wanted:
        for guess in guesses:
            command_id = uuid4()
            with as_portal.transaction():
                as_portal.execute(
                    _COMMAND,
                    (
                        office.issuer.issuer_id,
                        command_id,
                        content.kind,
                        encoded(content),
                        content.subject,
                        approvals,
                        OPERATOR,
                        guess,
                    ),
                )
                as_portal.execute(
                    _DECISION,
                    (
                        office.issuer.issuer_id,
                        command_id,
                        APPROVER,
                        APPROVER,
                        encoded(content),
                        guess,
                    ),
                )
            assert office.carry_out(command_id) == "refused"
            assert office.status(command_id) == ("refused", "unsealed")
    assert office.deposited() == 0
    assert office.issuer.catalogue.groups["GENERAL-PURPOSE"].status == "open"
    assert client_of_key(office.connection, api_key_digest("cf_mine")) is None


def test_a_decision_put_in_by_hand_has_no_effect(
    office: Office, deposit_of: DepositOf, as_portal: Connection
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    for number, seal in enumerate([b"", bytes(32), Seals.of_secret("a guess").seal("x")]):
        with as_portal.transaction():
            as_portal.execute(
                _DECISION,
                (
                    office.issuer.issuer_id,
                    command_id,
                    f"person:{10 + number}",
                    f"person:{10 + number}",
                    encoded(asked),
                    seal,
                ),
            )
        assert office.carry_out(command_id) is None
    assert office.deposited() == 0
    office.decide(command_id, asked)
    assert office.carry_out(command_id) == "done"


def test_the_name_of_who_decided_cannot_be_changed(
    office: Office, deposit_of: DepositOf, shared_database: str
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked, by=APPROVER)
    office.decide(command_id, asked, by=APPROVER)
    with connect_as_owner(shared_database) as owner:
        owner.execute(
            "UPDATE decision SET decided_by = %s, on_behalf_of = %s WHERE command_id = %s",
            (SECOND, SECOND, command_id),
        )
        owner.commit()
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE command SET status = 'done', finished_at = now()",
        "UPDATE decision SET verdict = 'approve'",
        "DELETE FROM command",
        "DELETE FROM decision",
        "DELETE FROM approval_rule",
        "INSERT INTO approval_rule VALUES (1, 'deposit', '', 0, 1)",
        "INSERT INTO command (status, finished_at) VALUES ('done', now())",
        "UPDATE client SET scopes = '{unattended}'",
    ],
)
def test_the_portals_role_only_adds_rows_that_wait(as_portal: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_portal.execute(statement)
    as_portal.rollback()


def test_scopes_cannot_be_had_by_another_way(office: Office, shared_database: str) -> None:
    """`unattended` comes by an approved command alone: unapproved, it waits."""
    assert office.done(CreateClient(name="Robot", scopes=("admin",))) == "done"
    asked = ChangeClient(client_id=1, scopes=("admin", "unattended"), unattended_minor_max=1)
    command_id = office.prepare(asked, by="client:Robot")
    assert office.carry_out(command_id) is None
    with connected(shared_database) as other:
        row = other.execute(
            "SELECT scopes FROM client WHERE issuer_id = %s", (office.issuer.issuer_id,)
        ).fetchone()
    assert row is not None
    assert row[0] == ["admin"]
    office.decide(command_id, asked)
    assert office.carry_out(command_id) == "done"
    assert office.issuer.catalogue.clients[1].scopes == {"admin", "unattended"}
