"""Redemptions as they happen, on a page: the latest rendered here, the others by live.js.

    {% include "portal/parts/live.html" %}   with `live` = office_part, shop_part or buyer_part
    an address of the page's place           answers with a ticket, in a cookie for /live alone

The script asks for the ticket again every minute, by an address that looks at the session and the
roles: who may not see them any more gets none, and the stream ends. Without the script a page
simply shows the latest ones. The API answers `/live`, under the same name (api/live.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from counterfoil.engine.figures.following import Names, latest_redemptions, learn_names
from counterfoil.keys.live_tickets import TICKET_SECONDS, Audience, AudienceKind, new_ticket
from counterfoil.money import Money
from counterfoil.portal.access import (
    BUYERS,
    EVERYONE,
    OWNS,
    Buyer,
    Office,
    Shop,
    buyer_page,
    office_page,
    shop_page,
)
from counterfoil.portal.actions import seals
from counterfoil.portal.queries import engine_connection

_STREAM: Final = "/live/redemptions"
_COOKIE_PATH: Final = "/live"


@dataclass(frozen=True, slots=True)
class LiveRow:
    id: int
    at: datetime
    serial: int
    name: str
    acceptor: str
    acceptor_id: int | None
    money: Money


@dataclass(frozen=True, slots=True)
class LivePart:
    """`voucher` and `merchant` are addresses that end with a serial and an id, where this place
    has pages about them. `names_acceptors`: they are of more than one.
    """

    stream: str
    ticket: str
    zone: str
    names_acceptors: bool
    rows: list[LiveRow]
    voucher: str = ""
    merchant: str = ""


def office_part(office: Office) -> LivePart:
    audience = Audience(office.issuer_id, AudienceKind.ISSUER)
    return _part(
        audience,
        reverse("live", args=[office.code]),
        voucher=reverse("voucher", args=[office.code, 1]).removesuffix("1"),
        merchant=reverse("merchant", args=[office.code, 1]).removesuffix("1"),
    )


def shop_part(shop: Shop) -> LivePart:
    audience = Audience(shop.issuer_id, AudienceKind.ACCEPTOR, shop.acceptor_id)
    return _part(audience, reverse("shop-live", args=[shop.code, shop.acceptor_id]))


def buyer_part(buyer: Buyer) -> LivePart:
    """Of the vouchers it bought, wherever they are redeemed."""
    audience = Audience(buyer.issuer_id, AudienceKind.ORGANISATION, buyer.organisation_id)
    place = [buyer.code, buyer.organisation_id]
    voucher = reverse("buyer-voucher", args=[*place, 1]).removesuffix("1")
    return _part(audience, reverse("buyer-live", args=place), voucher=voucher)


@require_safe
@office_page(sees=EVERYONE)
def office_ticket(_request: HttpRequest, office: Office) -> HttpResponse:
    return _ticket(Audience(office.issuer_id, AudienceKind.ISSUER))


@require_safe
@shop_page(sees=OWNS)
def shop_ticket(_request: HttpRequest, shop: Shop) -> HttpResponse:
    return _ticket(Audience(shop.issuer_id, AudienceKind.ACCEPTOR, shop.acceptor_id))


@require_safe
@buyer_page(sees=BUYERS)
def buyer_ticket(_request: HttpRequest, buyer: Buyer) -> HttpResponse:
    return _ticket(Audience(buyer.issuer_id, AudienceKind.ORGANISATION, buyer.organisation_id))


def _ticket(audience: Audience) -> HttpResponse:
    answer = HttpResponse(status=204)
    answer.set_cookie(
        audience.cookie,
        new_ticket(seals(), audience),
        max_age=TICKET_SECONDS,
        path=_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return answer


def _part(audience: Audience, ticket: str, *, voucher: str = "", merchant: str = "") -> LivePart:
    return LivePart(
        f"{_STREAM}?of={audience.name}",
        ticket,
        timezone.get_current_timezone_name(),
        audience.kind is not AudienceKind.ACCEPTOR,
        _latest(audience),
        voucher,
        merchant,
    )


def _latest(audience: Audience) -> list[LiveRow]:
    engine, issuer_id, names = engine_connection(), audience.issuer_id, Names()
    kind, subject_id = audience.kind, audience.subject_id
    found = latest_redemptions(
        engine,
        issuer_id,
        acceptor_id=subject_id if kind is AudienceKind.ACCEPTOR else None,
        organisation_id=subject_id if kind is AudienceKind.ORGANISATION else None,
    )
    learn_names(engine, issuer_id, names, found)
    return [
        LiveRow(
            each.operation_id,
            each.at,
            each.serial,
            names.groups[each.group_id][1],
            names.acceptors.get(each.acceptor_id or 0, ""),
            each.acceptor_id,
            Money(each.amount_minor, names.currencies[each.funding_account_id]),
        )
        for each in found
    ]
