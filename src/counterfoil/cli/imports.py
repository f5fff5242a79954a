"""`counterfoil import`: printed stock and acceptors, from files of other systems."""

from pathlib import Path

import click

from counterfoil.cli.output import json_option, progress_to, show_facts
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.engine.importing import ImportResult
from counterfoil.engine.importing_acceptors import import_acceptors
from counterfoil.engine.importing_vouchers import import_vouchers

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_issuer = click.option("--issuer", required=True)
_skip_bad = click.option(
    "--skip-bad", is_flag=True, help="Import the good rows; write the bad ones to a file beside."
)


@click.group("import")
def import_() -> None:
    """Take in a CSV file of another system; the same file twice is noticed."""


@import_.command("vouchers")
@_file
@_issuer
@_skip_bad
@json_option
@placed
def vouchers(place: Place, *, file: Path, issuer: str, skip_bad: bool, as_json: bool) -> None:
    """Import printed stock: serial,number,group,amount,currency,state,expires_at[,secret]."""
    with (
        place.opened() as workspace,
        workspace.issuer(issuer) as (connection, opened),
        progress_to("Importing vouchers") as progress,
    ):
        result = import_vouchers(
            connection, opened, cli_caller(), file, skip_bad=skip_bad, progress=progress
        )
    _show(result, "vouchers", as_json=as_json)


@import_.command("acceptors")
@_file
@_issuer
@_skip_bad
@json_option
@placed
def acceptors(place: Place, *, file: Path, issuer: str, skip_bad: bool, as_json: bool) -> None:
    """Import merchants and agents: name,kind,account,fsp,groups,status."""
    with (
        place.opened() as workspace,
        workspace.issuer(issuer) as (connection, opened),
        progress_to("Importing acceptors") as progress,
    ):
        result = import_acceptors(
            connection, opened, cli_caller(), file, skip_bad=skip_bad, progress=progress
        )
    _show(result, "acceptors", as_json=as_json)


def _show(result: ImportResult, what: str, *, as_json: bool) -> None:
    for each in result.bad:
        click.echo(str(each), err=True)
    skipped = "." if result.bad_file is None else f"; the rows left out are in {result.bad_file}."
    show_facts(
        {
            "imported": result.imported,
            "bad": [
                {"row": each.row, "column": each.column, "message": each.message}
                for each in result.bad
            ],
            "bad_file": None if result.bad_file is None else str(result.bad_file),
        },
        as_json=as_json,
        said=f"{result.imported:,} {what} imported{skipped}",
    )
