"""The pages of what vouchers were sold for: empty where this portal has none."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse

from counterfoil.portal.access import Office


def purchase_url(office: Office, purchase_id: UUID | str | None) -> str:
    return "" if purchase_id is None else _url("purchase", office, purchase_id)


def organisation_url(office: Office, organisation_id: int | None) -> str:
    return "" if organisation_id is None else _url("organisation", office, organisation_id)


def _url(name: str, office: Office, key: object) -> str:
    try:
        return reverse(name, args=[office.code, key])
    except NoReverseMatch:
        return ""
