"""The lines of a purchase as both sides see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.money import Money
from counterfoil.portal.language import money_text
from counterfoil.portal.models import Purchase, PurchaseLine, PurchaseStatus
from counterfoil.portal.purchases.catalogue import FreeKey
from counterfoil.portal.purchases.reading import SaleState, SoldLine


@dataclass(frozen=True, slots=True)
class LineRow:
    """`free` is what is in stock for nobody else, where it was looked up."""

    line: PurchaseLine
    currency: str
    sold: SoldLine | None
    free: int | None = None

    @property
    def each(self) -> Money:
        return Money(self.line.amount_minor, self.currency)

    @property
    def each_text(self) -> str:
        return money_text(self.each)

    @property
    def together(self) -> Money:
        return self.each * self.line.quantity

    @property
    def short(self) -> int:
        """How many could not be held, or are not there to be held."""
        if self.sold is not None:
            return self.sold.missing
        return 0 if self.free is None else max(self.line.quantity - self.free, 0)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What of a purchase was not delivered, `face` in vouchers; `charged` is what the rest has
    cost with its commission, `back` what went back to the balance, `unpaid` what never came.
    """

    vouchers: int
    ordered: int
    face: Money
    charged: Money
    back: Money
    unpaid: Money


def shortfall(purchase: Purchase, sale: SaleState | None) -> Shortfall | None:
    """None where all was delivered, or nothing yet."""
    if purchase.status != PurchaseStatus.ALLOCATED or sale is None or not sale.missing:
        return None
    return Shortfall(
        sale.missing,
        sum(line.quantity for line in sale.lines),
        Money(sale.missing_minor, purchase.currency),
        Money(sale.spent_minor, purchase.currency),
        Money(sale.budget_minor - sale.spent_minor, purchase.currency),
        Money(sale.total_minor - sale.budget_minor, purchase.currency),
    )


def line_rows(
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    sale: SaleState | None,
    free: Mapping[FreeKey, int] | None = None,
) -> list[LineRow]:
    return [
        LineRow(
            line,
            purchase.currency,
            None if sale is None else sale.of_line(line.line),
            None
            if free is None
            else free.get((line.group_code, line.group_version, line.amount_minor), 0),
        )
        for line in lines
    ]
