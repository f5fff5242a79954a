"""Telling merchants and organisations what was redeemed on a day, once it is over and counted."""

from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from counterfoil.engine.figures.several import folded
from counterfoil.portal.notifications.following import issuers
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.queries import engine_connection, rows


def tell_redemptions() -> None:
    """Of yesterday; figures are by the day in UTC."""
    today = datetime.now(UTC).date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for issuer_id in issuers():
        done = folded(engine_connection(), issuer_id)
        if done.is_all or (done.until is not None and done.until >= midnight):
            tell_redemptions_of(issuer_id, today - timedelta(days=1))


@transaction.atomic
def tell_redemptions_of(issuer_id: int, day: date) -> None:
    """Whoever was told of that day is not told again."""
    for kind, place_id, currency, vouchers, amount_minor in rows(
        __package__, "redeemed_on", {"issuer_id": issuer_id, "day": day}
    ):
        notify(
            "redemption",
            issuer_id=issuer_id,
            subject=f"{kind}:{place_id}",
            key=f"{day.isoformat()} {currency}",
            acceptor_id=place_id if kind == "acceptor" else None,
            organisation_id=place_id if kind == "organisation" else None,
            parameters=Parameters(count=vouchers, amount_minor=amount_minor, currency=currency),
        )
