"""Payout terms that apply, by the names of whose they are; and the days on which banks rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

from django.http import Http404

from counterfoil.engine.payouts.calendar import Cycle
from counterfoil.engine.payouts.terms import TermsDesign
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.orchestrator.payouts.schedule import (
    account_text,
    schedule_text,
    whose_text,
)
from counterfoil.portal.organisations.words import percent_text
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows

_NAMES: Final = [field.name for field in fields(TermsDesign) if field.name != "cycle"]


@dataclass(frozen=True, slots=True)
class TermsRow:
    """`programme` and `acceptor` are the names of whose they are; a funding account's own have
    neither, and always apply.
    """

    terms_id: int
    version: int
    next_cut_off_at: datetime | None
    funding_account: str
    currency: str
    programme: str | None
    acceptor: str | None
    design: TermsDesign

    @property
    def key(self) -> Key:
        return (self.terms_id,)

    @property
    def is_wide(self) -> bool:
        return self.design.programme_id is None and self.design.acceptor_id is None

    @property
    def of(self) -> str:
        return whose_text(self.funding_account, self.programme, self.acceptor)

    @property
    def when(self) -> str:
        return schedule_text(self.design, self.currency)

    @property
    def commission(self) -> str:
        return f"{percent_text(self.design.commission_points)} %"

    @property
    def minimum(self) -> Money:
        return Money(self.design.minimum_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.design.fee_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Matching:
    """The names of whose terms a design is of, and those that apply now, if any."""

    programme: str | None
    acceptor: str | None
    now: TermsRow | None


@dataclass(frozen=True, slots=True)
class BankDays:
    """`rest_days` are of the week, Monday is 1; `holidays` are named."""

    rest_days: Sequence[int]
    holidays: Mapping[date, str]


def terms_page(office: Office, wanted: Wanted) -> list[TermsRow]:
    return _read(office, {**wanted.parameters, "terms_id": None})


def terms_of(office: Office, terms_id: int) -> TermsRow:
    """Raises Http404 where they do not apply (any more)."""
    found = terms_named(office, terms_id)
    if not found:
        raise Http404
    return found[0]


def terms_named(office: Office, terms_id: int) -> list[TermsRow]:
    """Those with that id, or none."""
    return _read(office, {"terms_id": terms_id, "after_terms": 0, "rows_max": 1})


def first_terms(office: Office, rows_max: int) -> list[TermsRow]:
    return _read(office, {"terms_id": None, "after_terms": 0, "rows_max": rows_max})


def terms_of_programme(office: Office, code: str) -> TermsRow:
    """Those there are, or new ones that begin as the funding account's own. Raises Http404."""
    return _beside(office, {"code": code, "funding_account_id": None, "acceptor_id": None})


def terms_of_merchant(
    office: Office, funding_account_id: int, acceptor_id: int, name: str
) -> TermsRow:
    """The same, of a merchant that there is. Raises Http404."""
    whose = {"funding_account_id": funding_account_id, "acceptor_id": acceptor_id}
    found = _beside(office, {"code": None, **whose})
    return replace(found, acceptor=name)


def _beside(office: Office, whose: dict[str, Any]) -> TermsRow:
    found = rows(__package__, "terms_beside", {**whose, "issuer_id": office.issuer_id})
    if not found:
        raise Http404
    wide_id, own_id, programme_id, programme = found[0]
    if own_id is not None:
        return terms_of(office, own_id)
    wide = terms_of(office, wide_id)
    design = replace(wide.design, programme_id=programme_id, acceptor_id=whose["acceptor_id"])
    return replace(
        wide, terms_id=0, version=0, next_cut_off_at=None, programme=programme, design=design
    )


def terms_matching(office: Office, design: TermsDesign) -> Matching:
    """Two queries."""
    asked = {
        "issuer_id": office.issuer_id,
        "funding_account_id": design.funding_account_id,
        "programme_id": design.programme_id,
        "acceptor_id": design.acceptor_id,
    }
    programme, acceptor, terms_id = rows(__package__, "terms_matching", asked)[0]
    return Matching(programme, acceptor, terms_id and terms_of(office, terms_id))


def programmes_paid(office: Office) -> list[tuple[str, str]]:
    """Codes and names of programmes, by name."""
    found = rows(__package__, "programmes_paid", {"issuer_id": office.issuer_id})
    return [(code, f"{name} ({code})") for code, name in found]


def bank_days(issuer_id: int) -> BankDays:
    found = rows(__package__, "bank_days_named", {"issuer_id": issuer_id})
    rest_days, holidays, names = found[0] if found else ([], [], [])
    return BankDays(rest_days, dict(zip(holidays, names, strict=True)))


def _read(office: Office, asked: dict[str, Any]) -> list[TermsRow]:
    found = rows(__package__, "terms_named", {**asked, "issuer_id": office.issuer_id})
    return [_row(*row) for row in found]


def _row(  # the terms, their account's parts, their programme's and acceptor's names, the design
    terms_id: int,
    version: int,
    next_cut_off_at: datetime | None,
    name: str,
    fsp: str,
    account: str,
    currency: str,
    programme: str | None,
    acceptor: str | None,
    cycle: str,
    *rest: Any,  # noqa: ANN401  # columns of a row
) -> TermsRow:
    design = TermsDesign(cycle=Cycle(cycle), **dict(zip(_NAMES, rest, strict=True)))
    return TermsRow(
        terms_id,
        version,
        next_cut_off_at,
        account_text(name, fsp, account, currency),
        currency,
        programme,
        acceptor,
        design,
    )
