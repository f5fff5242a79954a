"""Credits that nobody has recorded, each with whose it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.models import reference_of
from counterfoil.portal.orchestrator.banking.guessing import (
    Credit,
    Guess,
    Known,
    Payer,
    Sign,
    UnpaidPurchase,
    WaitingCommand,
    guess,
)
from counterfoil.portal.orchestrator.banking.lines import Line, lines_by_id
from counterfoil.portal.orchestrator.money import papers
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows

PURCHASES_MAX: Final = 1000
PAYERS_MAX: Final = 2000
_SIGNS: Final[Mapping[Sign, Promise]] = {
    Sign.WAITS: gettext_lazy("something waits for approval under this reference"),
    Sign.PROOF: gettext_lazy("the buyer's proof has this bank reference"),
    Sign.NUMBER: gettext_lazy("its number stands in what the payer wrote"),
    Sign.AMOUNT: gettext_lazy("it is of just this amount, and the payer's name fits"),
    Sign.NAME: gettext_lazy("the payer's name fits"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One of the things a credit can be recorded as; `url` leads to its form."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Proposed:
    line: Line
    guess: Guess | None
    likely: Way | None
    others: Sequence[Way]

    @property
    def key(self) -> Key:
        return (self.line.entry_id,)

    @property
    def whose(self) -> str:
        """What it may be, in words; empty where nobody can tell."""
        if self.guess is None:
            return ""
        if self.guess.purchase is not None:
            return (
                f"{reference_of(self.guess.purchase.number)} · {self.guess.purchase.organisation}"
            )
        return "" if self.guess.payer is None else self.guess.payer.name

    @property
    def because(self) -> Promise | str:
        return "" if self.guess is None else _SIGNS[self.guess.sign]

    @property
    def waits(self) -> bool:
        """Somebody has recorded it, and it waits for approval."""
        return self.guess is not None and self.guess.command is not None


def proposed_page(office: Office, wanted: Wanted) -> list[Proposed]:
    """Six queries at most."""
    asked = {"issuer_id": office.issuer_id, **wanted.after, "rows_max": wanted.rows_max}
    entry_ids = [entry_id for (entry_id,) in rows(__package__, "proposed", asked)]
    if not entry_ids:
        return []
    known = known_of(office)
    return [proposed_of(office, line, known) for line in lines_by_id(office, entry_ids)]


def proposed_of(office: Office, line: Line, known: Known) -> Proposed:
    found = guess(
        Credit(
            line.funding_account_id,
            line.amount_minor,
            line.bank_reference,
            line.payer_name,
            line.payer_reference,
            line.note,
        ),
        known,
    )
    deposit = Way(
        _("Record as a deposit"), _begun(office, line, "money-deposit", line.funding_account_id)
    )
    likely = None if found is None else _likely(office, line, found)
    return Proposed(line, found, likely or deposit, [] if likely is None else [deposit])


def known_of(office: Office) -> Known:
    """Three queries."""
    issuer_id = office.issuer_id
    purchases = rows(
        __package__, "purchases_unpaid", {"issuer_id": issuer_id, "rows_max": PURCHASES_MAX}
    )
    payers = rows(__package__, "payers", {"issuer_id": issuer_id, "rows_max": PAYERS_MAX})
    return Known(
        [
            WaitingCommand(each.command_id, each.funding_account_id, each.bank.reference)
            for each in papers.waiting(office)
            if each.bank is not None and not each.bank.is_out
        ],
        [UnpaidPurchase(*row) for row in purchases],
        [Payer(*row) for row in payers],
    )


def way_of_purchase(office: Office, line: Line, purchase: UnpaidPurchase) -> Way:
    return Way(
        _("Pays purchase %(number)s") % {"number": reference_of(purchase.number)},
        _begun(office, line, "purchase-pay", purchase.purchase_id),
    )


def way_of_payer(office: Office, line: Line, payer: Payer) -> Way:
    return Way(
        _("For the balance of %(name)s") % {"name": payer.name},
        _begun(
            office,
            line,
            "organisation-receive",
            payer.organisation_id,
            line.funding_account_id,
        ),
    )


def _likely(office: Office, line: Line, found: Guess) -> Way | None:
    if found.purchase is not None:
        return way_of_purchase(office, line, found.purchase)
    if found.payer is not None:
        return way_of_payer(office, line, found.payer)
    if found.command is not None:
        url = reverse("command", args=[office.code, found.command.command_id])
        return Way(_("Look at what waits"), url)
    return None


def _begun(office: Office, line: Line, page: str, *parts: object) -> str:
    """A form that begins with what the line says: its number alone stands in the address."""
    return f"{reverse(page, args=[office.code, *parts])}?line={line.entry_id}"
