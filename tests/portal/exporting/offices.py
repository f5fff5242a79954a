"""What tests of lists do with an office: put rows into it, look as its people, take files."""

from collections.abc import Iterable

from tests.databases import connected
from tests.given import given_client
from tests.portal.commands.scenes import Scene
from tests.portal.exporting.files import csv_of

from counterfoil.engine.issuer import open_issuer
from counterfoil.portal.access import Office
from counterfoil.portal.models import (
    Person,
    Role,
)


def office_of(scene: Scene) -> Office:
    issuer, roles = scene.issuer, frozenset({Role.ADMINISTRATOR})
    return Office(issuer.issuer_id, issuer.code, "Riverside", scene.administrator, roles)


def names(rows: Iterable[object], name: str = "name") -> list[str]:
    return [str(getattr(row, name)) for row in rows]


def execute(scene: Scene, statement: str, *values: object) -> None:
    with connected(scene.portal.url) as engine:
        engine.execute(statement, values)
        engine.commit()


def taken(scene: Scene, path: str, by: Person | None = None, **sent: str) -> list[list[str]]:
    """The lines of a file, without its headings."""
    browser = scene.browser(by or scene.administrator)
    answer = browser.post(scene.address(path), sent)
    assert answer.status_code == 200
    return csv_of(answer)[1:]


def given_client_named(scene: Scene, name: str) -> None:
    with connected(scene.portal.url) as engine:
        issuer = open_issuer(engine, scene.issuer.code, scene.portal.provider)
        given_client(engine, issuer, name, ["redeem"])
