"""Servers: they answer, they stop without leaving anything, and they say why they do not start."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.cli.running import (
    Process,
    counterfoil,
    in_this_process,
    interrupted,
    processes_of,
    started,
    wait_until_gone,
    wait_until_live,
)

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.sandbox_fsp.process import free_port

pytestmark = pytest.mark.prove

FOOD = (
    *("group", "create", "AID", "FOOD", "--name", "Food", "--currency", "KES"),
    *("--denominations", "10.00", "--valid-for", "90d"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serving") / "home"


@pytest.fixture(scope="module")
def key(home: Path) -> str:
    """Of a client of an issuer that has ten vouchers."""
    with EmbeddedPostgres(home, durable=False):
        assert counterfoil("migrate", home=home).code == 0
        for arguments in (
            ("issuer", "create", "AID", "--name", "Aid Agency", "--currency", "KES"),
            ("deposit", "AID", "1000.00", "KES", "--reference", "R-1"),
            FOOD,
            ("provision", "AID", "FOOD", "--amount", "10.00", "--count", "10"),
        ):
            assert in_this_process(*arguments, home=home).code == 0
        client = ("client", "create", "TILL", "--issuer", "AID", "--scopes", "preactivate,status")
        created: str = in_this_process(*client, "--json", home=home).json["key"]
    return created


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(home: Path, key: str, port: int) -> Iterator[Process]:
    assert key
    with started("serve", "--port", str(port), "--home", str(home)) as process:
        wait_until_live(port)
        yield process
    wait_until_gone(home)


def draw(port: int, key: str) -> httpx.Response:
    return httpx.post(
        f"http://127.0.0.1:{port}/vouchers/voucher_preactivation",
        headers={"X-API-Key": key},
        json={
            "voucher_amount": "10.00",
            "voucher_currency": "KES",
            "voucher_group": "FOOD",
            "Gov_Stack_BB": "TILL",
        },
        timeout=10,
    )


def test_a_server_answers_and_ctrl_c_leaves_nothing(
    server: Process, home: Path, key: str, port: int
) -> None:
    assert draw(port, key).status_code == 200
    assert counterfoil("check", home=home).code == 0, "commands work beside a server"
    assert any("work --home" in line for line in processes_of(home))
    said = interrupted(server)
    assert (said.code, said.out) == (0, f"Counterfoil at http://127.0.0.1:{port}/\n")
    wait_until_gone(home)
    assert {path.name for path in home.parent.iterdir()} == {"home"}


@pytest.mark.prove
def test_a_killed_server_takes_its_children_with_it(
    server: Process, home: Path, key: str, port: int
) -> None:
    drawn = draw(port, key).json()["voucher_serial_number"]
    server.send_signal(signal.SIGKILL)
    server.wait()
    wait_until_gone(home, seconds=30)
    shown = counterfoil("voucher", "show", drawn, "--json", home=home).json
    assert shown["state"] == "preactivated"


@pytest.mark.prove
def test_a_killed_postgres_and_a_killed_worker_are_started_again(
    server: Process, home: Path, key: str, port: int
) -> None:
    worker = next(pid for pid, line in _processes() if f"work --home {home}" in line)
    os.kill(worker, signal.SIGKILL)
    postgres = EmbeddedPostgres(home).pid
    assert postgres is not None
    os.kill(postgres, signal.SIGKILL)
    assert _answers_again(port, key)
    deadline = time.monotonic() + 20
    while not any(f"work --home {home}" in line and pid != worker for pid, line in _processes()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert server.poll() is None


def test_a_taken_port_is_one_sentence(home: Path, key: str, port: int) -> None:
    assert key
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = counterfoil("serve", "--port", str(port), home=home)
    assert said.code == 1
    assert said.err == (
        f"counterfoil: Port {port} of 127.0.0.1 cannot be used (Address already in use):"
        " choose another --port.\n"
    )


@pytest.mark.parametrize(
    ("settings", "arguments", "sentence"),
    [
        ({"COUNTERFOIL_GOVSTACK_OPEN": "true"}, ("--host", "0.0.0.0"), "bind to 127.0.0.1"),  # noqa: S104  # refused
        ({"COUNTERFOIL_FSP_URL": "http://127.0.0.1:1"}, (), "needs COUNTERFOIL_FSP_SECRET_FILE."),
        ({"COUNTERFOIL_LOG_LEVEL": "loud"}, (), "COUNTERFOIL_LOG_LEVEL is 'loud'"),
    ],
)
def test_a_server_refuses_unsafe_settings(
    home: Path,
    key: str,
    port: int,
    settings: dict[str, str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert key
    said = counterfoil("serve", "--port", str(port), *arguments, home=home, settings=settings)
    assert said.code == 1
    assert sentence in said.err.splitlines()[-1]


def _answers_again(port: int, key: str) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = draw(port, key)
        if answer.status_code == 200:
            return True
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"]
        time.sleep(0.1)
    return False


def _processes() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        found.append((int(folder.name), line))
    return found
