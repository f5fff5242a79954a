"""The auditor of payouts: the rules once more, written down from the design and not from the code,
in dicts and words. It predicts who is listed in a run with what, whose payout is sent, where to,
and what everybody is owed in the end.

An instant is what the clock was turned to, and the number of what happened: of two at the same
time the later one has the higher. What became of a payment only its far side knows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.gateway.histories.cycles import Cycle, Days, cut_offs, next_cut_off

CHUNK: Final = 2  # payouts that are sent in one go
Instant = tuple[datetime, int]
NEVER: Final[Instant] = (datetime.min.replace(tzinfo=UTC), 0)


def earlier(instant: Instant, hours: int) -> Instant:
    return instant[0] - timedelta(hours=hours), instant[1]


@dataclass
class Shop:
    """`waits` for other bank data to count: for which, and from when on."""

    rail: str
    account: str
    held: bool = False
    waits: tuple[str, str, Instant] | None = None


@dataclass
class Sale:
    """A redemption. `run` paid it; `taken_back` is when it was refunded, `netted` in which run."""

    instant: Instant
    shop: int
    programme: int
    minor: int
    run: int | None = None
    taken_back: Instant | None = None
    netted: int | None = None


@dataclass
class Terms:
    """Whose of a funding account: of all, of one programme, of one shop. A redemption waits out
    `hours` first; `due` is when the cycle cuts off next.
    """

    fund: int = 1
    programme: int | None = None
    shop: int | None = None
    points: int = 0
    fee: int = 0
    least: int = 0
    hours: int = 0
    cycle: Cycle = field(default_factory=Cycle)
    due: datetime | None = None
    apply: bool = True

    @property
    def is_wide(self) -> bool:
        return self.programme is None and self.shop is None


@dataclass
class Page:
    """What a shop gets in a run. `why` it is left out; `seen` is which run paid each programme of
    it last, when it was counted; `tries` are the accounts it was sent to, with their rails.
    """

    gross: int
    back: int
    kept: int
    account: str
    rail: str
    why: str | None
    seen: dict[int, int | None]
    backs: frozenset[int]
    tries: list[tuple[str, str]] = field(default_factory=list)

    @property
    def net(self) -> int:
        return self.gross - self.back - self.kept


@dataclass
class Run:
    """It pays what was redeemed before `through`."""

    terms: int
    begun: Instant
    through: Instant
    step: str = "counting"
    sent_to: int = 0
    pages: dict[int, Page] = field(default_factory=dict)


@dataclass
class Auditor:
    """`funds` is the funding account of each programme, `at` what the clock was turned to."""

    at: datetime
    funds: dict[int, int]
    shops: dict[int, Shop]
    sales: dict[int, Sale] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    paid_last: dict[tuple[int, int], int] = field(default_factory=dict)
    given: Counter[int] = field(default_factory=Counter)  # to funding accounts, later on
    days: Days = field(default_factory=Days)
    happened: int = 0

    def now(self) -> Instant:
        self.happened += 1
        return self.at, self.happened

    def redeem(self, serial: int, shop: int, programme: int, minor: int) -> None:
        self.sales[serial] = Sale(self.now(), shop, programme, minor)

    def refund(self, serial: int) -> bool:
        """Whether it can be: once."""
        sale = self.sales[serial]
        if sale.taken_back is not None:
            return False
        sale.taken_back = self.now()
        return True

    def terms_for(self, shop: int, programme: int) -> int:
        """The narrowest: a shop's before a programme's before those of all."""
        ranked = [
            (each.shop is None, each.programme is None, terms_id)
            for terms_id, each in self.terms.items()
            if each.apply
            and each.fund == self.funds[programme]
            and each.shop in {None, shop}
            and each.programme in {None, programme}
        ]
        return min(ranked)[2]

    def runs_at(self, step: str) -> list[int]:
        return [run_id for run_id, run in self.runs.items() if run.step == step]

    def can_begin(self, terms_id: int) -> bool:
        under_way = {"counting", "previewed", "sending"}
        return not any(r.terms == terms_id and r.step in under_way for r in self.runs.values())

    def begin(self, run_id: int, terms_id: int) -> None:
        """By hand: all that is owed."""
        terms, begun = self.terms[terms_id], self.now()
        self.runs[run_id] = Run(terms_id, begun, earlier(begun, terms.hours))

    def begin_due(self, run_id: int, terms_id: int) -> None:
        """By the cycle, for which the last cut-off stands for those that were missed."""
        self.begin(run_id, terms_id)
        terms, run = self.terms[terms_id], self.runs[run_id]
        if terms.due is not None:
            run.through = earlier((self.last_cut_off(terms, terms.due), 0), terms.hours)
            terms.due = next_cut_off(terms.cycle, self.days, self.at)

    def last_cut_off(self, terms: Terms, due: datetime) -> datetime:
        passed = [each for each in cut_offs(terms.cycle, self.days, self.at) if each <= self.at]
        return max(due, *passed)

    def put(self, terms_id: int, terms: Terms) -> None:
        terms.due = next_cut_off(terms.cycle, self.days, self.at)
        self.terms[terms_id] = terms

    def put_days(self, days: Days) -> None:
        self.days = days
        for terms in self.terms.values():
            if terms.apply:
                terms.due = next_cut_off(terms.cycle, days, self.at)

    def due(self, failed: set[tuple[int, int]]) -> list[int]:
        """The terms by which a worker begins runs now, in its order."""
        past = [
            (terms.due, terms_id)
            for terms_id, terms in self.terms.items()
            if terms.due is not None and terms.due <= self.at and terms.apply
        ]
        enough = [
            terms_id
            for terms_id, terms in self.terms.items()
            if terms.apply and self._is_enough(terms_id, terms, failed)
        ]
        ranked = [terms_id for _due, terms_id in sorted(past)] + sorted(enough)
        return [terms_id for terms_id in ranked if self.can_begin(terms_id)]

    def _is_enough(self, terms_id: int, terms: Terms, failed: set[tuple[int, int]]) -> bool:
        """Somebody is owed so much; for a day after a run was dropped nobody looks."""
        if terms.cycle.threshold is None:
            return False
        day_ago = earlier(self.now(), 24)
        was_dropped = any(
            run.terms == terms_id and run.step == "dropped" and run.begun > day_ago
            for run in self.runs.values()
        )
        return not was_dropped and any(
            self.owed(shop, terms.fund, failed) >= terms.cycle.threshold
            for shop in self.shops
            if terms.shop in {None, shop}
        )

    def count(self, run_id: int, failed: set[tuple[int, int]]) -> None:
        """`failed` are the payouts of which it is known by then that they did not arrive."""
        run = self.runs[run_id]
        for shop in sorted(self.shops):
            owed = self.owed(shop, self.terms[run.terms].fund, failed)
            page = self._page(run, shop) if owed > 0 else None
            if page is not None:
                run.pages[shop] = page
        listed = [page for page in run.pages.values() if page.why is None]
        run.step = "previewed" if listed else "dropped"

    def _page(self, run: Run, shop: int) -> Page | None:
        programmes = {
            sale.programme
            for sale in self.sales.values()
            if sale.shop == shop
            and self.terms_for(shop, sale.programme) == run.terms
            and self._paid_through(shop, sale.programme) < run.through
        }
        gross = {s: self.sales[s].minor for s in self._unpaid(run, shop, programmes)}
        backs = {s: self.sales[s].minor for s in self._unnetted(run, shop, programmes)}
        if not gross and not backs:
            return None
        terms, who = self.terms[run.terms], self.shops[shop]
        earned = max(sum(gross.values()) - sum(backs.values()), 0)
        with_any = {self.sales[serial].programme for serial in (*gross, *backs)}
        page = Page(
            gross=sum(gross.values()),
            back=sum(backs.values()),
            kept=(earned * terms.points + 5_000) // 10_000 + terms.fee,
            account=who.account,
            rail=who.rail,
            why=self._waits(who),
            seen={each: self.paid_last.get((shop, each)) for each in with_any},
            backs=frozenset(backs),
        )
        if page.net <= 0:
            page.why = page.why or "nothing"
        elif page.net < max(terms.least, terms.cycle.threshold or 0):
            page.why = page.why or "minimum"
        return page

    def _unpaid(self, run: Run, shop: int, programmes: set[int]) -> Iterator[int]:
        for serial, sale in self._of(run, shop, programmes):
            if sale.run is None:
                yield serial

    def _unnetted(self, run: Run, shop: int, programmes: set[int]) -> Iterator[int]:
        for serial, sale in self._of(run, shop, programmes):
            if sale.netted is None and sale.taken_back and sale.taken_back < run.begun:
                yield serial

    def _of(self, run: Run, shop: int, programmes: set[int]) -> Iterator[tuple[int, Sale]]:
        for serial, sale in self.sales.items():
            is_of = sale.shop == shop and sale.programme in programmes
            if is_of and sale.instant < run.through:
                yield serial, sale

    def _paid_through(self, shop: int, programme: int) -> Instant:
        last = self.paid_last.get((shop, programme))
        return NEVER if last is None else self.runs[last].through

    @staticmethod
    def _waits(who: Shop) -> str | None:
        if who.held:
            return "held"
        return None if who.waits is None else "bank_data"

    def send(self, run_id: int) -> None:
        """The next of its payouts."""
        run = self.runs[run_id]
        if run.step != "sending":
            return
        chunk = [shop for shop in sorted(run.pages) if shop > run.sent_to][:CHUNK]
        for shop in chunk:
            page = run.pages[shop]
            if page.why is None:
                page.why = self._changed(run, shop, page)
                if page.why is None:
                    self._send(run_id, run, shop, page)
        run.sent_to = chunk[-1] if chunk else run.sent_to
        if len(chunk) < CHUNK:
            run.step = "sent"

    def _changed(self, run: Run, shop: int, page: Page) -> str | None:
        who = self.shops[shop]
        why = self._waits(who)
        if why is None and (who.account, who.rail) != (page.account, page.rail):
            why = "bank_data"
        if why is None and any(
            self.paid_last.get((shop, each)) != seen for each, seen in page.seen.items()
        ):
            why = "changed"
        if why is None and page.backs != set(self._unnetted(run, shop, set(page.seen))):
            why = "changed"
        return why

    def _send(self, run_id: int, run: Run, shop: int, page: Page) -> None:
        programmes = set(page.seen)
        unpaid = list(self._unpaid(run, shop, programmes))
        for serial in unpaid:
            self.sales[serial].run = run_id
        for serial in page.backs:
            self.sales[serial].netted = run_id
        for programme in programmes:
            self.paid_last[shop, programme] = run_id
        page.tries.append((page.rail, page.account))

    def can_retry(self, shop: int) -> bool:
        return self._waits(self.shops[shop]) is None

    def retry(self, run_id: int, shop: int) -> None:
        who = self.shops[shop]
        self.runs[run_id].pages[shop].tries.append((who.rail, who.account))

    def cooled_off(self) -> set[int]:
        """The shops whose other bank data counts from now on."""
        now = self.now()
        return {
            number
            for number, shop in self.shops.items()
            if shop.waits is not None and shop.waits[2] <= now
        }

    def switch(self, shops: set[int]) -> None:
        for number in shops:
            shop = self.shops[number]
            shop.rail, shop.account, _from = shop.waits or ("", "", NEVER)
            shop.waits = None

    def fund_of(self, run_id: int) -> int:
        return self.terms[self.runs[run_id].terms].fund

    def sent(self) -> Iterator[tuple[int, int, Page]]:
        """Every payout that was, with its run and its shop."""
        for run_id, run in self.runs.items():
            for shop, page in run.pages.items():
                if page.tries:
                    yield run_id, shop, page

    def owed(self, shop: int, fund: int, failed: set[tuple[int, int]]) -> int:
        """Below zero where more was paid than is right by now."""
        pages = [(run_id, page) for run_id, page in self._pages(fund, shop)]
        kept = sum(page.kept for _run_id, page in pages)
        paid = sum(page.net for run_id, page in pages if (run_id, shop) not in failed)
        return self.right(shop, fund) - kept - paid

    def right(self, shop: int, fund: int) -> int:
        """What it redeemed and nobody took back."""
        return sum(
            sale.minor
            for sale in self.sales.values()
            if sale.shop == shop and self.funds[sale.programme] == fund and sale.taken_back is None
        )

    def kept(self, fund: int, shop: int | None = None) -> int:
        return sum(page.kept for _run_id, page in self._pages(fund, shop))

    def _pages(self, fund: int, shop: int | None) -> Iterator[tuple[int, Page]]:
        for run_id, at, page in self.sent():
            if self.fund_of(run_id) == fund and shop in {None, at}:
                yield run_id, page
