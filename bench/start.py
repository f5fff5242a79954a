"""How long a demonstration takes to be ready: the first time, when it makes all of its history, and
the next times. Nothing is compared with pgbench here.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from counterfoil.errors import CounterfoilError
from counterfoil.sandbox_fsp.process import free_port

_LATER: Final = 3
_READY: Final = "Ctrl-C stops everything."


@dataclass(frozen=True, slots=True)
class StartReport:
    """Seconds until it says that it is ready; `later` is the median of those after the first."""

    first: float
    later: float

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def as_text(self) -> str:
        return f"start: ready after {self.first:.1f} s the first time, {self.later:.1f} s later"


def bench_start(home: Path, *, seconds: int, vouchers: int) -> StartReport:  # noqa: ARG001  # what there is of it is the demonstration's own
    folder = home / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    first, *later = [_seconds(folder) for _start in range(1 + _LATER)]
    shutil.rmtree(folder)
    return StartReport(first, median(later))


def _seconds(folder: Path) -> float:
    command = [sys.executable, "-m", "counterfoil", "demo"]
    began = time.monotonic()
    with subprocess.Popen(  # noqa: S603  # ourselves
        [*command, "--home", str(folder), "--port", str(free_port())],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        is_ready = any(line.strip() == _READY for line in process.stdout or ())
        taken = time.monotonic() - began
        process.send_signal(signal.SIGINT)
        process.communicate()
    if not is_ready:
        raise CounterfoilError("The demonstration did not start.")
    return taken
