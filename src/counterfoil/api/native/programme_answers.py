"""What is told of programmes: as they are, before a step, and in the report."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from counterfoil.engine.catalogue import FundingAccount, Programme
from counterfoil.engine.programme_figures import Holding, Pile
from counterfoil.engine.programme_preview import StepPreview, StepWarning
from counterfoil.engine.programme_report import ProgrammeReport
from counterfoil.money import decimal_text


class ProgrammeAnswer(msgspec.Struct, kw_only=True):
    """`budget` is null where there is no limit; `version` changes with the programme."""

    code: str
    name: str
    description: str
    status: str
    currency: str
    funding_account_id: int
    budget: str | None
    starts_on: date | None
    sales_close_on: date | None
    redemption_close_on: date | None
    claims_close_on: date | None
    version: int


class ProgrammesAnswer(msgspec.Struct):
    programmes: list[ProgrammeAnswer]
    next: str | None


class FundingAccountAnswer(msgspec.Struct):
    funding_account_id: int
    currency: str
    fsp: str
    account: str
    name: str


class FundingAccountsAnswer(msgspec.Struct):
    funding_accounts: list[FundingAccountAnswer]


class PileAnswer(msgspec.Struct):
    """So many vouchers, worth so much."""

    vouchers: int
    value: str


class StandingAnswer(msgspec.Struct):
    """`out` are in people's hands; `being_paid` wait for the outcome of a payment."""

    group: str
    status: str
    in_stock: PileAnswer
    out: PileAnswer
    being_paid: PileAnswer


class WarningAnswer(msgspec.Struct):
    """What to think of before the step; where it `stops`, the step would be refused."""

    code: str
    vouchers: int
    value: str
    planned_on: date | None
    stops: bool


class PreviewAnswer(msgspec.Struct, kw_only=True):
    """What the step ends and frees; `owed_to_acceptors` stays payable."""

    status: str
    to: str
    currency: str
    groups: list[StandingAnswer]
    cancelled: PileAnswer
    expired: PileAnswer
    freed: str
    owed_to_acceptors: str
    shares_its_account_with: list[str]
    warnings: list[WarningAnswer]


class HoldingAnswer(msgspec.Struct, kw_only=True):
    """`amount` is null where vouchers of any amount are created on demand."""

    group: str
    amount: str | None
    issued: PileAnswer
    redeemed: PileAnswer
    expired: PileAnswer
    cancelled: PileAnswer
    open: PileAnswer


class EarnedAnswer(msgspec.Struct):
    acceptor_id: int
    name: str
    earned: str
    owed: str


class StepAnswer(msgspec.Struct):
    status: str
    at: datetime
    actor: str
    reason: str


class ClosingAnswer(msgspec.Struct):
    bulk_id: int
    action: str
    status: str
    done: int
    refused: int


class ReportAnswer(msgspec.Struct, kw_only=True):
    """`deposited`, `available` and what acceptors earned are of the whole funding account, which
    `shares_its_account_with` says who else uses. `acceptors` are the hundred who earned most.
    """

    programme: ProgrammeAnswer
    is_finished: bool
    committed: str
    budget_left: str | None
    deposited: str
    available: str
    earmarked: str
    earned_by_acceptors: str
    owed_to_acceptors: str
    shares_its_account_with: list[str]
    vouchers: list[HoldingAnswer]
    acceptors: list[EarnedAnswer]
    steps: list[StepAnswer]
    closing: list[ClosingAnswer]


def programme_answer(programme: Programme) -> ProgrammeAnswer:
    return ProgrammeAnswer(
        code=programme.code,
        name=programme.name,
        description=programme.description,
        status=programme.status.value,
        currency=programme.currency,
        funding_account_id=programme.funding_account_id,
        budget=_optional(programme.budget_minor, programme.currency),
        starts_on=programme.starts_on,
        sales_close_on=programme.sales_close_on,
        redemption_close_on=programme.redemption_close_on,
        claims_close_on=programme.claims_close_on,
        version=programme.version,
    )


def funding_accounts_answer(accounts: Iterable[FundingAccount]) -> FundingAccountsAnswer:
    return FundingAccountsAnswer(
        [
            FundingAccountAnswer(
                each.funding_account_id, each.currency, each.fsp, each.account, each.name
            )
            for each in accounts
        ]
    )


def preview_answer(preview: StepPreview) -> PreviewAnswer:
    currency = preview.programme.currency
    return PreviewAnswer(
        status=preview.programme.status.value,
        to=preview.to_status.value,
        currency=currency,
        groups=[
            StandingAnswer(
                each.group_code,
                each.group_status,
                _pile(each.stocked, currency),
                _pile(each.out, currency),
                _pile(each.redeeming, currency),
            )
            for each in preview.groups
        ],
        cancelled=_pile(preview.cancelled, currency),
        expired=_pile(preview.expired, currency),
        freed=decimal_text(preview.freed_minor, currency),
        owed_to_acceptors=decimal_text(preview.money.owed_minor, currency),
        shares_its_account_with=list(preview.money.shared_with),
        warnings=[_warning(each, currency) for each in preview.warnings],
    )


def report_answer(report: ProgrammeReport) -> ReportAnswer:
    currency, money = report.programme.currency, report.money
    return ReportAnswer(
        programme=programme_answer(report.programme),
        is_finished=report.is_finished,
        committed=decimal_text(report.committed_minor, currency),
        budget_left=_optional(report.budget_left_minor, currency),
        deposited=decimal_text(money.deposited_minor, currency),
        available=decimal_text(money.available_minor, currency),
        earmarked=decimal_text(money.earmarked_minor, currency),
        earned_by_acceptors=decimal_text(money.earned_minor, currency),
        owed_to_acceptors=decimal_text(money.owed_minor, currency),
        shares_its_account_with=list(money.shared_with),
        vouchers=[_holding(each, currency) for each in report.holdings],
        acceptors=[
            EarnedAnswer(
                each.acceptor_id,
                each.name,
                decimal_text(each.earned_minor, currency),
                decimal_text(each.owed_minor, currency),
            )
            for each in report.acceptors
        ],
        steps=[
            StepAnswer(each.status.value, each.at, each.actor, each.reason) for each in report.steps
        ],
        closing=[
            ClosingAnswer(each.bulk_id, each.action.word, each.status, each.done, each.refused)
            for each in report.closing
        ],
    )


def _holding(holding: Holding, currency: str) -> HoldingAnswer:
    return HoldingAnswer(
        group=holding.group_code,
        amount=_optional(holding.denomination_minor, currency),
        issued=_pile(holding.issued, currency),
        redeemed=_pile(holding.redeemed, currency),
        expired=_pile(holding.expired, currency),
        cancelled=_pile(holding.cancelled, currency),
        open=_pile(holding.open, currency),
    )


def _warning(warning: StepWarning, currency: str) -> WarningAnswer:
    return WarningAnswer(
        warning.code.value,
        warning.pile.vouchers,
        decimal_text(warning.pile.value_minor, currency),
        warning.planned_on,
        warning.stops,
    )


def _pile(pile: Pile, currency: str) -> PileAnswer:
    return PileAnswer(pile.vouchers, decimal_text(pile.value_minor, currency))


def _optional(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else decimal_text(amount_minor, currency)
