"""The processes: `serve` is all of them to try it; `api`, `portal` and `work` are one each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from socket import socket
from typing import BinaryIO

import click

from counterfoil.cli import logs
from counterfoil.cli.children import Child, end_with_parent, with_parent
from counterfoil.cli.composing import api_app, one_port_app, portal_app
from counterfoil.cli.place import Place, Workspace, placed
from counterfoil.cli.postgres import kept_running
from counterfoil.cli.server import address, listening
from counterfoil.cli.server import serve as serve_app

_host = click.option("--host", default="127.0.0.1", show_default=True)
_port = click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)


@click.command()
@_host
@_port
@with_parent
@placed
def serve(place: Place, *, host: str, port: int, with_parent: bool) -> None:
    """Everything on one port: API, portal, worker, and an embedded PostgreSQL below."""
    if with_parent:
        end_with_parent()
    log = logs.configure(place.settings.log_level)
    with listening(host, port) as listener, place.opened() as workspace:
        run_server(
            place,
            workspace,
            listener,
            log,
            ready=lambda: click.echo(f"Counterfoil at {address(host, port)}"),
        )


def run_server(
    place: Place,
    workspace: Workspace,
    listener: socket,
    log: BinaryIO,
    *,
    ready: Callable[[], None],
    log_path: Path | None = None,
    demo_logins: Sequence[str] = (),
) -> None:
    """Blocks until it is told to stop. What asks is stopped first, what stores last."""
    app = one_port_app(workspace, listener.getsockname()[0], log, demo_logins)
    worker = ["work", *place.options()]
    with (
        kept_running(workspace.postgres),
        Child("work", worker, environment=place.environment(), log_path=log_path),
    ):
        serve_app(app.asgi, listener, lifespan=True, ready=ready, direct=app.direct)


@click.command()
@_host
@_port
@with_parent
@placed
def api(place: Place, *, host: str, port: int, with_parent: bool) -> None:
    """The API alone; as many of them as are needed."""
    if with_parent:
        end_with_parent()
    log = logs.configure(place.settings.log_level)
    with listening(host, port) as listener, place.opened() as workspace:
        app = api_app(workspace, host, log)
        with kept_running(workspace.postgres):
            serve_app(
                app.asgi,
                listener,
                lifespan=True,
                ready=lambda: click.echo(f"API at {address(host, port)}"),
                direct=app.direct,
            )


@click.command()
@_host
@_port
@placed
def portal(place: Place, *, host: str, port: int) -> None:
    """The portal alone; as many of them as are needed."""
    logs.configure(place.settings.log_level)
    with listening(host, port) as listener, place.opened() as workspace:
        app = portal_app(workspace)
        with kept_running(workspace.postgres):
            serve_app(
                app,
                listener,
                lifespan=False,
                ready=lambda: click.echo(f"Portal at {address(host, port)}"),
            )
