"""Suppliers abroad, who are paid in euros by files to mock-bank: what it all came to over a month.
Loaded when Django knows its settings.

    a tranche recorded by a person, one by a rule, one that is proposed still
    three runs: all paid; one whose account is closed, and one that came back; all paid
    charges of the bank that nobody has explained
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from counterfoil.cli.demonstration import cast, vouchers
from counterfoil.cli.demonstration.desk import Desk
from counterfoil.cli.demonstration.euro_bank import RAIL, Counter
from counterfoil.cli.demonstration.money import account_id
from counterfoil.cli.demonstration.past import Calls
from counterfoil.cli.demonstration.payouts import sent
from counterfoil.engine.apply import apply
from counterfoil.engine.banking.deposit_rules import DepositRule, deposit_by_rules
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.banking.reading import EntryRow, entries_to_look_at
from counterfoil.engine.commands.content import (
    Deposit,
    OpenFundingAccount,
    OpenProgramme,
    SetDepositRules,
    SetPayoutRoutes,
)
from counterfoil.engine.operation import Activate, Outcome, Preactivate, Redeem
from counterfoil.engine.payouts.batching import unbatched
from counterfoil.engine.payouts.routes import SANDBOX, Route
from counterfoil.engine.payouts.terms import terms_of
from counterfoil.gateway.bank_files import written_id
from counterfoil.gateway.fetching import fetch_files
from counterfoil.gateway.filing import file_payments
from counterfoil.gateway.rails import Rail
from counterfoil.money import decimal_text

FIRST_DAY: Final = 37  # of the bank
_FOUNDATION: Final = "Stichting Havenfonds"
_FIRST: Final = "HF-2026-11 first tranche"
_TRANCHE_MINOR: Final = 60_000_00
_LINES_MAX: Final = 10
_WATER, _MEDICAL, _SEEDS, _COLD = (each.name for each in cast.SUPPLIERS)


@dataclass(frozen=True, slots=True)
class Sold:
    """What one of them took vouchers for, so many days ago."""

    day: int
    supplier: str
    amounts_minor: tuple[int, ...]


_SOLD: Final = (
    Sold(25, _WATER, (1240_00, 860_50)),
    Sold(25, _MEDICAL, (2310_00,)),
    Sold(25, _SEEDS, (745_00, 1120_00)),
    Sold(17, _WATER, (990_00,)),
    Sold(17, _MEDICAL, (1415_75,)),
    Sold(17, _COLD, (2080_00,)),
    Sold(8, _WATER, (1310_00,)),
    Sold(8, _SEEDS, (640_25,)),
)
_PAID: Final = (24, 15, 6)  # days ago
_COMES_BACK: Final = (15, _MEDICAL)


def moments(
    desk: Desk, counter: Counter, rail: Rail
) -> Iterator[tuple[int, float, Callable[[], object]]]:
    story = _Story(desk, counter, rail)
    yield 36, 9, story.open_fund
    yield 35, 9, story.agree
    yield 30, 11, partial(counter.pay_in, _FOUNDATION, _FIRST, _TRANCHE_MINOR)
    yield 26, 9, story.record_first
    yield 12, 11, partial(counter.pay_in, _FOUNDATION, "HF-2026-12 second tranche", 25_000_00)
    yield 2, 11, partial(counter.pay_in, "Rotary Club Delft", "For the clinics", 1_500_00)
    yield 10, 11, partial(counter.charge, "CHARGES-2026-3", 12_50, 10)
    for each in _SOLD:
        yield each.day, 12, partial(story.sell, each)
    for day in _PAID:
        yield day, 14.2, partial(story.pay, day)
    for day in range(FIRST_DAY, -1, -1):
        yield day, 5, partial(story.begin_day, day)


@dataclass(frozen=True, slots=True)
class _Story:
    desk: Desk
    counter: Counter
    rail: Rail

    def open_fund(self) -> None:
        self.counter.open_account()
        desk = self.desk
        fund = OpenFundingAccount(
            fsp=cast.EURO_BIC, account=cast.EURO_ACCOUNT, currency=cast.EURO, name=cast.EURO_NAME
        )
        desk.done("finance", "euro account", fund, "The foundation pays in euros.")
        programme = OpenProgramme(
            code=cast.CLINICS,
            name="Clinic supplies 2026",
            description="Filters, medicines and seeds, from suppliers abroad.",
            funding_account_id=account_id(desk, cast.EURO_ACCOUNT),
            budget_minor=80_000_00,
            starts_on=desk.today - timedelta(days=36),
            redemption_close_on=desk.today + timedelta(days=90),
        )
        desk.done("operator", f"open {cast.CLINICS}", programme, "As the foundation agreed.")
        vouchers.publish(desk, cast.CLINIC_SUPPLIES, "What the clinics order for themselves.")

    def agree(self) -> None:
        """Who is paid by which rail, and whose money is a deposit without a person."""
        routes = (Route(scheme="iban", currency=cast.EURO, rail=RAIL), Route(rail=SANDBOX))
        self.desk.done(
            "finance", "routes", SetPayoutRoutes(routes=routes), "IBANs are paid in euros."
        )
        rule = DepositRule(
            funding_account_id=account_id(self.desk, cast.EURO_ACCOUNT),
            payer_name=_FOUNDATION,
            payer_reference="HF-2026-12",
            amount_minor_max=30_000_00,
        )
        self.desk.done(
            "finance", "rules", SetDepositRules(rules=(rule,)), "The second tranche, as agreed."
        )

    def record_first(self) -> None:
        """As the bank said it, under its reference."""
        fund = account_id(self.desk, cast.EURO_ACCOUNT)
        lines = entries_to_look_at(
            self.desk.connection, self.desk.issuer_id, fund, rows_max=_LINES_MAX
        )
        self.desk.connection.rollback()
        for line in lines:
            if line.note == _FIRST:
                self.desk.done("finance", _FIRST, _deposit(line), "As on the statement.")
        self._listen()

    def sell(self, sold: Sold) -> None:
        shop = next(each for each in cast.SUPPLIERS if each.name == sold.supplier)
        calls = Calls.of(self.desk.connection, self.desk.issuer)
        names = [f"{cast.CLINICS}/{shop.name}/{sold.day}/{minor}" for minor in sold.amounts_minor]
        drawn = apply(
            calls.connection,
            calls.issuer,
            [
                Preactivate(
                    caller=calls.till,
                    reference=f"{name}/draw",
                    amount=decimal_text(minor, cast.EURO),
                    currency=cast.EURO,
                    group=cast.CLINIC_SUPPLIES.code,
                )
                for name, minor in zip(names, sold.amounts_minor, strict=True)
            ],
        )
        new = [
            (name, each)
            for name, each in zip(names, drawn, strict=True)
            if each.outcome is not Outcome.NUMBER_NO_LONGER_SHOWN
        ]
        calls.apply(
            [
                Activate(caller=calls.till, reference=f"{name}/activate", serial=each.serial or 0)
                for name, each in new
            ]
        )
        calls.apply(
            [
                Redeem(
                    caller=calls.till,
                    reference=name,
                    number=each.number or "",
                    acceptor_name=shop.name,
                    acceptor_account=shop.account,
                    acceptor_group=cast.SUPPLIER,
                )
                for name, each in new
            ]
        )

    def pay(self, day: int) -> None:
        desk, fund = self.desk, account_id(self.desk, cast.EURO_ACCOUNT)
        (terms_id,) = (
            terms.terms_id
            for terms in terms_of(desk.connection, desk.issuer_id)
            if terms.design.funding_account_id == fund
        )
        sent(desk, f"suppliers {day} days ago", terms_id)
        waiting = unbatched(desk.connection, desk.issuer, RAIL)
        desk.connection.rollback()
        for each in waiting:
            if (day, each.acceptor_name) == _COMES_BACK:
                self.counter.let_come_back(written_id(each.payment_id))
        if self.rail.files is not None:
            file_payments(desk.connection, desk.issuer, {RAIL: self.rail.files})
        self._listen()

    def begin_day(self, day: int) -> None:
        self.counter.turn_to(day)
        self._listen()

    def _listen(self) -> None:
        """As the worker does."""
        desk, rail = self.desk, self.rail
        if rail.files is not None and rail.inbox is not None:
            fetch_files(
                desk.connection,
                desk.issuer,
                rail=RAIL,
                file_format=rail.files.format,
                inbox=rail.inbox,
            )
        deposit_by_rules(desk.connection, desk.issuer)
        look_again(desk.connection, desk.issuer)


def _deposit(line: EntryRow) -> Deposit:
    return Deposit(
        funding_account_id=line.funding_account_id,
        amount_minor=line.amount_minor,
        currency=cast.EURO,
        reference=line.bank_reference,
        value_date=line.value_on,
    )
