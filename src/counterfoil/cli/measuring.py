"""`counterfoil bench`: what measures lives beside the source, and is not installed."""

import importlib
import sys
from pathlib import Path

import click

import counterfoil
from counterfoil.errors import NotFoundError


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure redemptions, apply or provisioning, beside pgbench on the same server."""
    source = Path(counterfoil.__file__).parents[2]
    if not (source / "bench" / "__main__.py").is_file():
        raise NotFoundError("The benches come with the source: run this from a clone of it.")
    sys.path.insert(0, str(source))
    command = importlib.import_module("bench.__main__").main
    if not isinstance(command, click.Command):
        raise TypeError(command)
    command.main(list(arguments), prog_name="counterfoil bench", standalone_mode=False)
