"""Which country a form offers first: the only one whose money the issuer has, if it is."""

from babel.core import get_global

from counterfoil.portal.merchants.checks import COUNTRIES
from counterfoil.portal.queries import rows


def likely_country(issuer_id: int) -> str:
    """Empty where the money does not tell."""
    currencies = {
        currency for (currency,) in rows(__package__, "currencies", {"issuer_id": issuer_id})
    }
    found = {
        territory
        for territory, used in get_global("territory_currencies").items()
        if territory in COUNTRIES and any(_is_money_now(each, currencies) for each in used)
    }
    return found.pop() if len(found) == 1 else ""


def _is_money_now(used: tuple[str, object, object, bool], currencies: set[str]) -> bool:
    """CLDR: the currency, from when, until when, and whether people pay with it."""
    currency, _since, until, is_tender = used
    return currency in currencies and until is None and is_tender
