"""Money: what comes in and goes out, what is where, and whether it all adds up."""

from dataclasses import asdict

import click

from counterfoil.chart import AccountKind
from counterfoil.cli.output import json_option, show_facts, show_json, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.cli.values import money
from counterfoil.engine import check as engine_check
from counterfoil.engine import funds
from counterfoil.engine.issuer import issuer_codes, open_issuer
from counterfoil.errors import CounterfoilError
from counterfoil.money import decimal_text
from counterfoil.statements import statement


@click.command()
@click.argument("issuer")
@click.argument("amount")
@click.argument("currency")
@click.option("--reference", required=True, help="The bank's or yours; the same one counts once.")
@click.option("--funding-account", type=int, help="Its id, where the currency has several.")
@click.option("--reason", default="", help="For the journal.")
@json_option
@placed
def deposit(
    place: Place,
    *,
    issuer: str,
    amount: str,
    currency: str,
    reference: str,
    funding_account: int | None,
    reason: str,
    as_json: bool,
) -> None:
    """Record AMOUNT that arrived in a funding account of ISSUER."""
    arrived = money(amount, currency)
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        is_new = funds.deposit(
            connection,
            opened,
            cli_caller(),
            arrived,
            reference=reference,
            funding_account_id=funding_account,
            reason=reason,
        )
    show_facts(
        {"issuer": issuer, "amount": amount, "currency": currency, "is_new": is_new},
        as_json=as_json,
        said=f"{arrived} deposited for {issuer}."
        if is_new
        else f"The deposit {reference} is recorded already; nothing was changed.",
    )


@click.command()
@click.argument("issuer")
@click.argument("amount")
@click.argument("currency")
@click.option("--reference", required=True, help="The bank's or yours; the same one counts once.")
@click.option("--funding-account", type=int, help="Its id, where the currency has several.")
@click.option("--reason", default="", help="For the journal.")
@json_option
@placed
def withdraw(
    place: Place,
    *,
    issuer: str,
    amount: str,
    currency: str,
    reference: str,
    funding_account: int | None,
    reason: str,
    as_json: bool,
) -> None:
    """Record AMOUNT that left a funding account of ISSUER; never beyond what is available."""
    left = money(amount, currency)
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        is_new = funds.withdraw(
            connection,
            opened,
            cli_caller(),
            left,
            reference=reference,
            funding_account_id=funding_account,
            reason=reason,
        )
    show_facts(
        {"issuer": issuer, "amount": amount, "currency": currency, "is_new": is_new},
        as_json=as_json,
        said=f"{left} withdrawn for {issuer}."
        if is_new
        else f"The withdrawal {reference} is recorded already; nothing was changed.",
    )


@click.command()
@click.argument("issuer")
@json_option
@placed
def balances(place: Place, *, issuer: str, as_json: bool) -> None:
    """Show every account of ISSUER that ever moved."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        rows = connection.execute(
            statement(__package__, "accounts"), {"issuer_id": opened.issuer_id}
        ).fetchall()
    shown = []
    for funding_account_id, kind, owner, currency, debit_minor, credit_minor in rows:
        is_funding = kind == AccountKind.FUNDING
        balance = debit_minor - credit_minor if is_funding else credit_minor - debit_minor
        shown.append(
            {
                "funding_account": funding_account_id,
                "account": AccountKind(kind).word,
                "owner": owner,
                "currency": currency,
                "balance": decimal_text(balance, currency),
                "debit": decimal_text(debit_minor, currency),
                "credit": decimal_text(credit_minor, currency),
            }
        )
    show_rows(shown, as_json=as_json, none=f"{issuer} has moved no money yet.")


@click.command()
@click.option("--issuer", help="Only this one.  [default: all]")
@json_option
@placed
def check(place: Place, *, issuer: str | None, as_json: bool) -> None:
    """Prove that every voucher and every cent is where it must be; exits 1 where one is not.

    Works on a live database, in one snapshot, and changes nothing.
    """
    with place.opened() as workspace, workspace.connection() as connection:
        issuer_id = (
            None
            if issuer is None
            else open_issuer(connection, issuer, workspace.provider).issuer_id
        )
        codes = issuer_codes(connection)
        differences = engine_check.check(connection, issuer_id)
    if as_json:
        show_json(
            {
                "issuers": codes if issuer is None else [issuer],
                "rules": len(engine_check.RULES),
                "differences": [asdict(each) for each in differences],
            }
        )
    elif differences:
        for each in differences:
            click.echo(str(each))
    else:
        click.echo(
            f"All {len(engine_check.RULES)} rules hold"
            f" for {issuer or ', '.join(codes) or 'nobody'}."
        )
    if differences:
        raise CounterfoilError(f"{len(differences)} things are not as they must be.")
