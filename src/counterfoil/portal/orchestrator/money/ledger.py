"""Where the money of each funding account is: balances from the ledger, and a picture of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.chart import AccountKind
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.pictures import Bar, bar
from counterfoil.portal.queries import rows
from counterfoil.portal.words import account_word

_SHOWN_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One place where money of a funding account is."""

    kind: AccountKind
    money: Money

    @property
    def name(self) -> Promise:
        return account_word(self.kind)

    @property
    def note(self) -> Promise:
        return _NOTES[self.kind]

    @property
    def page(self) -> str:
        """The name of the page with the rows behind it; empty where there is none."""
        return _PAGES.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class FundingAccount:
    """`received_minor` and `sent_minor` are what ever came in and went out."""

    funding_account_id: int
    name: str
    fsp: str
    account: str
    currency: str
    received_minor: int
    sent_minor: int
    available_minor: int
    earmarked_minor: int
    reserved_minor: int
    payable_minor: int
    in_transit_minor: int
    customer_minor: int
    fees_minor: int
    breakage_minor: int
    incentives_minor: int

    @property
    def subject(self) -> str:
        """As commands and the journal name it."""
        return f"funding:{self.funding_account_id}"

    @property
    def shown(self) -> str:
        """As pages name it: by its name, else by where it is and the end of its number."""
        return self.name or f"{self.fsp} · {short_number(self.account)} · {self.currency}"

    @property
    def in_full(self) -> str:
        """With its provider and its whole number."""
        where = f"{self.fsp} {self.account}"
        return f"{self.name} · {where}" if self.name else where

    @property
    def funding(self) -> Money:
        return self._money(self.received_minor - self.sent_minor)

    @property
    def received(self) -> Money:
        return self._money(self.received_minor)

    @property
    def sent(self) -> Money:
        return self._money(self.sent_minor)

    @property
    def available(self) -> Money:
        return self._money(self.available_minor)

    @property
    def in_vouchers(self) -> Money:
        return self._money(self.reserved_minor + self.earmarked_minor)

    @property
    def owed(self) -> Money:
        return self._money(self.payable_minor)

    @property
    def parts(self) -> Sequence[Part]:
        """All of what is in it, and whose it is. Together they are the funding balance."""
        amounts = {
            AccountKind.AVAILABLE: self.available_minor,
            AccountKind.EARMARKED: self.earmarked_minor,
            AccountKind.RESERVED: self.reserved_minor,
            AccountKind.PAYABLE: self.payable_minor,
            AccountKind.IN_TRANSIT: self.in_transit_minor,
            AccountKind.CUSTOMER: self.customer_minor,
            AccountKind.INCENTIVES: self.incentives_minor,
            AccountKind.FEES: self.fees_minor,
            AccountKind.BREAKAGE: self.breakage_minor,
        }
        return [
            Part(kind, self._money(amount_minor))
            for kind, amount_minor in amounts.items()
            if amount_minor or kind in _ALWAYS
        ]

    @property
    def bar(self) -> Bar:
        return bar([(part.kind.word, part.money.amount_minor) for part in self.parts])

    @property
    def adds_up(self) -> bool:
        total_minor = sum(part.money.amount_minor for part in self.parts)
        return total_minor == self.funding.amount_minor

    def _money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.currency)


def funding_accounts(office: Office) -> list[FundingAccount]:
    return _read(office, None)


def funding_account(office: Office, funding_account_id: int) -> FundingAccount:
    """Raises Http404."""
    found = _read(office, funding_account_id)
    if not found:
        raise Http404
    return found[0]


def short_number(account: str) -> str:
    """The last four digits of an account number; what does not end in digits as it is."""
    end = account[-_SHOWN_DIGITS:]
    return f"••{end}" if len(end) == _SHOWN_DIGITS and end.isdigit() else account


def page_address(page: str, office: Office, *more: object) -> str:
    """Empty for a page that this portal does not have."""
    try:
        return reverse(page, args=(office.code, *more))
    except NoReverseMatch:
        return ""


def _read(office: Office, funding_account_id: int | None) -> list[FundingAccount]:
    found = rows(
        __package__,
        "accounts",
        {"issuer_id": office.issuer_id, "funding_account_id": funding_account_id},
    )
    return [FundingAccount(*row) for row in found]


_NOTES: Final[Mapping[AccountKind, Promise]] = {
    AccountKind.AVAILABLE: _("promised to nobody: can become vouchers, or leave"),
    AccountKind.EARMARKED: _("stock that is not complete yet"),
    AccountKind.RESERVED: _("in stock or in people's hands, not redeemed yet"),
    AccountKind.PAYABLE: _("earned by merchants and agents, not paid out yet"),
    AccountKind.IN_TRANSIT: _("sent to merchants, not confirmed yet"),
    AccountKind.CUSTOMER: _("paid in by organisations, not spent yet"),
    AccountKind.INCENTIVES: _("promised to merchants and agents"),
    AccountKind.FEES: _("kept by you"),
    AccountKind.BREAKAGE: _("of vouchers that were never redeemed"),
}
_ALWAYS: Final = {AccountKind.AVAILABLE, AccountKind.RESERVED, AccountKind.PAYABLE}
_PAGES: Final = {
    AccountKind.EARMARKED: "stock",
    AccountKind.RESERVED: "vouchers",
    AccountKind.PAYABLE: "merchants",
}
