"""Puts the parts of a server together from what was set."""

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from starlette.types import ASGIApp

from counterfoil.api.app import Api, ApiState, build_app
from counterfoil.api.auth import check_open_mode
from counterfoil.cli.place import Workspace
from counterfoil.cli.portal_settings import seals_of, serving_of
from counterfoil.cli.rail import gateway, rails
from counterfoil.cli.server import OnePort
from counterfoil.engine.issuer import issuer_codes
from counterfoil.jobs.queue import JobQueue
from counterfoil.portal import PREFIX
from counterfoil.portal.configuration import Serving
from counterfoil.portal.web import portal_asgi


def api_app(workspace: Workspace, host: str, log: BinaryIO) -> Api:
    """Raises WrongSettingError where calls without a key could come from elsewhere."""
    sandbox = gateway(workspace.settings)
    with workspace.connection() as connection:
        check_open_mode(workspace.settings, host, issuer_codes(connection))
    return build_app(
        ApiState(
            database_url=workspace.url,
            provider=workspace.provider,
            enqueue=JobQueue(workspace.url).enqueue,
            settings=workspace.settings,
            gateway=sandbox,
            rails=rails(workspace.settings, workspace.provider, sandbox),
            seals=seals_of(workspace),
            log=log,
        )
    )


def portal_app(workspace: Workspace, serving: Serving | None = None) -> ASGIApp:
    serving = serving or serving_of(workspace.settings)
    return portal_asgi(workspace.url, workspace.provider, serving)


def one_port_app(
    workspace: Workspace, host: str, log: BinaryIO, demo_logins: Sequence[str] = ()
) -> Api:
    """`demo_logins` are the people of a demonstration, whose codes its outbox shows."""
    api = api_app(workspace, host, log)
    serving = serving_of(workspace.settings)
    if _is_to_try(workspace, host):
        serving = replace(serving, outbox=True, demo_logins=tuple(demo_logins))
    return Api(OnePort(api.asgi, portal_app(workspace, serving), PREFIX), api.direct)


def _is_to_try(workspace: Workspace, host: str) -> bool:
    """Reached from this machine only, with a database of its own, and without a mail server: then
    the mails may be shown to whoever asks.
    """
    settings = workspace.settings
    return (
        workspace.postgres is not None
        and host in {"127.0.0.1", "::1"}
        and not settings.portal_hosts
        and settings.smtp_url is None
    )
