"""What a furnished issuer has of payouts and books: terms of its shop's own, a payout that failed,
a run that waits to be approved; a closed period, and a deposit that came late for it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.databases import connected
from tests.engine.payouts.given import (
    given_preview,
    given_redeemed,
    given_sent,
    read_payments,
)
from tests.portal.access.house import House, Marks
from tests.portal.conftest import Portal

from counterfoil.engine.bank_data import cancel_rebank, rebank_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.commands import payout_content as asks
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.bank_content import ClosePeriod
from counterfoil.engine.database import Connection
from counterfoil.engine.earnings.rules import EarningRule, Event
from counterfoil.engine.funds import deposit
from counterfoil.engine.operation import Caller
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.payouts.reading import Run
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.sending import drop_run
from counterfoil.engine.payouts.terms import TermsDesign, set_terms
from counterfoil.engine.periods.closing import close_period
from counterfoil.money import Money


@dataclass(frozen=True, slots=True)
class Paying:
    """`failed` is the run in which the shop's payout failed, `previewed` the one that waits;
    `closed` is the day up to which a period is closed.
    """

    terms_id: int
    failed: Run
    previewed: Run
    closed: date


def given_paying(portal: Portal, house: House, marks: Marks) -> Paying:
    """While that is paid, the shop's bank data count; then the others wait again."""
    caller, issuer, shop = Caller(0, f"cli:{marks.text}"), house.issuer, house.acceptor_id
    with connected(portal.url) as connection:
        issuer.catch_up(connection)
        why = f"paid by {marks.text}"
        cancel_rebank(connection, issuer, caller, shop, reason=why)
        design = TermsDesign(
            funding_account_id=house.funding_account_id, acceptor_id=shop, commission_points=100
        )
        terms_id = set_terms(connection, issuer, caller, design, expected_version=0, reason=why)
        for _more in range(marks.at):
            run = given_preview(connection, issuer, terms_id)
            drop_run(connection, issuer, caller, run.run_id, reason=why)
        failed = given_sent(connection, issuer, terms_id)
        _fail(connection, house, caller, failed)
        given_redeemed(connection, issuer, shop, 1000, group=house.group)
        previewed = given_preview(connection, issuer, terms_id)
        bank = BankData("account", f"Bank {marks.text}", f"NEXT-{marks.text}")
        rebank_acceptor(connection, issuer, caller, shop, bank, reason=f"again {marks.text}")
        closed = _given_closed(connection, house, marks, caller)
    return Paying(terms_id, failed, previewed, closed)


def _given_closed(connection: Connection, house: House, marks: Marks, caller: Caller) -> date:
    through = datetime.now(UTC).date() - timedelta(days=40)
    close_period(connection, house.issuer, caller, through, reason=f"closed by {marks.text}")
    deposit(
        connection,
        house.issuer,
        caller,
        Money(1000, "KES"),
        reference=f"late {marks.text}",
        value_on=through,
    )
    return through


def contents(house: House, paying: Paying) -> list[Content]:
    """One of each kind."""
    run, shop = paying.previewed, house.acceptor_id
    return [
        asks.SetPayoutTerms(
            design=TermsDesign(funding_account_id=house.funding_account_id, fee_minor=10),
            expected_version=1,
        ),
        asks.EndPayoutTerms(terms_id=paying.terms_id),
        asks.SetBankDays(rest_days=(5,), holidays=(asks.Holiday(date(2026, 12, 25), "Rest"),)),
        asks.SetPayoutRoutes(routes=(Route(scheme="iban", rail="bank"), Route(rail="sandbox"))),
        ClosePeriod(through=paying.closed + timedelta(days=7)),
        asks.BudgetIncentives(
            funding_account_id=house.funding_account_id, amount_minor=500, currency="KES"
        ),
        asks.SetEarningRules(
            rules=(
                EarningRule(
                    funding_account_id=house.funding_account_id,
                    event=Event.CASH_OUT,
                    acceptor_id=shop,
                    points=250,
                    least_minor=10,
                ),
                EarningRule(
                    funding_account_id=house.funding_account_id,
                    event=Event.ACTIVATION,
                    fixed_minor=50,
                ),
            )
        ),
        asks.BeginPayoutRun(terms_id=paying.terms_id),
        asks.DropPayoutRun(run_id=run.run_id),
        asks.SendPayouts(
            run_id=run.run_id,
            digest=(run.digest or b"").hex(),
            payouts=run.payouts,
            net_minor=run.net_minor,
            currency=run.currency,
        ),
        asks.RetryPayout(
            run_id=paying.failed.run_id, acceptor_id=shop, net_minor=990, currency="KES"
        ),
        asks.RefundRedemption(
            serial=house.redeemed, acceptor_id=shop, amount_minor=1000, currency="KES"
        ),
    ]


def _fail(connection: Connection, house: House, caller: Caller, run: Run) -> None:
    payments = read_payments(connection, house.issuer, run.run_id, house.acceptor_id)
    news = News(payments[-1][0], Told.REJECTED, "cannot_credit")
    assert hear(connection, house.issuer, caller, [news]).moved == 1
