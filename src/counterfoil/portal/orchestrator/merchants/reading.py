"""What the pages of merchants read of the engine, always by key or along an index."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404

from counterfoil.engine.catalogue import Acceptor
from counterfoil.money import NO_CURRENCY, Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.reading import status_word
from counterfoil.portal.models import MerchantProfile, Origin
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.merchants.answers import Answer
from counterfoil.portal.pager import Key
from counterfoil.portal.payouts.earned import Earned, rule_of
from counterfoil.portal.queries import rows
from counterfoil.portal.words import Word, acceptor_status

LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)
LAST_ID: Final = UUID(int=2**128 - 1)
LAST_ACCEPTOR: Final = 2**31 - 1
BY_NAME: Final = "name"
NEWEST: Final = "newest"
OWED: Final = "owed"


@dataclass(frozen=True, slots=True)
class MerchantRow:
    """A line of the list: one that is registered, or an application."""

    name: str
    key: str
    kind: str
    status: str
    acceptor_id: int | None
    profile_id: UUID | None
    groups: Sequence[str]
    origin: str | None
    payouts_held: bool
    next_from: datetime | None

    @property
    def state(self) -> Word:
        if self.acceptor_id is None:
            return status_word(self.status)
        return acceptor_status("draft" if self.status == "in_review" else self.status)

    @property
    def is_agent(self) -> bool:
        return self.kind == "agent"

    @property
    def came(self) -> str:
        return str(Origin(self.origin).label) if self.origin else ""


@dataclass(frozen=True, slots=True)
class Owed:
    """In one currency. What was paid at once went straight to the account and is not in here; of
    what was earned, commission and fees were kept, and some may be on its way.
    """

    acceptor_id: int
    currency: str
    owed_minor: int
    earned_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class UsedToday:
    currency: str
    amount_minor: int
    vouchers: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`currency` is the one that limits are shown in; `today` is counted where there is a limit."""

    owed: Sequence[Owed]
    today: Sequence[UsedToday]
    currency: str
    owners: int
    earned: Sequence[Earned]  # by rules, and not paid yet
    answer: Answer | None  # of its account as it is
    groups: Mapping[str, str]  # their names by their codes


