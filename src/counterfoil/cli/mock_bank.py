"""mock-bank as a command of ours, so that it ends with the demonstration that started it."""

from pathlib import Path

import click

from counterfoil.cli.children import end_with_parent, with_parent


@click.command("mock-bank", hidden=True)
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--data", "data_path", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--clock", help="When it is, in the bank's time, as it starts.")
@with_parent
def mock_bank(*, port: int, data_path: Path, clock: str | None, with_parent: bool) -> None:
    """A bank to be paid through by files; what it gets until midnight it books on that day."""
    from mockbank.__main__ import main  # noqa: PLC0415  # for this command alone

    if with_parent:
        end_with_parent()
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--db", str(data_path), "--quiet"]
    main([*arguments, "--cutoff", "23:59", *(("--clock", clock) if clock else ())])
