"""Distributors hand out what was bought: to people who are invented, and who use it later. Loaded
when Django knows its settings.
"""

import random
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.logins import PASSWORD
from counterfoil.cli.demonstration.orders import Order
from counterfoil.cli.demonstration.organisations import distributor_of
from counterfoil.cli.demonstration.past import Tills
from counterfoil.engine.handing_out import finish_handover
from counterfoil.portal.access import Buyer
from counterfoil.portal.handovers.following import settle
from counterfoil.portal.handovers.lists import (
    Begun,
    begin_list,
    forget_numbers,
    place_of,
    send_list,
)
from counterfoil.portal.handovers.opening import Card, cards_of
from counterfoil.portal.handovers.sealing import Called, unwrap_key
from counterfoil.portal.models import FileKind, HandoverList, Purchase
from counterfoil.portal.purchases.reading import sale_state

_USED: Final = 0.88
_DAYS: Final = 40
_FIRST: Final = (
    "Akal", "Asha", "Ebei", "Ekiru", "Fatuma", "Halima", "Ibrahim", "Lokai", "Lomuria", "Mariam",
    "Nakiru", "Nasike", "Ngikario", "Omar", "Samuel", "Sarah", "Tioko", "Yusuf", "Zeinab", "Zuhura",
)  # fmt: skip
_LAST: Final = (
    "Abdi", "Adan", "Ekal", "Ekuam", "Emuria", "Erupe", "Hussein", "Kamais", "Lobolia", "Lokolong",
    "Losike", "Maalim", "Nabuin", "Ngasike", "Noor", "Warsame",
)  # fmt: skip


def hand_out(desk: Desk, tills: Tills, order: Order, purchase: Purchase) -> None:
    """A list of people, sent on; where it was fetched, they go to the shops in the weeks after."""
    buyer, handover_id = distributor_of(desk, order.buyer), known_as(f"{order.name} handover")
    sale = sale_state(purchase)
    if sale is None:
        raise AssertionError(order.name)
    request = desk.request_by(buyer.person)
    begun = Begun(sale.lines[0].allocation_id, at_once=True, people=_people(order))
    begin_list(buyer, handover_id, begun)
    send_list(
        request,
        buyer,
        handover_id,
        leaves_out=False,
        file_kind=FileKind.CARDS,
        password=PASSWORD,
    )
    desk.end(handover_id)
    for _step in finish_handover(desk.connection, desk.issuer, handover_id):
        pass
    settle(desk.issuer_id, handover_id)
    if order.fetched:
        desk.clock.go_on(0.4)
        _fetch(desk, tills, order, buyer)


def _fetch(desk: Desk, tills: Tills, order: Order, buyer: Buyer) -> None:
    handover_id = known_as(f"{order.name} handover")
    cards = _taken_out(desk, buyer, handover_id)
    desk.end(uuid5(handover_id, "forget"))
    chance = random.Random(order.name)  # noqa: S311  # no secret
    for card in cards:
        if chance.random() < _USED:
            name = f"{order.name}/{card.face.serial}"
            tills.redeem_later(order.day - 2, name, card.number, "GROCERS", days=_DAYS)


@transaction.atomic
def _taken_out(desk: Desk, buyer: Buyer, handover_id: UUID) -> list[Card]:
    """Once; the second time nothing is there any more."""
    handover = HandoverList.objects.select_for_update().get(pk=handover_id)
    if handover.wrapped_key is None:
        return []
    place, wrapped = place_of(buyer), bytes(handover.wrapped_key)
    cards = cards_of(place, handover_id, unwrap_key(place, handover_id, PASSWORD, wrapped))
    handover.fetched_by, handover.fetched_at = buyer.actor, timezone.now()
    forget_numbers(desk.request_by(buyer.person), buyer, handover, "handover.fetched")
    return cards


def _people(order: Order) -> list[Called]:
    chance = random.Random(order.buyer)  # noqa: S311  # no secret
    initials = "".join(word[0] for word in order.buyer.split())[:2].upper()
    return [
        Called(f"{initials}-{number:04}", f"{chance.choice(_FIRST)} {chance.choice(_LAST)}")
        for number in range(1, order.people + 1)
    ]