@dataclass(frozen=True, slots=True)
class GroupRow:
    code: str
    name: str
    members: int
    approved: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Another that has the same account or tax number."""

    why: str
    name: str
    acceptor_id: int | None


@dataclass(frozen=True, slots=True)
class MerchantLine:
    """One of the list, with the names of its groups, what it is owed and how it came."""

    row: MerchantRow
    groups: Sequence[str]
    owed: Sequence[Owed]
    made_by: str
    key: Key


def merchants_page(office: Office, asked: Wanted) -> list[MerchantLine]:
    """Four queries."""
    escaped = (asked.filters["text"] or "").lower().translate({ord(c): f"\\{c}" for c in "\\%_"})
    parameters = {
        **asked.parameters,
        "issuer_id": office.issuer_id,
        "status": asked.filters["status"] or "",
        "kind": asked.filters["kind"] or "",
        "member_of": asked.filters["group"] or "",
        "name_like": f"%{escaped}%",
    }
    found = [_read(row, asked.sort) for row in rows(__package__, _PAGES[asked.sort], parameters)]
    merchants = [row for row, _key in found]
    codes = {code for row in merchants for code in row.groups}
    names = group_names(office, codes)
    registered = [row.acceptor_id for row in merchants if row.acceptor_id is not None]
    money: dict[int, list[Owed]] = {}
    for each in owed(office.issuer_id, registered):
        money.setdefault(each.acceptor_id, []).append(each)
    bare = [row.acceptor_id for row in merchants if row.acceptor_id and row.profile_id is None]
    made_by = makers(office, bare)
    return [
        MerchantLine(
            row,
            [names[code] for code in row.groups],
            money.get(row.acceptor_id or 0, []),
            made_by.get(row.acceptor_id or 0, ""),
            key,
        )
        for row, key in found
    ]


_PAGES: Final = {
    BY_NAME: "merchants_by_name",
    NEWEST: "merchants_newest",
    OWED: "merchants_by_owed",
}


def _read(row: tuple[Any, ...], sort: str) -> tuple[MerchantRow, Key]:
    """With its key in that order."""
    if sort == BY_NAME:
        merchant = MerchantRow(*row)
        return merchant, (merchant.name, merchant.key)
    *columns, number = row
    merchant = MerchantRow(*columns)
    return merchant, _newest_key(merchant, number) if sort == NEWEST else (number, merchant.key)


def _newest_key(row: MerchantRow, created_at: datetime | None) -> Key:
    """Applications come first: after one that is registered, none follows."""
    if row.acceptor_id is not None:
        return datetime(1, 1, 1, tzinfo=UTC), UUID(int=0), row.acceptor_id
    return created_at or LATEST, row.profile_id or LAST_ID, LAST_ACCEPTOR


def owed(issuer_id: int, acceptor_ids: Iterable[int]) -> list[Owed]:
    asked = {"issuer_id": issuer_id, "acceptor_ids": list(acceptor_ids)}
    return [Owed(*row) for row in rows(__package__, "owed", asked)]


def makers(office: Office, acceptor_ids: Iterable[int]) -> dict[int, str]:
    """Who registered them, by name; of those that came many at once nobody is known."""
    subjects = {f"acceptor:{acceptor_id}": acceptor_id for acceptor_id in acceptor_ids}
    if not subjects:
        return {}
    asked = {"issuer_id": office.issuer_id, "subjects": list(subjects)}
    found = dict(rows(__package__, "makers", asked))
    names = names_of(found.values())
    return {subjects[subject]: names[actor] for subject, actor in found.items()}


def merchant_of(issuer_id: int, acceptor_id: int) -> tuple[Acceptor, UUID | None]:
    """And the key of its profile, if it has one. Raises Http404."""
    asked = {"issuer_id": issuer_id, "acceptor_id": acceptor_id}
    found = rows(__package__, "merchant", asked)
    if not found:
        raise Http404
    *columns, profile_id = found[0]
    columns[5] = frozenset(columns[5])
    return Acceptor(*columns), profile_id


def bank_now(acceptor: Acceptor) -> Bank:
    return Bank(acceptor.scheme, acceptor.fsp, acceptor.account)


def bank_next(acceptor: Acceptor) -> Bank | None:
    waiting = acceptor.next_bank
    return None if waiting is None else Bank(waiting.scheme, waiting.fsp, waiting.account)


def figures(issuer_id: int, acceptor_id: int) -> Figures:
    asked = {"issuer_id": issuer_id, "acceptor_id": acceptor_id}
    found: dict[str, list[tuple[Any, ...]]] = {}
    for what, *row in rows(__package__, "figures", asked):
        found.setdefault(what, []).append(tuple(row))
    currencies = [currency for currency, *_rest in found.get("currency", [])]
    answers = [
        Answer(status, asked_at, None if matches is None else bool(matches))
        for _currency, matches, _two, _three, status, asked_at, _rule in found.get("answer", [])
    ]
    return Figures(
        [Owed(acceptor_id, *row[:4]) for row in found.get("owed", [])],
        [UsedToday(*row[:3]) for row in found.get("today", [])],
        str(currencies[0]) if currencies else NO_CURRENCY,
        sum(count for _currency, count, *_rest in found.get("owners", [])),
        [
            Earned(rule_of(rule), events, Money(amount_minor, currency))
            for currency, amount_minor, events, *_rest, rule in found.get("earned", [])
        ],
        answers[0] if answers else None,
        {code: name or code for code, _one, _two, _three, name, *_rest in found.get("group", [])},
    )


def groups_of(office: Office) -> list[GroupRow]:
    return [GroupRow(*row) for row in rows(__package__, "groups", {"issuer_id": office.issuer_id})]


def group_names(office: Office, codes: Iterable[str]) -> dict[str, str]:
    """In the order of their names; a group without one keeps its code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    asked = {"issuer_id": office.issuer_id, "codes": wanted}
    named = {code: name or code for code, name in rows(__package__, "group_names", asked)}
    return named | {code: code for code in wanted if code not in named}


def currency_of_limits(issuer_id: int) -> str:
    """A limit is in minor units of whatever currency; it is shown in the issuer's first one."""
    found = rows(__package__, "currency", {"issuer_id": issuer_id})
    return str(found[0][0]) if found else NO_CURRENCY


def alike(
    office: Office,
    account: str,
    *,
    acceptor_id: int = 0,
    profile: MerchantProfile | None = None,
) -> list[Alike]:
    asked = {
        "issuer_id": office.issuer_id,
        "account": account,
        "acceptor_id": acceptor_id,
        "tax_id": "" if profile is None else profile.tax_id,
        "profile_id": None if profile is None else profile.pk,
    }
    return [Alike(*row) for row in rows(__package__, "alike", asked)]
