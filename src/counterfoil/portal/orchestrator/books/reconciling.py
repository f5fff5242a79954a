"""Whether everything agrees, three ways for each funding account:

vouchers   issued = redeemed + open + expired + cancelled     the ledger against the counts
redeemed   = settled at once + owed + on its way + paid ...   the counts against the ledger
bank       the ledger = the bank's statement
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counterfoil.engine.banking.reading import Standing, standings
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.listing import Wanted
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.words import Word

_GROUPS_MAX: Final = 20_000
_TAIL_MAX: Final = 100_000
_AGREES: Final = Word(gettext_lazy("agrees"), "good")
_COUNTING: Final = Word(gettext_lazy("being counted"), "wait")
_NO_STATEMENT: Final = Word(gettext_lazy("no statement yet"))


@dataclass(frozen=True, slots=True)
class GroupLine:
    """The vouchers of one group. `reserved_minor` is what the ledger ever set aside for them,
    `released_minor` what left it again.
    """

    group_id: int
    code: str
    name: str
    programme: str
    programme_name: str
    funding_account_id: int
    currency: str
    redeemed: int
    redeemed_minor: int
    open: int
    open_minor: int
    expired: int
    expired_minor: int
    cancelled: int
    cancelled_minor: int
    reserved_minor: int
    released_minor: int
    has_finished: bool

    @property
    def key(self) -> Key:
        return (self.funding_account_id, self.programme, self.code)

    @property
    def issued(self) -> int:
        return self.redeemed + self.open + self.expired + self.cancelled

    @property
    def issued_minor(self) -> int:
        """In the ledger, and of those that were finished when they came."""
        return self.reserved_minor + self.finished_minor

    @property
    def ended_minor(self) -> int:
        return self.redeemed_minor + self.expired_minor + self.cancelled_minor

    @property
    def finished_minor(self) -> int:
        """Of vouchers that were finished elsewhere and imported: the ledger never had them."""
        return max(self.ended_minor - self.released_minor, 0) if self.has_finished else 0

    @property
    def agrees(self) -> bool:
        return (
            self.open_minor == self.reserved_minor - self.released_minor
            and self.ended_minor == self.released_minor + self.finished_minor
        )

    @property
    def state(self) -> Word:
        difference_minor = self.issued_minor - self.ended_minor - self.open_minor
        return state_of(self.money(difference_minor), agrees=self.agrees)

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a sum: how many vouchers it is where it is counted; `page` has what is behind."""

    label: str
    money: Money
    vouchers: int | None = None
    page: str = ""
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """What its lines should come to. `about` says what is compared."""

    key: str
    title: str
    about: str
    total: Line
    lines: Sequence[Line]
    state: Word
    note: str = ""
    differences: int = 0  # with the bank, which somebody has to look at

    @property
    def agrees(self) -> bool:
        return self.state.tone != "bad"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Where what was redeemed from a funding account is, in minor units."""

    funding_account_id: int
    redeemed: int
    settled: int
    owed: int
    on_way: int
    paid_out: int
    taken_back: int
    kept: int
    earned: int
    is_behind: bool

    @property
    def found(self) -> int:
        """What agents earn besides is owed and paid with it."""
        parts = (self.settled, self.owed, self.on_way, self.paid_out, self.taken_back, self.kept)
        return sum(parts) - self.earned


def state_of(difference: Money, *, agrees: bool) -> Word:
    if agrees:
        return _AGREES
    if not difference.amount_minor:
        return Word(_("differs"), "bad")
    return Word(_("differs by %(amount)s") % {"amount": money_text(difference)}, "bad")


def groups_of(office: Office) -> list[GroupLine]:
    """Those that ever had a voucher, by funding account and programme."""
    asked = {"issuer_id": office.issuer_id, "rows_max": _GROUPS_MAX}
    found = [GroupLine(*row) for row in rows(__package__, "vouchers_by_group", asked)]
    return [each for each in found if each.issued or each.reserved_minor]


def redeemed_of(office: Office) -> dict[int, Redeemed]:
    """By funding account."""
    asked = {"issuer_id": office.issuer_id, "tail_max": _TAIL_MAX}
    found = [Redeemed(*row) for row in rows(__package__, "redeemed_by_account", asked)]
    return {each.funding_account_id: each for each in found}


def groups_page(groups: Sequence[GroupLine], _office: Office, wanted: Wanted) -> list[GroupLine]:
    """Of those that were read already."""
    after = tuple(wanted.after.values())
    return [each for each in groups if each.key > after][: wanted.rows_max]


def vouchers_sum(account: FundingAccount, groups: Sequence[GroupLine]) -> Sum:
    """Of the groups that are paid from it."""

    def line(label: str, piles: Sequence[tuple[int, int]], page: str = "") -> Line:
        value = Money(sum(minor for _count, minor in piles), account.currency)
        return Line(label, value, sum(count for count, _minor in piles), page)

    lines = [
        line(_("Redeemed"), [(each.redeemed, each.redeemed_minor) for each in groups], "vouchers"),
        line(_("Open"), [(each.open, each.open_minor) for each in groups], "stock"),
        line(_("Expired"), [(each.expired, each.expired_minor) for each in groups]),
        line(_("Cancelled"), [(each.cancelled, each.cancelled_minor) for each in groups]),
    ]
    total = line(_("Issued"), [(each.issued, each.issued_minor) for each in groups], "vouchers")
    difference = total.money
    for each in lines:
        difference -= each.money
    return Sum(
        "vouchers",
        _("Vouchers"),
        _("what the ledger ever set aside for vouchers, and what the counts say became of them"),
        total,
        lines,
        state_of(difference, agrees=all(each.agrees for each in groups)),
        _finished_note(account, sum(each.finished_minor for each in groups)),
    )


def _finished_note(account: FundingAccount, finished_minor: int) -> str:
    if not finished_minor:
        return ""
    text = _("%(amount)s of it were finished already when they were imported.")
    return text % {"amount": money_text(Money(finished_minor, account.currency))}


def redeemed_sum(account: FundingAccount, found: Redeemed, groups: Sequence[GroupLine]) -> Sum:
    """The counts say what was redeemed; where some was redeemed elsewhere, the journal does."""

    def line(label: str, minor: int, page: str = "", about: int | None = None) -> Line:
        return Line(label, Money(minor, account.currency), None, page, about)

    has_finished = any(each.has_finished for each in groups)
    counted_minor = sum(each.redeemed_minor for each in groups)
    redeemed_minor = found.redeemed if has_finished else counted_minor
    lines = [
        line(_("Settled at once"), found.settled),
        line(_("Owed to merchants and agents"), found.owed, "merchants"),
        line(_("On its way"), found.on_way, "payouts"),
        line(_("Paid out"), found.paid_out, "payouts"),
        line(_("Taken back"), found.taken_back),
        line(_("Kept by you"), found.kept),
        line(_("Earned by agents besides"), -found.earned),
    ]
    difference = Money(redeemed_minor - found.found, account.currency)
    is_counting = found.is_behind and difference.amount_minor
    return Sum(
        "redeemed",
        _("Redeemed"),
        _("the face value of redeemed vouchers, and where it went"),
        line(_("Redeemed"), redeemed_minor, "dashboard"),
        [each for each in lines if each.money.amount_minor or each.page],
        _COUNTING if is_counting else state_of(difference, agrees=not difference.amount_minor),
    )


@dataclass(frozen=True, slots=True)
class AtBank:
    """How accounts stand by the bank's statements, and how many differences are open, both by
    funding account.
    """

    standings: Mapping[int, Standing]
    differences: Mapping[int, int]


def at_bank(office: Office) -> AtBank:
    """Two queries."""
    found = standings(engine_connection(), office.issuer_id)
    asked = {"issuer_id": office.issuer_id}
    return AtBank(
        {each.funding_account_id: each for each in found},
        dict(rows(__package__, "differences_open", asked)),
    )


def bank_sum(account: FundingAccount, found: AtBank) -> Sum:
    """Of an account without statements there is nothing to compare."""
    standing = found.standings.get(account.funding_account_id)
    differences = found.differences.get(account.funding_account_id, 0)
    lines: list[Line] = []
    if standing is not None:

        def line(label: str, minor: int) -> Line:
            return Line(label, Money(minor, account.currency))

        lines = [
            line(
                _("Bank's statement of %(day)s") % {"day": day_text(standing.closed_on)},
                standing.closing_minor,
            ),
            line(_("Recorded, and on no statement yet"), standing.not_at_bank_minor),
            line(_("On a statement, and not recorded"), -standing.not_in_ledger_minor),
        ]
    ledger = account.funding if standing is None else _money(account, standing.ledger_minor)
    return Sum(
        "bank",
        _("Bank"),
        _("what the ledger has in the funding account, and what the bank says"),
        Line(_("In the ledger"), ledger, page="money"),
        lines,
        _bank_state(account, standing, differences),
        differences=differences,
    )


def _bank_state(account: FundingAccount, standing: Standing | None, differences: int) -> Word:
    if standing is None:
        return _NO_STATEMENT
    if not standing.agrees:
        return state_of(
            _money(account, standing.closing_minor - standing.expected_minor), agrees=False
        )
    if differences:
        text = ngettext("%(number)s to look at", "%(number)s to look at", differences)
        return Word(text % {"number": count(differences)}, "wait")
    return _AGREES


def _money(account: FundingAccount, amount_minor: int) -> Money:
    return Money(amount_minor, account.currency)
