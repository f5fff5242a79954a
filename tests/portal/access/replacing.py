"""Vouchers that a furnished issuer replaces itself: one list waits for approval, one was begun."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.test import RequestFactory
from tests.portal.access.house import House, Marks

from counterfoil.portal.access import Buyer
from counterfoil.portal.handovers.lists import begin_replacement, send_list
from counterfoil.portal.models import ISSUERS_OWN, FileKind, Person


@dataclass(frozen=True, slots=True)
class Replacing:
    sent: UUID
    begun: UUID


def given_replacing(house: House, marks: Marks, people: Mapping[str, Person]) -> Replacing:
    issuer = house.issuer
    own = Buyer(
        issuer.issuer_id,
        issuer.code,
        marks.name("Aid"),
        ISSUERS_OWN,
        marks.name("Aid"),
        "approved",
        people["O"],
        frozenset(),
    )
    sent, begun = uuid4(), uuid4()
    for handover_id in (sent, begun):
        begin_replacement(own, handover_id, [house.serial], reason=f"lost by {marks.text}")
    send_list(
        RequestFactory().get("/"),
        own,
        sent,
        leaves_out=False,
        file_kind=FileKind.CARDS,
        password=f"replaced {marks.text}",
    )
    return Replacing(sent, begun)
