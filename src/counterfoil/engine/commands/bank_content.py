"""What can be asked about the books and the bank: what does not agree, what is closed."""

from datetime import date

from counterfoil.engine.banking.deposit_rules import DepositRule
from counterfoil.engine.banking.resolving import How
from counterfoil.engine.commands.asking import AmountContent, Content


class ResolveException(AmountContent, frozen=True, kw_only=True, tag="resolve_exception"):
    """A difference brought to its end; `how` is one of those that its kind has. What it is about
    is shown as it was; money that moves is an operation of its own.
    """

    exception_id: int
    exception_kind: str
    about: str
    how: How
    amount_minor: int
    currency: str

    @property
    def subject(self) -> str:
        return f"exception:{self.exception_id}"


class ClosePeriod(Content, frozen=True, kw_only=True, tag="close_period"):
    """Up to the end of a day, in UTC."""

    through: date

    @property
    def subject(self) -> str:
        return f"period:{self.through}"


class SetDepositRules(Content, frozen=True, kw_only=True, tag="set_deposit_rules"):
    """All rules, in place of those there are."""

    rules: tuple[DepositRule, ...]

    @property
    def subject(self) -> str:
        return "settings"
