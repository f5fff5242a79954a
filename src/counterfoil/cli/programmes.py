"""Programmes and the funding accounts they are paid from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import click

from counterfoil.cli.output import json_option, progress, show_facts, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.cli.programme_pages import report_facts, show_preview, show_report
from counterfoil.cli.values import money
from counterfoil.engine.bulk import finish_bulk
from counterfoil.engine.catalogue import FundingAccount, Programme
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.programme_figures import holdings, total
from counterfoil.engine.programme_preview import step_preview
from counterfoil.engine.programme_report import programme_report
from counterfoil.engine.programme_steps import closing_bulks, step_programme
from counterfoil.engine.programmes import (
    ProgrammeDesign,
    change_programme,
    open_funding_account,
    open_programme,
    programme_of,
)
from counterfoil.errors import NotFoundError
from counterfoil.money import decimal_text
from counterfoil.programme import ProgrammeStatus

_NO_BUDGET: Final = "none"
_STEPS: Final = [status.value for status in ProgrammeStatus][1:]
_day = click.DateTime(["%Y-%m-%d"])
_starts = click.option("--starts", type=_day, help="The first day, like 2027-01-31.")
_sales_close = click.option("--sales-close", type=_day, help="The last day of sales.")
_redemption_close = click.option(
    "--redemption-close", type=_day, help="The last day vouchers can be used."
)
_claims_close = click.option("--claims-close", type=_day, help="The last day of claims.")
_reference = click.option("--reference", help="The same one again does it once.")


@click.group()
def programme() -> None:
    """Budgets with a funding account, dates and voucher groups."""


@programme.command("create")
@click.argument("issuer")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--description", default="")
@click.option(
    "--funding-account", type=int, required=True, help="Its id: `funding-account list` has it."
)
@click.option("--budget", metavar="AMOUNT", help="The most it may commit.  [default: no limit]")
@_starts
@_sales_close
@_redemption_close
@_claims_close
@_reference
@json_option
@placed
def create(
    place: Place,
    *,
    issuer: str,
    code: str,
    name: str,
    description: str,
    funding_account: int,
    budget: str | None,
    starts: datetime | None,
    sales_close: datetime | None,
    redemption_close: datetime | None,
    claims_close: datetime | None,
    reference: str | None,
    as_json: bool,
) -> None:
    """Open the programme CODE of ISSUER."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        account = opened.catalogue.funding_accounts.get(funding_account)
        if account is None:
            raise NotFoundError(f"{issuer} has no funding account {funding_account}.")
        design = ProgrammeDesign(
            name=name,
            description=description,
            budget_minor=None if budget is None else money(budget, account.currency).amount_minor,
            starts_on=starts and starts.date(),
            sales_close_on=sales_close and sales_close.date(),
            redemption_close_on=redemption_close and redemption_close.date(),
            claims_close_on=claims_close and claims_close.date(),
        )
        created = open_programme(
            connection,
            opened,
            cli_caller(),
            design,
            code=code,
            funding_account_id=funding_account,
            reference=reference,
        )
    show_facts(_facts(created), as_json=as_json, said=f"The programme {code} is open.")


@programme.command("list")
@click.argument("issuer")
@json_option
@placed
def list_(place: Place, *, issuer: str, as_json: bool) -> None:
    """List the programmes of ISSUER."""
    with place.opened() as workspace, workspace.issuer(issuer) as (_connection, opened):
        found = [opened.catalogue.programmes[code] for code in sorted(opened.catalogue.programmes)]
    show_rows(
        [_facts(each) for each in found], as_json=as_json, none=f"{issuer} has no programme yet."
    )


@programme.command("change")
@click.argument("issuer")
@click.argument("code")
@click.option("--name")
@click.option("--description")
@click.option("--budget", metavar=f"AMOUNT|{_NO_BUDGET}")
@_starts
@_sales_close
@_redemption_close
@_claims_close
@click.option("--reason", default="", help="For the journal.")
@json_option
@placed
def change(
    place: Place,
    *,
    issuer: str,
    code: str,
    name: str | None,
    description: str | None,
    budget: str | None,
    starts: datetime | None,
    sales_close: datetime | None,
    redemption_close: datetime | None,
    claims_close: datetime | None,
    reason: str,
    as_json: bool,
) -> None:
    """Change what is given of the programme CODE of ISSUER; the rest stays."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        before = programme_of(opened, code)
        design = ProgrammeDesign(
            name=before.name if name is None else name,
            description=before.description if description is None else description,
            budget_minor=_budget(budget, before),
            starts_on=starts.date() if starts else before.starts_on,
            sales_close_on=sales_close.date() if sales_close else before.sales_close_on,
            redemption_close_on=redemption_close.date()
            if redemption_close
            else before.redemption_close_on,
            claims_close_on=claims_close.date() if claims_close else before.claims_close_on,
        )
        changed = change_programme(
            connection,
            opened,
            cli_caller(),
            code,
            design,
            expected_version=before.version,
            reason=reason,
        )
    show_facts(_facts(changed), as_json=as_json, said=f"The programme {code} is changed.")


@programme.command("step")
@click.argument("issuer")
@click.argument("code")
@click.argument("to_status", type=click.Choice(_STEPS), required=False)
@click.option("--reason", required=True, help="For the journal.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@placed
def step(
    place: Place,
    *,
    issuer: str,
    code: str,
    to_status: str | None,
    reason: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Take the next step of the programme CODE of ISSUER, after showing what it does.

    Closing may be killed: the worker, or the same command once more, goes on with it.
    """
    if as_json and not yes:
        raise click.UsageError("--json asks nothing: give --yes, too.")
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        before = programme_of(opened, code)
        if before.status is ProgrammeStatus.CLOSED and to_status in {None, "closed"}:
            after = before
        else:
            target = to_status or before.status.next or before.status
            preview = step_preview(connection, opened.issuer_id, code, target)
            connection.rollback()
            if not yes:
                show_preview(preview)
                click.confirm("Take this step?", abort=True)
            after = step_programme(
                connection,
                opened,
                cli_caller(),
                code,
                target,
                expected_status=before.status,
                reason=reason,
            )
        _work_off(connection, opened, code)
    show_facts(_facts(after), as_json=as_json, said=f"The programme {code} is {after.status}.")


