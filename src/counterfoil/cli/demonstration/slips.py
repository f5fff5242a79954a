"""What the bank of the demonstration says it was paid, over some months."""

from dataclasses import dataclass
from typing import Final

from counterfoil.cli.demonstration import cast
from counterfoil.money import Money


@dataclass(frozen=True, slots=True)
class Slip:
    """To which account, how many days ago, how much, under which reference, and by whom."""

    account: str
    days: int
    amount_minor: int
    reference: str
    payer: str

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, cast.CURRENCY)


_MAIN, _BURSARIES = cast.FUNDING_ACCOUNT, cast.BURSARY_ACCOUNT
COLLECTION: Final = Slip(_MAIN, 47, 350_000_00, "COLL-2291", "Collection among the county's staff")
SLIPS: Final = (
    Slip(_MAIN, 87, 12_500_000_00, "NDF/2026/0117", "National Drought Fund, first tranche"),
    Slip(_BURSARIES, 66, 9_000_000_00, "BUR-T3-0042", "County bursaries, term 3"),
    Slip(_MAIN, 61, 8_400_000_00, "NDF/2026/0163", "National Drought Fund, second tranche"),
    COLLECTION,
    Slip(_BURSARIES, 30, 5_200_000_00, "BUR-T3-0058", "County bursaries, term 3, second part"),
    Slip(_MAIN, 19, 6_250_000_00, "NDF/2026/0204", "National Drought Fund, third tranche"),
)
# At the bank already, and not agreed to yet.
WAITS: Final = Slip(
    _MAIN, 1, 5_000_000_00, "NDF/2026/0231", "National Drought Fund, fourth tranche"
)
