"""The worker takes in what people bring, with the formats of its own rails."""

from typing import Final

from tests.gateway.bank_days import FORMAT, RAIL, Line, given_banked, line, stated
from tests.gateway.test_brought import SEALS, brought, ended

from counterfoil.engine.database import Connection
from counterfoil.gateway.filing import FileRail
from counterfoil.gateway.rails import Rail, Rails
from counterfoil.jobs.banks import take_brought_files
from counterfoil.jobs.site import Desk, WorkSite
from counterfoil.keys.provider import LocalKeyProvider

RAILS: Final = Rails(
    every=(
        Rail(name="online"),
        Rail(name="of another", issuer="NOBODY", files=FileRail(FORMAT, Line())),
        Rail(name=RAIL, files=FileRail(FORMAT, Line())),
    )
)


def test_a_file_waits_without_the_portals_secret_and_is_taken_in_with_it(
    shared_connection: Connection, shared_database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_banked(shared_connection, provider)
    one = brought(shared_connection, issuer, stated(issuer, 0, 5_000, line("IN-1", 5_000)))
    desk = Desk(WorkSite(shared_database, provider, RAILS), shared_connection)
    assert take_brought_files(desk, issuer) == 0
    assert ended(shared_connection, one) == ("waiting", False, None, True)
    desk = Desk(WorkSite(shared_database, provider, RAILS, SEALS), shared_connection)
    assert take_brought_files(desk, issuer) == 1
    assert ended(shared_connection, one) == ("taken", True, None, False)
    assert take_brought_files(desk, issuer) == 0


def test_a_rail_of_another_issuer_reads_nothing_for_this_one(
    shared_connection: Connection, shared_database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_banked(shared_connection, provider)
    content = stated(issuer, 0, 5_000, line("IN-1", 5_000))
    one = brought(shared_connection, issuer, content, rail="of another")
    desk = Desk(WorkSite(shared_database, provider, RAILS, SEALS), shared_connection)
    assert take_brought_files(desk, issuer) == 1
    assert ended(shared_connection, one)[0] == "refused"
