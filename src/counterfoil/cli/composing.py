"""Puts the parts of a server together from what was set."""

from typing import BinaryIO, cast

from starlette.types import ASGIApp

from counterfoil.api.app import Api, ApiState, build_app
from counterfoil.api.auth import check_open_mode
from counterfoil.cli.place import Workspace
from counterfoil.cli.rail import gateway
from counterfoil.cli.server import OnePort
from counterfoil.engine.issuer import issuer_codes
from counterfoil.jobs.queue import JobQueue
from counterfoil.portal import PREFIX
from counterfoil.portal.web import portal_asgi


def api_app(workspace: Workspace, host: str, log: BinaryIO) -> Api:
    """Raises WrongSettingError where calls without a key could come from elsewhere."""
    with workspace.connection() as connection:
        check_open_mode(workspace.settings, host, issuer_codes(connection))
    return build_app(
        ApiState(
            database_url=workspace.url,
            provider=workspace.provider,
            enqueue=JobQueue(workspace.url).enqueue,
            settings=workspace.settings,
            gateway=gateway(workspace.settings),
            log=log,
        )
    )


def portal_app(workspace: Workspace) -> ASGIApp:
    return cast(
        "ASGIApp",  # a2wsgi has words of its own for the same shapes
        portal_asgi(workspace.url, workspace.provider, hosts=workspace.settings.portal_hosts),
    )


def one_port_app(workspace: Workspace, host: str, log: BinaryIO) -> Api:
    api = api_app(workspace, host, log)
    return Api(OnePort(api.asgi, portal_app(workspace), PREFIX), api.direct)
