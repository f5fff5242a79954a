"""What tests of the bank's pages are given: an issuer, and files of its bank, read as real ones."""

from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.databases import connected
from tests.gateway.bank_days import FORMAT, RAIL, take
from tests.portal.conftest import Portal
from tests.portal.money.working import House, given_house

from counterfoil.engine.accounts.rails import tell_rails
from counterfoil.gateway.brought import take_brought_file
from counterfoil.portal.actions import seals


def given_banked_house(portal: Portal, rails: Mapping[str, bool] | None = None) -> House:
    """Whose bank sends files by the rail of the tests."""
    house = given_house(portal, funds="1000.00")
    with connected(portal.url) as engine:
        tell_rails(engine, house.issuer, rails or {RAIL: False})
    return house


def took(house: House, content: bytes) -> None:
    with connected(house.portal.url) as engine:
        take(engine, house.issuer, content)


def work(house: House) -> int:
    """As the worker does, until nothing waits. How many files it dealt with."""
    done = 0
    with connected(house.portal.url) as engine:
        while take_brought_file(engine, house.issuer, seals(), {RAIL: FORMAT}):
            done += 1
    return done


def xml(content: bytes, name: str = "october.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/xml")


def one(house: House, query: str) -> object:
    """The first column of the one row; the query names the issuer by a place."""
    with connected(house.portal.url) as engine:
        row = engine.execute(query, (house.issuer.issuer_id,)).fetchone()
        engine.rollback()
    assert row is not None
    return row[0]


def line_id(house: House, reference: str) -> int:
    with connected(house.portal.url) as engine:
        row = engine.execute(
            "SELECT entry_id FROM bank_entry WHERE issuer_id = %s AND bank_reference = %s",
            (house.issuer.issuer_id, reference),
        ).fetchone()
        engine.rollback()
    assert row is not None
    return int(row[0])


def open_one(house: House, kind: str) -> int:
    """The one difference of its kind that is open."""
    with connected(house.portal.url) as engine:
        ((found,),) = engine.execute(
            "SELECT exception_id FROM bank_exception"
            " WHERE issuer_id = %s AND kind = %s AND ended_at IS NULL",
            (house.issuer.issuer_id, kind),
        ).fetchall()
        engine.rollback()
    return int(found)
