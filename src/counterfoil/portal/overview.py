"""What the home page shows of an issuer: read with the portal's role, from the engine's tables."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel.numbers import format_currency
from django.db import connection
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from counterfoil.money import decimal_text
from counterfoil.portal.models import Person, RoleAssignment
from counterfoil.statements import statement
from counterfoil.voucher import State

_NUMBER: Final = "#,##0.00"  # CLDR's pattern; the currency decides the digits after the point
_TONES: Final = {
    State.ACTIVE: "good",
    State.REDEEMED: "good",
    State.PREACTIVATED: "wait",
    State.REDEEMING: "wait",
    State.SUSPENDED: "wait",
    State.BLOCKED: "bad",
    State.CANCELLED: "bad",
    State.EXPIRED: "bad",
}
_WORDS: Final = {
    State.STOCKED: _("In stock"),
    State.PREACTIVATED: _("Pre-activated"),
    State.ACTIVE: _("Active"),
    State.REDEEMING: _("Being paid"),
    State.REDEEMED: _("Redeemed"),
    State.SUSPENDED: _("Suspended"),
    State.BLOCKED: _("Blocked"),
    State.CANCELLED: _("Cancelled"),
    State.EXPIRED: _("Expired"),
    State.PURGED: _("Purged"),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one currency, as people write amounts."""

    currency: str
    available: str
    reserved: str
    redeemed: str
    payable: str


@dataclass(frozen=True, slots=True)
class StockLine:
    """Vouchers of one group in one state, and what they are worth together."""

    group: str
    state: str
    tone: str
    vouchers: int
    value: str
    currency: str


@dataclass(frozen=True, slots=True)
class Overview:
    code: str
    name: str
    balances: list[Balance]
    stock: list[StockLine]


def overviews(person: Person) -> list[Overview]:
    """Of the issuers this person has a role for, by code."""
    roles = list(RoleAssignment.objects.filter(person=person).values_list("issuer_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            statement(__package__, "issuers").decode(),
            {"sees_all": None in roles, "issuer_ids": [each for each in roles if each is not None]},
        )
        issuers = cursor.fetchall()
    return [
        Overview(code, name, _balances(issuer_id), _stock(issuer_id))
        for issuer_id, code, name in issuers
    ]


def _balances(issuer_id: int) -> list[Balance]:
    with connection.cursor() as cursor:
        cursor.execute(statement(__package__, "balances").decode(), {"issuer_id": issuer_id})
        return [
            Balance(currency, *(_amount(int(each), currency) for each in amounts))
            for currency, *amounts in cursor.fetchall()
        ]


def _stock(issuer_id: int) -> list[StockLine]:
    with connection.cursor() as cursor:
        cursor.execute(statement(__package__, "stock").decode(), {"issuer_id": issuer_id})
        return [
            StockLine(
                group,
                str(_WORDS[State(state)]),
                _TONES.get(State(state), ""),
                int(vouchers),
                _amount(int(value_minor), currency),
                currency,
            )
            for group, currency, state, vouchers, value_minor in cursor.fetchall()
        ]


def _amount(amount_minor: int, currency: str) -> str:
    """As people write it in the language of the page; the currency stands beside it."""
    value = Decimal(decimal_text(amount_minor, currency))
    locale = to_locale(get_language() or "en")
    return format_currency(value, currency, _NUMBER, locale=locale)
