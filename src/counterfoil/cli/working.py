"""What works beside the servers: the worker, the migration, the sandbox provider."""

import signal
import sys
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Final

import click

from counterfoil.cli import logs, migration
from counterfoil.cli.bank_files import BankFiles
from counterfoil.cli.children import end_with_parent, with_parent
from counterfoil.cli.output import json_option, show_facts
from counterfoil.cli.place import Place, placed
from counterfoil.cli.portal_settings import seals_of, serving_of
from counterfoil.cli.postgres import kept_running
from counterfoil.cli.rail import gateway, rails
from counterfoil.jobs.site import WorkSite
from counterfoil.jobs.worker import work as do_work
from counterfoil.portal.upkeep import keep_up
from counterfoil.sandbox_fsp.server import main as run_bank

_UPKEEP_SECONDS_MAX: Final = 5.0  # a mail that is being sent ends, or is sent again later


@click.command()
@with_parent
@placed
def work(place: Place, *, with_parent: bool) -> None:
    """The worker: jobs, expiry, payments without an answer; as many as are needed."""
    stopping = Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    logs.configure(place.settings.log_level)
    with place.opened() as workspace:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if with_parent:
            # Only now: a server killed while its worker was starting leaves a PostgreSQL that
            # somebody must have joined in order to stop it as its last user.
            end_with_parent()
        upkeep = Thread(
            target=keep_up,
            args=(workspace.url, workspace.provider, serving_of(workspace.settings), stopping),
            name="portal",
            daemon=True,
        )
        upkeep.start()
        with kept_running(workspace.postgres):
            do_work(
                WorkSite(
                    workspace.url,
                    workspace.provider,
                    rails(workspace.settings, workspace.provider, gateway(workspace.settings)),
                    seals_of(workspace),
                    stopping,
                )
            )
            upkeep.join(_UPKEEP_SECONDS_MAX)


@click.command()
@json_option
@placed
def migrate(place: Place, *, as_json: bool) -> None:
    """Bring the database up to date with this version; safe to run again."""
    with place.opened(migrated=False) as workspace:
        applied = migration.migrate(workspace.url, workspace.provider, workspace.settings)
    show_facts(
        {"applied": applied},
        as_json=as_json,
        said=f"Applied {', '.join(applied)}." if applied else "The database is up to date.",
    )


@click.command("sandbox-fsp")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8100, show_default=True)
@click.option("--data", "data_path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--secret-file", "secret_path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--callback-url", help="Where the end of each transfer is posted.")
@with_parent
@placed
def sandbox_fsp(
    place: Place,
    *,
    host: str,
    port: int,
    data_path: Path | None,
    secret_path: Path | None,
    callback_url: str | None,
    with_parent: bool,
) -> None:
    """A financial provider to try payments against; its data are in the home unless said."""
    if with_parent:
        end_with_parent()
    logs.configure(place.settings.log_level)
    bank = BankFiles.of(place, data_path, secret_path)
    if sys.stdout.isatty():
        click.echo(f"Sandbox provider at http://{host}:{port}/, secret in {bank.secret_path}")
    run_bank(host, port, bank.data_path, bank.secret(), callback_url)
