"""`counterfoil demo`: ready fast, its three lines work when pasted, and Ctrl-C leaves nothing."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.running import Process, counterfoil, interrupted, started, wait_until_gone

from counterfoil.sandbox_fsp.process import free_port

FIRST_SECONDS_MAX = 60
LATER_SECONDS_MAX = 5


@pytest.mark.prove
def test_a_demonstration_starts_fast_and_its_lines_work(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    port = str(free_port())
    keys = []
    for seconds_max in (FIRST_SECONDS_MAX, LATER_SECONDS_MAX):
        began = time.monotonic()
        with started("demo", "--port", port, "--home", str(home)) as process:
            tour = _tour(process)
            assert time.monotonic() - began < seconds_max
            keys.append(sorted(re.findall(r"DEMO-\w+ +(cf_\w+)$", tour, re.MULTILINE)))
            _paste(tour)
            said = interrupted(process)
        assert (said.code, said.out) == (0, "Stopped; nothing is lost.\n")
        wait_until_gone(home)
        assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert len(keys[0]) == 2
    assert keys[0] == keys[1]
    assert (home / "demo.json").stat().st_mode & 0o777 == 0o600
    assert counterfoil("check", home=home).code == 0
    balances = counterfoil("balances", "DEMO", "--json", home=home).json
    payable = [row for row in balances if row["account"] == "payable"]
    assert len(payable) == 12


def _tour(process: Process) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    raise AssertionError(process.communicate())


def _paste(tour: str) -> None:
    pasted = [line for line in tour.splitlines() if "curl " in line]
    assert len(pasted) == 3
    done = subprocess.run(
        ["bash", "-e"],  # noqa: S607  # whichever bash a person has
        input="\n".join(pasted),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    drawn, activated, redeemed = done.stdout.splitlines()
    assert "voucher_serial_number" in drawn
    assert "activated" in activated
    assert "redeemed" in redeemed
