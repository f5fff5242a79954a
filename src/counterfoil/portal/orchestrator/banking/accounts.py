"""How each funding account stands at its bank, at a glance; and the files that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.engine.banking.reading import (
    FileRow,
    Standing,
    files_page,
    refused_files_page,
    standings,
)
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.banking.file_refusals import file_refusal_text
from counterfoil.portal.orchestrator.banking.words import file_kind
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.words import Word

FILES_SHOWN: Final = 10
_NO_STATEMENT: Final = Word(_("No statement yet"))
_DIFFERS: Final = Word(_("Differs"), "bad")
_AGREES: Final = Word(_("Agrees"), "good")
_TO_LOOK_AT: Final = Word(_("To look at"), "wait")


@dataclass(frozen=True, slots=True)
class ToDo:
    """What somebody has to look at; `oldest` is the day of the oldest credit not recorded."""

    differences: int = 0
    proposed: int = 0
    proposed_minor: int = 0
    oldest: date | None = None


_NOTHING: Final = ToDo()


@dataclass(frozen=True, slots=True)
class AtBank:
    """A funding account; `standing` is None where no statement was read yet."""

    account: FundingAccount
    standing: Standing | None
    to_do: ToDo

    @property
    def state(self) -> Word:
        if self.standing is not None and not self.standing.agrees:
            return _DIFFERS
        if self.to_do.differences:
            return _TO_LOOK_AT
        return _NO_STATEMENT if self.standing is None else _AGREES

    @property
    def difference(self) -> Money:
        """How much more the bank has than it should."""
        if self.standing is None:
            return self.money(0)
        return self.money(self.standing.closing_minor - self.standing.expected_minor)

    @property
    def difference_text(self) -> str:
        return money_text(self.difference)

    @property
    def not_at_bank(self) -> Money:
        """What it takes from what the bank should have."""
        return self.money(0 if self.standing is None else -self.standing.not_at_bank_minor)

    @property
    def proposed(self) -> Money:
        return self.money(self.to_do.proposed_minor)

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.account.currency)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file, who brought it, and in the language of the page why it was refused."""

    row: FileRow
    by: str

    @property
    def kind(self) -> Promise | str:
        return file_kind(self.row.kind)

    @property
    def why(self) -> str:
        return file_refusal_text(self.row.why_refused)


def at_bank(office: Office, accounts: Sequence[FundingAccount]) -> list[AtBank]:
    """Two queries."""
    issuer_id = office.issuer_id
    found: Mapping[int, Standing] = {
        each.funding_account_id: each for each in standings(engine_connection(), issuer_id)
    }
    to_do = {row[0]: ToDo(*row[1:]) for row in rows(__package__, "to_do", {"issuer_id": issuer_id})}
    return [
        AtBank(
            each,
            found.get(each.funding_account_id),
            to_do.get(each.funding_account_id, _NOTHING),
        )
        for each in accounts
    ]


def files_lately(office: Office) -> tuple[list[FileLine], list[FileLine]]:
    """Those taken in and those refused, the latest first. Three queries."""
    engine = engine_connection()
    taken = files_page(engine, office.issuer_id, rows_max=FILES_SHOWN)
    refused = refused_files_page(engine, office.issuer_id, rows_max=FILES_SHOWN)
    names = names_of(each.by for each in [*taken, *refused])
    return (
        [FileLine(each, names[each.by]) for each in taken],
        [FileLine(each, names[each.by]) for each in refused],
    )
