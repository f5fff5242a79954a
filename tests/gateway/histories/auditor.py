"""The auditor of payouts: the rules once more, written down from the design and not from the code,
in dicts and words. It predicts who is listed in a run with what, whose payout is sent, where to,
and what everybody is owed in the end.

Time is a count of what happened. What became of a payment only its far side knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

CHUNK: Final = 2  # payouts that are sent in one go


@dataclass
class Shop:
    rail: str
    account: str
    held: bool = False
    waits: bool = False  # for other bank data to count


@dataclass
class Sale:
    """A redemption. `run` paid it; `taken_back` is when it was refunded, `netted` in which run."""

    moment: int
    shop: int
    programme: int
    cents: int
    run: int | None = None
    taken_back: int | None = None
    netted: int | None = None


@dataclass
class Terms:
    """Whose: of all, of one programme, of one shop. A redemption waits out `hours` first."""

    programme: int | None = None
    shop: int | None = None
    points: int = 0
    fee: int = 0
    least: int = 0
    hours: int = 0
    apply: bool = True


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
    terms: int
    begun: int
    hours: int
    step: str = "counting"
    sent_to: int = 0
    pages: dict[int, Page] = field(default_factory=dict)


@dataclass
class Auditor:
    shops: dict[int, Shop]
    sales: dict[int, Sale] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    paid_last: dict[tuple[int, int], int] = field(default_factory=dict)
    moment: int = 0

    def tick(self) -> int:
        self.moment += 1
        return self.moment

    def redeem(self, serial: int, shop: int, programme: int, cents: int) -> None:
        self.sales[serial] = Sale(self.tick(), shop, programme, cents)

    def refund(self, serial: int) -> bool:
        """Whether it can be: once."""
        sale = self.sales[serial]
        if sale.taken_back is not None:
            return False
        sale.taken_back = self.tick()
        return True

    def terms_for(self, shop: int, programme: int) -> int:
        """The narrowest: a shop's before a programme's before those of all."""
        ranked = [
            (each.shop is None, each.programme is None, terms_id)
            for terms_id, each in self.terms.items()
            if each.apply and each.shop in {None, shop} and each.programme in {None, programme}
        ]
        return min(ranked)[2]

    def runs_at(self, step: str) -> list[int]:
        return [run_id for run_id, run in self.runs.items() if run.step == step]

    def can_begin(self, terms_id: int) -> bool:
        under_way = {"counting", "previewed", "sending"}
        return not any(r.terms == terms_id and r.step in under_way for r in self.runs.values())

    def begin(self, run_id: int, terms_id: int) -> None:
        self.runs[run_id] = Run(terms_id, self.tick(), self.terms[terms_id].hours)

    def count(self, run_id: int, failed: set[tuple[int, int]]) -> None:
        """`failed` are the payouts of which it is known by then that they did not arrive."""
        run = self.runs[run_id]
        for shop in sorted(self.shops):
            page = self._page(run, shop) if self.owed(shop, failed) > 0 else None
            if page is not None:
                run.pages[shop] = page
        listed = [page for page in run.pages.values() if page.why is None]
        run.step = "previewed" if listed else "dropped"

    def _page(self, run: Run, shop: int) -> Page | None:
        programmes = {
            sale.programme
            for sale in self.sales.values()
            if sale.shop == shop and self.terms_for(shop, sale.programme) == run.terms
        }
        gross = {s: self.sales[s].cents for s in self._unpaid(run, shop, programmes)}
        backs = {s: self.sales[s].cents for s in self._unnetted(run, shop, programmes)}
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
        elif page.net < terms.least:
            page.why = page.why or "minimum"
        return page

    def _unpaid(self, run: Run, shop: int, programmes: set[int]) -> Iterator[int]:
        for serial, sale in self._of(run, shop, programmes):
            if sale.run is None and sale.moment < run.begun:
                yield serial

    def _unnetted(self, run: Run, shop: int, programmes: set[int]) -> Iterator[int]:
        for serial, sale in self._of(run, shop, programmes):
            if sale.netted is None and sale.taken_back and sale.taken_back < run.begun:
                yield serial

    def _of(self, run: Run, shop: int, programmes: set[int]) -> Iterator[tuple[int, Sale]]:
        """No sale here is an hour old."""
        for serial, sale in self.sales.items():
            if sale.shop == shop and sale.programme in programmes and not run.hours:
                yield serial, sale

    @staticmethod
    def _waits(who: Shop) -> str | None:
        if who.held:
            return "held"
        return "bank_data" if who.waits else None

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
        self.tick()

    def sent(self) -> Iterator[tuple[int, int, Page]]:
        """Every payout that was, with its run and its shop."""
        for run_id, run in self.runs.items():
            for shop, page in run.pages.items():
                if page.tries:
                    yield run_id, shop, page

    def owed(self, shop: int, failed: set[tuple[int, int]]) -> int:
        """Below zero where more was paid than is right by now."""
        of_shop = [sale for sale in self.sales.values() if sale.shop == shop]
        right = sum(sale.cents for sale in of_shop if sale.taken_back is None)
        pages = [(run_id, page) for run_id, at, page in self.sent() if at == shop]
        kept = sum(page.kept for _run_id, page in pages)
        paid = sum(page.net for run_id, page in pages if (run_id, shop) not in failed)
        return right - kept - paid

    def kept(self) -> int:
        return sum(page.kept for _run_id, _shop, page in self.sent())
