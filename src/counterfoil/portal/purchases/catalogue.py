"""What is on sale, and how much of it is free."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from counterfoil.money import Money
from counterfoil.portal.queries import rows

OFFERED_MAX: Final = 200
_FEW: Final = 100  # where the voucher itself says no level
FreeKey = tuple[str, int, int]  # a group's code, its version, an amount


@dataclass(frozen=True, slots=True)
class Offered:
    """A voucher on sale, in its current version."""

    group_id: int
    code: str
    version: int
    name: str
    description: str
    picture: str | None
    denominations: list[int]
    valid_for_days: int | None
    valid_until: datetime | None
    unused_value: str
    restock_level: int | None
    accepts: str
    programme: str
    funding_account_id: int
    currency: str

    @property
    def amounts(self) -> list[Money]:
        return [Money(amount, self.currency) for amount in sorted(self.denominations)]

    def stock_word(self, free: int) -> str:
        """`none`, `few` or `yes`."""
        if free <= 0:
            return "none"
        return "few" if free < (self.restock_level or _FEW) else "yes"


def offered(issuer_id: int) -> list[Offered]:
    found = rows(__package__, "catalogue", {"issuer_id": issuer_id, "rows_max": OFFERED_MAX})
    return [Offered(*row) for row in found]


def free_stock(issuer_id: int, codes: Iterable[str]) -> Mapping[FreeKey, int]:
    """Of those groups, by version and amount; what is not named has none."""
    found = rows(__package__, "free_stock", {"issuer_id": issuer_id, "codes": sorted(set(codes))})
    return {(code, version, amount): vouchers for code, version, amount, vouchers in found}
