"""What a large issuer paid: a run of payouts to all of its merchants, among them the one whose
pages are measured, and a statement of its bank that has as many lines, and others besides.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.engine.payouts.given import read_payments
from tests.portal.access.furnished import Furnished

from bench.many_redemptions import redeem_at
from bench.payouts import RAIL, PayoutsReport, empty_folder, pay
from bench.server import BENCH
from counterfoil.engine.bank_data import cancel_rebank, rebank_acceptor
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.engine.payouts.reading import run_of
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.engine.payouts.terms import TermsDesign, end_terms, set_terms, terms_of
from counterfoil.money import Money

OTHERS: Final = 500  # credits that nobody recorded, and as many debits that nothing explains


def paid(
    connection: Connection, url: str, of: Furnished, folder: Path, merchants: Sequence[int]
) -> Furnished:
    """The same, with that run as the one whose pages are measured: the payout of its merchant came
    back. A voucher was redeemed at each of `merchants`.
    """
    issuer, shop, fund = of.house.issuer, of.house.acceptor_id, of.house.funding_account_id
    redeem_at(connection, url, issuer, of.house.group, merchants, len(merchants))
    catch_up(connection, issuer.issuer_id)
    cancel_rebank(connection, issuer, BENCH, shop, reason="so that it is paid")
    end_terms(connection, issuer, BENCH, of.paying.terms_id, reason="so that it is paid with all")
    set_routes(connection, issuer, BENCH, (Route(rail=RAIL),))
    terms_id = _terms_of(connection, of)
    run_id = pay(
        connection,
        issuer,
        PayoutsReport(payouts=len(merchants) + 1, redemptions=0),
        empty_folder(folder),
        fund=fund,
        terms_id=terms_id,
        had=Money(10**12, "KES"),
        others=OTHERS,
    )
    ((payment_id, *_rest),) = read_payments(connection, issuer, run_id, shop)
    hear(connection, issuer, BENCH, [News(payment_id, Told.RETURNED, "cannot_credit")])
    bank = BankData("account", "Bank", "NEXT-1")
    rebank_acceptor(connection, issuer, BENCH, shop, bank, reason="as it was")
    own = TermsDesign(funding_account_id=fund, acceptor_id=shop)
    own_id = set_terms(connection, issuer, BENCH, own, expected_version=0, reason="its own again")
    run = run_of(connection, issuer, run_id)
    connection.rollback()
    return replace(of, paying=replace(of.paying, terms_id=own_id, failed=run))


def _terms_of(connection: Connection, of: Furnished) -> int:
    """Those of the funding account as a whole."""
    (terms_id,) = (
        each.terms_id
        for each in terms_of(connection, of.issuer_id)
        if each.design.funding_account_id == of.house.funding_account_id
        and each.design.programme_id is None
        and each.design.acceptor_id is None
    )
    connection.rollback()
    return terms_id
