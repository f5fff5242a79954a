"""`counterfoil issuer`: who runs voucher programmes."""

import click

from counterfoil.cli.output import json_option, show_facts, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.engine.accounts.verifying import AT_REDEMPTION, AT_REGISTRATION, NEVER
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.issuer import issuer_codes, open_issuer
from counterfoil.engine.issuer_creation import create_issuer


@click.group()
def issuer() -> None:
    """Who runs voucher programmes."""


@issuer.command("create")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--currency", required=True, help="ISO 4217, like KES.")
@click.option("--funding-account", help="The account at the provider.  [default: CODE-CURRENCY]")
@click.option(
    "--funding-account-name", default="", help="What people call that account.  [default: none]"
)
@click.option("--fsp", default="sandbox", show_default=True, help="Its financial provider.")
@json_option
@placed
def create(
    place: Place,
    *,
    code: str,
    name: str,
    currency: str,
    funding_account: str | None,
    funding_account_name: str,
    fsp: str,
    as_json: bool,
) -> None:
    """Create an issuer with its keys, a first programme and the group GENERAL-PURPOSE."""
    with place.opened() as workspace, workspace.connection() as connection:
        created = create_issuer(
            connection,
            workspace.provider,
            cli_caller(),
            code=code,
            name=name,
            currency=currency,
            fsp=fsp,
            funding_account=funding_account,
            funding_account_name=funding_account_name.strip(),
        )
        account = next(iter(created.catalogue.funding_accounts.values()))
    show_facts(
        {
            "code": code,
            "name": name,
            "currency": currency,
            "fsp": account.fsp,
            "funding_account": account.account,
            "groups": sorted(created.catalogue.groups),
        },
        as_json=as_json,
        said=f"Issuer {code} is ready, funded from {account.account} at {account.fsp}.",
    )


@issuer.command("verify-accounts")
@click.argument("when", type=click.Choice([NEVER, AT_REGISTRATION, AT_REDEMPTION]))
@click.option("--issuer", "code", help="Needed where there are several.")
@json_option
@placed
def verify_accounts(place: Place, *, when: str, code: str | None, as_json: bool) -> None:
    """Say WHEN the accounts of merchants are asked about: never, once each (registration), or again
    and again, so that nothing is paid at once to one that is not there (redemption).
    """
    with place.opened() as workspace, workspace.issuer(code) as (connection, opened):
        change_settings(connection, opened, cli_caller(), SettingsChange(verify_accounts=when))
    show_facts(
        {"issuer": opened.code, "verify_accounts": when},
        as_json=as_json,
        said=f"Accounts of {opened.code} are verified: {when}.",
    )


@issuer.command("list")
@json_option
@placed
def list_(place: Place, *, as_json: bool) -> None:
    """List the issuers."""
    with place.opened() as workspace, workspace.connection() as connection:
        found = [
            open_issuer(connection, code, workspace.provider) for code in issuer_codes(connection)
        ]
    show_rows(
        [
            {
                "code": each.code,
                "name": each.name,
                "currencies": sorted(
                    {account.currency for account in each.catalogue.funding_accounts.values()}
                ),
                "groups": len(each.catalogue.groups),
            }
            for each in found
        ],
        as_json=as_json,
        none="There is no issuer yet: `counterfoil issuer create CODE --name … --currency …`.",
    )
