"""`python -m counterfoil.sandbox_fsp`: the bank on its own."""

import sys
from pathlib import Path

import click
import structlog

from counterfoil.errors import CounterfoilError, WrongSettingError
from counterfoil.sandbox_fsp.server import main


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--data", "data_path", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--secret-file",
    "secret_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What callers must show and callbacks are signed with.",
)
@click.option("--callback-url", help="Where the end of each transfer is posted.")
def command(
    host: str, port: int, data_path: Path, secret_path: Path, callback_url: str | None
) -> None:
    """A sandbox financial provider, to try payments against."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    try:
        main(host, port, data_path, _secret(secret_path), callback_url)
    except CounterfoilError as error:
        raise click.ClickException(str(error)) from None


def _secret(path: Path) -> str:
    secret = path.read_text("utf-8").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise WrongSettingError(f"{path} must hold one line of plain letters and digits.")
    return secret


if __name__ == "__main__":
    command()
