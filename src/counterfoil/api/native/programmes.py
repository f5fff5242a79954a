"""Programmes: opened, changed and stepped here; what a step would do, and the report."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Final, Literal, TypeVar

from msgspec import UNSET, Meta, UnsetType

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    SERIAL_MAX,
    Amount,
    Answered,
    Body,
    Endpoint,
    Id,
    Name,
    Reason,
)
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.native.pages import CodePage
from counterfoil.api.native.programme_answers import (
    FundingAccountsAnswer,
    PreviewAnswer,
    ProgrammeAnswer,
    ProgrammesAnswer,
    ReportAnswer,
    funding_accounts_answer,
    preview_answer,
    programme_answer,
    report_answer,
)
from counterfoil.api.problem import ProblemError
from counterfoil.engine.catalogue import FundingAccount, Programme
from counterfoil.engine.commands.content import ChangeProgramme, OpenProgramme, StepProgramme
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import subject_of_reference
from counterfoil.engine.operation import Caller
from counterfoil.engine.programme_figures import funding_accounts, programmes_page
from counterfoil.engine.programme_preview import step_preview
from counterfoil.engine.programme_report import programme_report
from counterfoil.engine.programme_steps import closing_bulks, step_programme
from counterfoil.engine.programmes import ProgrammeDesign, change_programme, open_programme
from counterfoil.jobs.queue import Task
from counterfoil.money import parse_amount
from counterfoil.voucher import Action

T = TypeVar("T")

ProgrammeCode = Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9_-]{0,19}$", examples=["WINTER"])]
Description = Annotated[str, Meta(max_length=1000)]
Status = Literal["open", "sales_closed", "redemption_closed", "claims_closed", "closed"]
Target = Literal["sales_closed", "redemption_closed", "claims_closed", "closed"]
Version = Annotated[int, Meta(ge=0, le=SERIAL_MAX)]


class ProgrammeBody(Body, kw_only=True):
    """Without a budget there is no limit but the funds."""

    code: ProgrammeCode
    name: Name
    description: Description = ""
    funding_account_id: Id
    budget: Amount | None = None
    starts_on: date | None = None
    sales_close_on: date | None = None
    redemption_close_on: date | None = None
    claims_close_on: date | None = None
    reason: Reason | None = None


class ProgrammeChangeBody(Body, kw_only=True):
    """What is left out stays. `expected_version` is the `version` it was read at."""

    expected_version: Version
    reason: Reason
    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    budget: Amount | UnsetType | None = UNSET
    starts_on: date | UnsetType | None = UNSET
    sales_close_on: date | UnsetType | None = UNSET
    redemption_close_on: date | UnsetType | None = UNSET
    claims_close_on: date | UnsetType | None = UNSET


class StepBody(Body, kw_only=True):
    """`expected_status` is the one it was read in."""

    to: Target
    expected_status: Status
    reason: Reason


class StepQuery(Body, kw_only=True):
    to: Target


async def list_programmes(asked: Asked, page: CodePage) -> Answered:
    issuer_id = asked.issuer_id
    found = await asked.desk.read(
        lambda connection: programmes_page(
            connection, issuer_id, after=page.after, limit=page.limit
        )
    )
    following = found[-1].code if len(found) == page.limit else None
    return Answered(ProgrammesAnswer([programme_answer(each) for each in found], following))


async def get_programme(asked: Asked) -> Answered:
    return Answered(programme_answer(await _programme(asked)))


async def open_one_programme(asked: Asked, body: ProgrammeBody) -> Answered:
    account = await _account(asked, body.funding_account_id)
    design = ProgrammeDesign(
        name=body.name,
        description=body.description,
        budget_minor=_budget(body.budget, account.currency),
        starts_on=body.starts_on,
        sales_close_on=body.sales_close_on,
        redemption_close_on=body.redemption_close_on,
        claims_close_on=body.claims_close_on,
    )
    if not await acts_alone(asked, Action.OPEN_PROGRAMME):
        asks = OpenProgramme(
            code=body.code, funding_account_id=body.funding_account_id, **asdict(design)
        )
        return await in_review(asked, lambda *_known: asks, reason=body.reason or "")

    def opened(connection: Connection, issuer: Issuer, caller: Caller) -> tuple[Programme, bool]:
        before = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.OPEN_PROGRAMME, asked.reference
        )
        programme = open_programme(
            connection,
            issuer,
            caller,
            design,
            code=body.code,
            funding_account_id=body.funding_account_id,
            reason=body.reason or "",
            reference=asked.reference,
        )
        return programme, before is None

    programme, is_new = await asked.desk.administer(asked.principal, opened)
    status = 201 if is_new else 200
    return Answered(programme_answer(programme), status, f"/programmes/{programme.code}")


async def change_one_programme(asked: Asked, body: ProgrammeChangeBody) -> Answered:
    before = await _programme(asked)
    budget_minor = before.budget_minor
    if not isinstance(body.budget, UnsetType):
        budget_minor = _budget(body.budget, before.currency)
    design = ProgrammeDesign(
        name=_given(body.name, before.name),
        description=_given(body.description, before.description),
        budget_minor=budget_minor,
        starts_on=_given(body.starts_on, before.starts_on),
        sales_close_on=_given(body.sales_close_on, before.sales_close_on),
        redemption_close_on=_given(body.redemption_close_on, before.redemption_close_on),
        claims_close_on=_given(body.claims_close_on, before.claims_close_on),
    )
    if not await acts_alone(asked, Action.CHANGE_PROGRAMME):
        asks = ChangeProgramme(
            code=before.code, expected_version=body.expected_version, **asdict(design)
        )
        return await in_review(asked, lambda *_known: asks, reason=body.reason)
    changed = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_programme(
            connection,
            issuer,
            caller,
            before.code,
            design,
            expected_version=body.expected_version,
            reason=body.reason,
            reference=asked.reference,
        ),
    )
    return Answered(programme_answer(changed))


async def preview_step(asked: Asked, query: StepQuery) -> Answered:
    issuer_id, code = asked.issuer_id, (await _programme(asked)).code
    preview = await asked.desk.read(
        lambda connection: step_preview(connection, issuer_id, code, query.to)
    )
    return Answered(preview_answer(preview))


async def take_step(asked: Asked, body: StepBody) -> Answered:
    code = (await _programme(asked)).code
    if not await acts_alone(asked, Action.STEP_PROGRAMME):
        asks = StepProgramme(code=code, expected_status=body.expected_status, to_status=body.to)
        return await in_review(asked, lambda *_known: asks, reason=body.reason)

    def taken(
        connection: Connection, issuer: Issuer, caller: Caller
    ) -> tuple[Programme, list[int]]:
        programme = step_programme(
            connection,
            issuer,
            caller,
            code,
            body.to,
            expected_status=body.expected_status,
            reason=body.reason,
            reference=asked.reference,
        )
        bulks = closing_bulks(connection, issuer, code)
        return programme, [bulk.bulk_id for bulk in bulks if bulk.status == "running"]

    programme, bulk_ids = await asked.desk.administer(asked.principal, taken)
    for bulk_id in bulk_ids:
        await asked.desk.start_job(Task.FINISH_BULK, asked.principal.issuer.code, bulk_id)
    return Answered(programme_answer(programme))


async def get_report(asked: Asked) -> Answered:
    issuer_id, code = asked.issuer_id, (await _programme(asked)).code
    report = await asked.desk.read(lambda connection: programme_report(connection, issuer_id, code))
    return Answered(report_answer(report))


async def list_funding_accounts(asked: Asked) -> Answered:
    issuer_id = asked.issuer_id
    return Answered(
        funding_accounts_answer(
            await asked.desk.read(lambda connection: funding_accounts(connection, issuer_id))
        )
    )


async def _programme(asked: Asked) -> Programme:
    issuer_id, code = asked.issuer_id, asked.code()
    found = await asked.desk.read(
        lambda connection: programmes_page(connection, issuer_id, code=code)
    )
    if not found:
        raise ProblemError(404, "programme_unknown", "There is no such programme.")
    return found[0]


async def _account(asked: Asked, funding_account_id: int) -> FundingAccount:
    issuer_id = asked.issuer_id
    accounts = await asked.desk.read(lambda connection: funding_accounts(connection, issuer_id))
    for account in accounts:
        if account.funding_account_id == funding_account_id:
            return account
    raise ProblemError(404, "funding_account_unknown", "There is no such funding account.")


def _given(value: T | UnsetType, before: T) -> T:
    return before if isinstance(value, UnsetType) else value


def _budget(text: str | None, currency: str) -> int | None:
    return None if text is None else parse_amount(text, currency).amount_minor


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/programmes",
        name="list_programmes",
        summary="Programmes: a budget, a funding account, dates and voucher groups",
        handler=list_programmes,
        takes=CodePage,
        answer=ProgrammesAnswer,
    ),
    Endpoint(
        method="POST",
        path="/programmes",
        name="open_programme",
        summary="Open a programme",
        handler=open_one_programme,
        guarded=True,
        takes=ProgrammeBody,
        answer=ProgrammeAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/programmes/{code}",
        name="get_programme",
        summary="One programme",
        handler=get_programme,
        answer=ProgrammeAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="PATCH",
        path="/programmes/{code}",
        name="change_programme",
        summary="Change name, description, budget or dates",
        description="The budget is never less than what is committed already.",
        handler=change_one_programme,
        guarded=True,
        takes=ProgrammeChangeBody,
        answer=ProgrammeAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/programmes/{code}/preview",
        name="preview_step",
        summary="What the next step would do",
        handler=preview_step,
        takes=StepQuery,
        answer=PreviewAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="POST",
        path="/programmes/{code}/steps",
        name="take_step",
        summary="Take the next step, one after the other and never back",
        description=(
            "To `closed`: a job cancels what is in stock and ends what is out; the report tells"
            " how far it is."
        ),
        handler=take_step,
        guarded=True,
        takes=StepBody,
        answer=ProgrammeAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/programmes/{code}/report",
        name="get_report",
        summary="What a programme has done: vouchers, money, acceptors, steps",
        handler=get_report,
        answer=ReportAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="GET",
        path="/funding-accounts",
        name="list_funding_accounts",
        summary="The prefunded accounts that acceptors are paid from",
        handler=list_funding_accounts,
        answer=FundingAccountsAnswer,
    ),
)
