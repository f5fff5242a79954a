"""What can be asked about the money that there is: in, out, and turned into stock."""

from datetime import date
from typing import ClassVar

from counterfoil.engine.commands.asking import AmountContent, Content
from counterfoil.money import Money


class Deposit(AmountContent, frozen=True, kw_only=True, tag="deposit"):
    """`reference` is the bank's; `evidence` the digest of the paper that shows it, if any."""

    funding_account_id: int
    amount_minor: int
    currency: str
    reference: str
    value_date: date | None = None
    evidence: str | None = None

    @property
    def subject(self) -> str:
        return f"funding:{self.funding_account_id}"


class Withdraw(AmountContent, frozen=True, kw_only=True, tag="withdraw"):
    funding_account_id: int
    amount_minor: int
    currency: str
    reference: str

    @property
    def subject(self) -> str:
        return f"funding:{self.funding_account_id}"


class OpenFundingAccount(Content, frozen=True, kw_only=True, tag="open_funding_account"):
    fsp: str
    account: str
    currency: str
    name: str = ""

    @property
    def subject(self) -> str:
        return "funding:new"


class ProvisionStock(Content, frozen=True, kw_only=True, tag="provision"):
    """From the version that was shown; if another is published meanwhile, it is refused."""

    group: str
    group_version: int
    amount_minor: int
    currency: str
    count: int

    @property
    def subject(self) -> str:
        return f"group:{self.group}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor * self.count, self.currency)


class TurnProvision(Content, frozen=True, kw_only=True, tag="turn_provision"):
    """Pause the stock of one provision, or resume it."""

    approvals: ClassVar[int] = 0

    provision_id: int
    paused: bool

    @property
    def subject(self) -> str:
        return f"provision:{self.provision_id}"
