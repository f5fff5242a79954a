"""Whether a voucher's redemption can be taken back, and what that does."""

from dataclasses import dataclass
from datetime import datetime

from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.queries import rows
from counterfoil.voucher import Action


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption that was not paid at once; `run_id` of the payout that paid it, if one has."""

    at: datetime
    acceptor_id: int
    acceptor: str
    money: Money
    refunded_at: datetime | None
    run_id: int | None

    @property
    def is_refunded(self) -> bool:
        return self.refunded_at is not None


def redeemed_of(office: Office, serial: int) -> Redeemed | None:
    """None of a voucher that is not redeemed, or was paid at once."""
    found = rows(
        __package__,
        "redemption_to_refund",
        {"issuer_id": office.issuer_id, "serial": serial, "redeem": int(Action.REDEEM)},
    )
    if not found:
        return None
    at, acceptor_id, acceptor, amount_minor, currency, refunded_at, run_id = found[0]
    return Redeemed(at, acceptor_id, acceptor, Money(amount_minor, currency), refunded_at, run_id)
