"""`counterfoil directory`: which provider has which telephone number."""

from pathlib import Path

import click

from counterfoil.cli.output import json_option, show_facts
from counterfoil.cli.place import Place, cli_caller, placed
from counterfoil.engine.accounts.directory import import_directory


@click.group()
def directory() -> None:
    """Whose telephone numbers are, for looking accounts up."""


@directory.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--issuer", help="Needed where there are several.")
@json_option
@placed
def import_(place: Place, *, file: Path, issuer: str | None, as_json: bool) -> None:
    """Take FILE in place of what there is: prefix,number,fsp, with a prefix or a number a row."""
    with place.opened() as workspace, workspace.issuer(issuer) as (connection, opened):
        taken = import_directory(connection, opened, cli_caller(), file)
    ranges, ported = len(taken.ranges), len(taken.ported)
    show_facts(
        {"issuer": opened.code, "ranges": ranges, "ported": ported},
        as_json=as_json,
        said=f"{opened.code} has {ranges:,} ranges of numbers, and {ported:,} that moved.",
    )
