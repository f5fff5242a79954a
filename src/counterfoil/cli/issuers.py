"""`counterfoil issuer`: who runs voucher programmes."""

import click

from counterfoil.cli.output import json_option, show_facts, show_rows
from counterfoil.cli.place import Place, cli_caller, placed
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
