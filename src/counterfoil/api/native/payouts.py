"""Payouts to merchants and agents, as other systems read them: runs, and what became of each
payout. They are begun, approved and sent by people.
"""

from datetime import datetime
from typing import Final, Literal

import msgspec

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Endpoint
from counterfoil.api.native.pages import IdPage
from counterfoil.engine.database import Connection
from counterfoil.engine.payouts.reading import Payout, Run, payouts_of, run_of, runs_of
from counterfoil.money import decimal_text


class PayoutRunAnswer(msgspec.Struct, kw_only=True):
    """Of `payouts`, so many are still on their way; those `left_out` are owed to a later run."""

    run_id: int
    status: Literal["counting", "previewed", "sending", "sent", "ended", "dropped"]
    funding_account_id: int
    programme_id: int | None
    currency: str
    net: str
    payouts: int
    payouts_open: int
    left_out: int
    cut_off_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None


class PayoutRunsAnswer(msgspec.Struct):
    payout_runs: list[PayoutRunAnswer]
    next: int | None


class PayoutAnswer(msgspec.Struct, kw_only=True):
    """What is paid is `gross` less what was refunded, with what was earned, less what is kept.
    `left_out` says why it was not paid with this run, `reason` why it failed or came back.
    """

    acceptor_id: int
    acceptor: str
    status: Literal["listed", "left_out", "pending", "processed", "completed", "failed", "returned"]
    redemptions: int
    gross: str
    refunded: str
    earned: str
    commission: str
    fee: str
    net: str
    currency: str
    rail: str
    left_out: str | None
    reason: str | None
    changed_at: datetime


class PayoutsAnswer(msgspec.Struct):
    payouts: list[PayoutAnswer]
    next: int | None


async def list_runs(asked: Asked, page: IdPage) -> Answered:
    issuer_id = asked.issuer_id
    runs = await asked.desk.read(
        lambda connection: runs_of(connection, issuer_id, after_run=page.after, runs_max=page.limit)
    )
    following = runs[-1].run_id if len(runs) == page.limit else None
    return Answered(PayoutRunsAnswer([_run(run) for run in runs], following))


async def get_run(asked: Asked) -> Answered:
    issuer, run_id = asked.principal.issuer, asked.id("run_id")
    run = await asked.desk.read(lambda connection: run_of(connection, issuer, run_id))
    return Answered(_run(run))


async def list_payouts(asked: Asked, page: IdPage) -> Answered:
    issuer, run_id = asked.principal.issuer, asked.id("run_id")

    def read(connection: Connection) -> list[Payout]:
        run_of(connection, issuer, run_id)
        return payouts_of(
            connection, issuer, run_id, after_acceptor=page.after, payouts_max=page.limit
        )

    payouts = await asked.desk.read(read)
    following = payouts[-1].acceptor_id if len(payouts) == page.limit else None
    return Answered(PayoutsAnswer([_payout(payout) for payout in payouts], following))


def _run(run: Run) -> PayoutRunAnswer:
    return PayoutRunAnswer(
        run_id=run.run_id,
        status=run.status,  # type: ignore[arg-type]  # it is one of these
        funding_account_id=run.funding_account_id,
        programme_id=run.programme_id,
        currency=run.currency,
        net=decimal_text(run.net_minor, run.currency),
        payouts=run.payouts,
        payouts_open=run.payouts_open,
        left_out=run.left_out,
        cut_off_at=run.cut_off_at,
        approved_at=run.approved_at,
        sent_at=run.sent_at,
        ended_at=run.ended_at,
    )


def _payout(payout: Payout) -> PayoutAnswer:
    def text(amount_minor: int) -> str:
        return decimal_text(amount_minor, payout.currency)

    return PayoutAnswer(
        acceptor_id=payout.acceptor_id,
        acceptor=payout.acceptor_name,
        status=payout.status,  # type: ignore[arg-type]  # it is one of these
        redemptions=payout.redemptions,
        gross=text(payout.gross_minor),
        refunded=text(payout.refunded_minor),
        earned=text(payout.earned_minor),
        commission=text(payout.commission_minor),
        fee=text(payout.fee_minor),
        net=text(payout.net_minor),
        currency=payout.currency,
        rail=payout.rail,
        left_out=payout.left_out,
        reason=payout.reason,
        changed_at=payout.changed_at,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/payout-runs",
        name="list_payout_runs",
        summary="Runs of payouts to merchants and agents, the oldest first",
        handler=list_runs,
        takes=IdPage,
        answer=PayoutRunsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/payout-runs/{run_id}",
        name="get_payout_run",
        summary="How far a run of payouts is",
        handler=get_run,
        answer=PayoutRunAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="GET",
        path="/payout-runs/{run_id}/payouts",
        name="list_payouts",
        summary="What each merchant or agent gets in a run, and what became of it",
        handler=list_payouts,
        takes=IdPage,
        answer=PayoutsAnswer,
        refusals=frozenset({404}),
    ),
)
