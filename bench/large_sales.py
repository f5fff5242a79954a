"""What a large issuer sold: organisations, and their purchases in every state, in bulk.

Purchases, what was allocated, what it moved and what became of the vouchers are written by SQL, so
that every page finds what it would find; the log has no leaves of them.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from tests.portal.access.furnished import Furnished

from bench.server import BENCH
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.organisations import create_organisation
from counterfoil.portal.handovers.sealing import Called, Place, reference_key, seal_called
from counterfoil.portal.models import HandoverPerson, OrganisationProfile
from counterfoil.statements import statement

ORGANISATIONS: Final = 2000
PURCHASES: Final = 20_000
_APPLICANTS: Final = 300
_QUANTITY_MAX: Final = 20
_DAYS: Final = 89
_PEOPLE: Final = 3000
_PEOPLE_AT_ONCE: Final = 2000
_POINTS: Final = 100


def sold(connection: Connection, url: str, of: Furnished, vouchers_free: int) -> None:
    """Every eighth purchase is of the organisation whose pages are measured. `vouchers_free` is
    how many nobody has drawn.
    """
    _organisations(connection, of)
    catch_up(connection, of.issuer_id)
    quantity = min(_QUANTITY_MAX, vouchers_free * 2 // 3 // PURCHASES)
    if not quantity:
        raise ValueError(vouchers_free)
    with connect_as_owner(url) as owner:
        owner.execute("SET statement_timeout = 0")
        owner.execute(
            statement(__package__, "given"),
            {
                "issuer_id": of.issuer_id,
                "buyer": of.house.organisation_id,
                "group_code": of.house.group,
                "purchases": PURCHASES,
                "quantity": quantity,
                "days": _DAYS,
            },
        )
        for name in ("purchases", "moved", "figures", "told"):
            owner.execute(statement(__package__, name))
        handed = owner.execute(statement(__package__, "handed")).fetchall()
        owner.commit()
    _people(of, handed)


def _organisations(connection: Connection, of: Furnished) -> None:
    issuer = of.house.issuer
    made = [
        create_organisation(
            connection, issuer, BENCH, name=f"Organisation {each:04}", commission_points=_POINTS
        )
        for each in range(ORGANISATIONS)
    ]
    OrganisationProfile.objects.bulk_create(
        [_profile(of, f"Organisation {each:04}", key) for each, key in enumerate(made)]
        + [_profile(of, f"Newcomer {each:04}", None) for each in range(_APPLICANTS)]
    )


def _profile(of: Furnished, name: str, organisation_id: int | None) -> OrganisationProfile:
    return OrganisationProfile(
        issuer_id=of.issuer_id,
        organisation_id=organisation_id,
        kind="ngo",
        status="submitted" if organisation_id is None else "approved",
        origin="orchestrator",
        made_by=BENCH.actor,
        changed_by=BENCH.actor,
        name=name,
        registered_name=f"{name} Foundation",
        country="KE",
        contact_name=f"Manager of {name}",
        contact_email="manager@example.org",
    )


def _people(of: Furnished, handed: Sequence[tuple[UUID, Sequence[int]]]) -> None:
    """Everybody is in many of the lists."""
    lines = [line for number, each in enumerate(handed) for line in _lines(of, number, *each)]
    HandoverPerson.objects.bulk_create(lines, batch_size=_PEOPLE_AT_ONCE)


def _lines(
    of: Furnished, number: int, handover_id: UUID, serials: Sequence[int]
) -> Iterator[HandoverPerson]:
    place = Place(of.issuer_id, of.house.organisation_id)
    for line, serial in enumerate(serials, 1):
        who = (number * len(serials) + line) % _PEOPLE
        called = Called(f"B-{who:05}", f"Somebody {who}")
        yield HandoverPerson(
            handover_id=handover_id,
            line=line,
            position=line,
            issuer_id=of.issuer_id,
            organisation_id=of.house.organisation_id,
            reference_key=reference_key(place, called.reference),
            sealed=seal_called(place, handover_id, line, called),
            serial=serial,
        )
