"""A house to prove things in: a durable database, a bank, and servers that can be killed.

House ─▶ home/postgres   the embedded PostgreSQL, durable
    ├──▶ BankProcess     the sandbox provider, its ledger beside the database
    └──▶ Command         `counterfoil api | work | …`, its words in a file of the house
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx
from tests.cli.running import COMMAND, counterfoil, environment

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.sandbox_fsp.process import BankProcess, free_port

SECRET: Final = "a-secret-of-the-house"
READY_SECONDS_MAX: Final = 60.0


@dataclass(frozen=True, slots=True)
class House:
    home: Path
    postgres: EmbeddedPostgres
    provider: LocalKeyProvider
    bank: BankProcess

    @property
    def settings(self) -> dict[str, str]:
        return {
            "COUNTERFOIL_FSP_URL": self.bank.base_url,
            "COUNTERFOIL_FSP_SECRET_FILE": str(_secret_path(self.home)),
        }

    @property
    def logs(self) -> list[Path]:
        return sorted(self.home.glob("*.log"))

    def teller(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.bank.base_url,
            headers={"Authorization": f"Bearer {SECRET}"},
            trust_env=False,
            timeout=20.0,
        )


@contextmanager
def opened_house(home: Path) -> Iterator[House]:
    """A migrated, empty database that survives everything but the end of this."""
    home.mkdir(mode=0o700, parents=True)
    _secret_path(home).write_text(SECRET)
    with (
        EmbeddedPostgres(home, durable=True) as postgres,
        BankProcess(home / "bank.sqlite", _secret_path(home)) as bank,
    ):
        migrated = counterfoil("migrate", home=home)
        assert migrated.code == 0, migrated.err
        yield House(home, postgres, LocalKeyProvider(home / "keys.json"), bank)


class Command:
    """`counterfoil <arguments>` on the house, running; a context manager stops it.

    `by_url`: as on a PostgreSQL of somebody else, which it cannot start again itself.
    """

    def __init__(self, house: House, name: str, *arguments: str, by_url: bool = False) -> None:
        self._log_path = house.home / f"{name}.log"
        if by_url:
            place, settings = [], house.settings | _by_url(house)
        else:
            place, settings = ["--home", str(house.home)], house.settings
        self._environment = environment(settings)
        self._command = [*COMMAND, *arguments, *place]
        self.process = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def log(self) -> str:
        return self._log_path.read_text("utf-8")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log_path.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # ourselves
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


class Api(Command):
    def __init__(self, house: House, name: str = "api", *, by_url: bool = False) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        super().__init__(house, name, "api", "--port", str(self.port), by_url=by_url)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        with httpx.Client(base_url=self.base_url, trust_env=False, timeout=2.0) as client:
            while True:
                try:
                    client.get("/health/ready").raise_for_status()
                except httpx.HTTPError:
                    assert self.process.poll() is None, self.log[-2000:]
                    assert time.monotonic() < deadline, self.log[-2000:]
                    time.sleep(0.05)
                else:
                    return


def postgres_processes(house: House) -> list[int]:
    """The postmaster and all its backends, which outlive it for a while."""
    data, found = house.home / "postgres" / "data", []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = (folder / "comm").read_text().strip() == "postgres"
            if is_ours and (folder / "cwd").samefile(data):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def kill_each(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _by_url(house: House) -> dict[str, str]:
    return {
        "COUNTERFOIL_DATABASE": house.postgres.url,
        "COUNTERFOIL_KEY_FILE": str(house.home / "keys.json"),
    }


def _secret_path(home: Path) -> Path:
    return home / "bank.secret"