@programme.command("report")
@click.argument("issuer")
@click.argument("code")
@json_option
@placed
def report(place: Place, *, issuer: str, code: str, as_json: bool) -> None:
    """Show what the programme CODE of ISSUER has done: vouchers, money, acceptors, steps."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        found = programme_report(connection, opened.issuer_id, code)
    if as_json:
        show_facts(report_facts(found), as_json=True)
    else:
        show_report(found)


@click.group("funding-account")
def funding_account() -> None:
    """Accounts at financial providers that acceptors are paid from."""


@funding_account.command("create")
@click.argument("issuer")
@click.argument("account")
@click.option("--currency", required=True, help="ISO 4217, like KES.")
@click.option("--fsp", default="sandbox", show_default=True, help="Its financial provider.")
@click.option("--name", default="", help="What people call it.")
@_reference
@json_option
@placed
def create_account(
    place: Place,
    *,
    issuer: str,
    account: str,
    currency: str,
    fsp: str,
    name: str,
    reference: str | None,
    as_json: bool,
) -> None:
    """Open the funding account ACCOUNT of ISSUER."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        account_id = open_funding_account(
            connection,
            opened,
            cli_caller(),
            fsp=fsp,
            account=account,
            currency=currency,
            name=name,
            reference=reference,
        )
        created = opened.catalogue.funding_accounts[account_id]
    said = f"Funding account {account_id} is open: {account} at {fsp}."
    show_facts(_account_facts(created), as_json=as_json, said=said)


@funding_account.command("list")
@click.argument("issuer")
@json_option
@placed
def list_accounts(place: Place, *, issuer: str, as_json: bool) -> None:
    """List the funding accounts of ISSUER."""
    with place.opened() as workspace, workspace.issuer(issuer) as (_connection, opened):
        accounts = opened.catalogue.funding_accounts
    show_rows(
        [_account_facts(accounts[each]) for each in sorted(accounts)],
        as_json=as_json,
        none=f"{issuer} has no funding account.",
    )


def _work_off(connection: Connection, issuer: Issuer, code: str) -> None:
    """What closing has left to do; nothing before it."""
    programme_id = programme_of(issuer, code).programme_id
    for bulk in closing_bulks(connection, issuer, code):
        left = total(each.open for each in holdings(connection, issuer.issuer_id, programme_id))
        connection.rollback()
        done = bulk.done
        with progress(f"Closing: {bulk.action.word}", left.vouchers) as advance:
            for chunk in finish_bulk(connection, issuer, bulk.bulk_id):
                advance(chunk.done - done)
                done = chunk.done


def _budget(text: str | None, before: Programme) -> int | None:
    if text is None:
        return before.budget_minor
    return None if text == _NO_BUDGET else money(text, before.currency).amount_minor


def _facts(programme: Programme) -> Mapping[str, object]:
    budget = programme.budget_minor
    return {
        "code": programme.code,
        "name": programme.name,
        "status": str(programme.status),
        "currency": programme.currency,
        "budget": None if budget is None else decimal_text(budget, programme.currency),
        "funding_account": programme.funding_account_id,
        "starts_on": _text(programme.starts_on),
        "sales_close_on": _text(programme.sales_close_on),
        "redemption_close_on": _text(programme.redemption_close_on),
        "claims_close_on": _text(programme.claims_close_on),
    }


def _account_facts(account: FundingAccount) -> Mapping[str, object]:
    return {
        "id": account.funding_account_id,
        "currency": account.currency,
        "fsp": account.fsp,
        "account": account.account,
        "name": account.name,
    }


def _text(day: object) -> str | None:
    return None if day is None else str(day)
