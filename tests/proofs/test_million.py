"""A million vouchers in one command, killed half-way and started again: no duplicate, no gap."""

import json
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.cli.running import COMMAND, counterfoil, environment
from tests.given import balances

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.keys.numbers import check_digit_is_right, number_hash, unseal_number
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import State

pytestmark = [pytest.mark.prove, pytest.mark.timeout(500)]

COUNT: Final = 1_000_000
AMOUNT_MINOR: Final = 1000
DEPOSIT_MINOR: Final = 1_500_000_000
KILLED_BETWEEN: Final = (300_000, 700_000)
MEMORY_KIB_MAX: Final = 300 * 1024
SAMPLE: Final = 2000
COMMAND_SECONDS_MAX: Final = 400.0
PROVISION: Final = ("provision", "AID", "FOOD", "--amount", "10.00", "--count", str(COUNT))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """With an issuer that has money for one and a half million vouchers."""
    home = tmp_path / "home"
    with EmbeddedPostgres(home):
        for arguments in (
            ("issuer", "create", "AID", "--name", "Aid Agency", "--currency", "KES"),
            ("deposit", "AID", "15000000.00", "KES", "--reference", "R-1"),
            (
                *("group", "create", "AID", "FOOD", "--name", "Food", "--currency", "KES"),
                *("--denominations", "10.00", "--valid-for", "90d"),
            ),
        ):
            said = counterfoil(*arguments, home=home)
            assert said.code == 0, said.err
        yield home


@pytest.fixture
def books(home: Path) -> Iterator[Connection]:
    connection = connect_as_owner(EmbeddedPostgres(home).url)
    yield connection
    connection.close()


def test_a_million_vouchers_killed_half_way(home: Path, books: Connection) -> None:
    kill_at = random.SystemRandom().randint(*KILLED_BETWEEN)
    killed, _out = _run(home, books, kill_at=kill_at)
    assert KILLED_BETWEEN[0] <= _created(books) < COUNT
    began = time.monotonic()
    finished, out = _run(home, books, kill_at=None)
    print(  # noqa: T201  # a proof says what it saw
        f"\nkilled from {kill_at:,} vouchers on; the rest took {time.monotonic() - began:.1f} s;"
        f" peak memory {max(killed, finished) >> 10} MiB"
    )
    assert max(killed, finished) < MEMORY_KIB_MAX
    told = json.loads(out)
    assert (told["vouchers"], told["status"]) == (COUNT, "ready")
    assert int(told["serial_last"]) - int(told["serial_first"]) + 1 == COUNT
    _assert_complete(books, first=int(told["serial_first"]), last=int(told["serial_last"]))
    issuer = open_issuer(books, "AID", LocalKeyProvider(home / "keys.json"))
    assert balances(books, issuer) == {
        "funding:0": -DEPOSIT_MINOR,
        "available:0": DEPOSIT_MINOR - COUNT * AMOUNT_MINOR,
        f"reserved:{issuer.catalogue.groups['FOOD'].group_id}": COUNT * AMOUNT_MINOR,
    }
    _assert_numbers_open(books, issuer)
    checked = counterfoil("check", home=home)
    assert checked.code == 0, checked.out


def _run(home: Path, books: Connection, *, kill_at: int | None) -> tuple[int, str]:
    """The command, killed once so many vouchers are there: its peak memory in KiB, what it said."""
    peak_kib, deadline = 0, time.monotonic() + COMMAND_SECONDS_MAX
    process = subprocess.Popen(  # noqa: S603  # ourselves
        [*COMMAND, *PROVISION, "--json", "--home", str(home)],
        env=environment({}),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        while process.poll() is None:
            assert time.monotonic() < deadline
            peak_kib = max(peak_kib, _peak_kib(process.pid))
            if kill_at is not None and _created(books) >= kill_at:
                process.kill()
                process.wait()
            time.sleep(0.05)
        out = process.stdout.read() if process.stdout else ""
    assert process.returncode == (0 if kill_at is None else -9)
    return peak_kib, out


def _peak_kib(pid: int) -> int:
    try:
        lines = Path("/proc", str(pid), "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _created(books: Connection) -> int:
    row = _one(books, "SELECT coalesce(sum(next_created - serial_first), 0) FROM provision")
    return int(row[0])


def _assert_complete(books: Connection, *, first: int, last: int) -> None:
    assert _one(
        books,
        "SELECT count(*), count(DISTINCT serial), min(serial), max(serial),"
        " count(DISTINCT number_hash), sum(amount_minor), min(state), max(state) FROM voucher",
    ) == (
        *(COUNT, COUNT, first, last, COUNT),
        *(COUNT * AMOUNT_MINOR, State.STOCKED, State.STOCKED),
    )
    sealed = "SELECT count(*), count(DISTINCT sealed), min(serial), max(serial) FROM voucher_secret"
    assert _one(books, sealed) == (COUNT, COUNT, first, last)
    assert _one(books, "SELECT count(*) FROM provision") == (1,)


def _assert_numbers_open(books: Connection, issuer: Issuer) -> None:
    """A sample from all over, the seam included by chance: sealed and hashed number are one."""
    rows = books.execute(
        "SELECT s.serial, s.key_version, s.sealed, v.number_hash FROM voucher_secret AS s"
        " JOIN voucher AS v USING (issuer_id, serial) WHERE s.serial %% %s = 0",
        (COUNT // SAMPLE,),
    ).fetchall()
    assert len(rows) == SAMPLE
    for serial, version, sealed, digest in rows:
        number = unseal_number(issuer.keys, issuer.issuer_id, serial, version, sealed)
        assert check_digit_is_right(number)
        assert number_hash(issuer.keys, number) == digest


def _one(books: Connection, query: str) -> tuple[Any, ...]:
    row = books.execute(query).fetchone()
    books.rollback()
    assert row is not None
    return tuple(row)
