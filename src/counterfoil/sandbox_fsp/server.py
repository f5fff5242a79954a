"""Serves the bank: uvicorn, with connections that the application can close under the caller."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from counterfoil.errors import WrongSettingError
from counterfoil.sandbox_fsp.app import bank_app

KEEPALIVE_SECONDS: Final = 30
STOP_SECONDS_MAX: Final = 2


class DroppableProtocol(HttpToolsProtocol):
    """Gives each request `scope["state"]["drop_connection"]`. ASGI has no word for leaving a
    caller without an answer, and dropping is what this bank must be able to do.
    """

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["drop_connection"] = self.transport.abort


def main(
    host: str, port: int, data_path: Path, secret: str, callback_url: str | None = None
) -> None:
    """Serve until SIGINT or SIGTERM. Blocks; belongs in the main thread of its own process."""
    if not data_path.absolute().parent.is_dir():
        raise WrongSettingError(f"{data_path} is in a folder that does not exist.")
    config = uvicorn.Config(
        bank_app(data_path, secret=secret, callback_url=callback_url),
        host=host,
        port=port,
        loop="uvloop",
        http=DroppableProtocol,
        ws="none",
        lifespan="on",
        access_log=False,  # addresses of accounts are personal
        log_config=None,
        timeout_keep_alive=KEEPALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
        server_header=False,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()
