"""The server that benches run on: durable, with an issuer, and pgbench for comparison."""

import re
import resource
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from counterfoil.cli.migration import migrate
from counterfoil.embedded import EmbeddedPostgres, database_url, program
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.funds import deposit
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.operation import Activate, Answer, Caller, Outcome, Preactivate
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money, decimal_text
from counterfoil.settings import Settings

PGBENCH_SCALE: Final = 100
PGBENCH_CLIENTS: Final = (8, 16, 32)
PGBENCH_DATABASE: Final = "pgbench"
AMOUNT: Final = Money(1000, "KES")
GROUP: Final = "BENCH"
SHOP: Final = AcceptorDesign(
    name="Bench Stores", kind="merchant", account="BENCH-1", groups=(GROUP,)
)
BENCH: Final = Caller(0, "bench")
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A durable server in `home`, with a database of its own for each run."""

    home: Path
    postgres: EmbeddedPostgres

    def fresh_database(self) -> str:
        name = f"bench_{secrets.token_hex(4)}"
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = database_url(self.home, database=name)
        migrate(url, self.provider, Settings())
        return url

    def drop(self, url: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name)))
            )

    @property
    def provider(self) -> LocalKeyProvider:
        return LocalKeyProvider(self.home / "bench-keys.json", create=True)


@contextmanager
def bench_place(home: Path) -> Iterator[Place]:
    home.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(home) as postgres:
        yield Place(home, postgres)


def pgbench_tps(place: Place, *, seconds: int) -> float:
    """The best of 8, 16 and 32 clients of pgbench's TPC-B-like script, prepared, scale 100."""
    url = database_url(place.home, database=PGBENCH_DATABASE)
    with psycopg.connect(place.postgres.url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (PGBENCH_DATABASE,)
        ).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(PGBENCH_DATABASE))
            )
            _pgbench("-i", "-q", "-s", str(PGBENCH_SCALE), url)
    return max(
        float(
            _TPS.findall(
                _pgbench("-n", "-M", "prepared", "-c", str(c), "-j", "2", "-T", str(seconds), url)
            )[0]
        )
        for c in PGBENCH_CLIENTS
    )


def _pgbench(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own binary, our own arguments
        [str(program("pgbench")), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def checkpoint(url: str) -> None:
    """So that one measurement does not pay for what the one before it wrote."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def bench_issuer(connection: Connection, place: Place, *, funds: Money) -> Issuer:
    issuer = create_issuer(
        connection, place.provider, BENCH, code="BENCH", name="Bench", currency="KES"
    )
    create_acceptors(connection, issuer, BENCH, [SHOP])
    create_group(
        connection,
        issuer,
        BENCH,
        GroupDesign(
            code=GROUP,
            name="Bench",
            currency="KES",
            denominations=(AMOUNT.amount_minor,),
            valid_for_days=365,
            hold_seconds=86400,
            accepts="groups",
            accepts_names=(GROUP,),
        ),
    )
    deposit(connection, issuer, BENCH, funds, reference="bench")
    return issuer


def provisioned(connection: Connection, issuer: Issuer, count: int, group: str = GROUP) -> None:
    provision = begin_provision(
        connection, issuer, BENCH, group_code=group, money=AMOUNT, count=count
    )
    for _step in finish_provision(connection, issuer, provision.provision_id):
        pass


def drawn(
    connection: Connection, issuer: Issuer, count: int, group: str = GROUP
) -> Iterator[list[Answer]]:
    """Pre-activates `count` vouchers, some at a time."""
    left = count
    while left:
        asked = min(2000, left)
        operation = Preactivate(
            caller=BENCH,
            amount=decimal_text(AMOUNT.amount_minor, AMOUNT.currency),
            currency=AMOUNT.currency,
            group=group,
        )
        answers = apply(connection, issuer, [operation] * asked)
        check_done(answers)
        left -= asked
        yield answers


def active_numbers(
    connection: Connection, issuer: Issuer, count: int, group: str = GROUP
) -> list[str]:
    """Numbers of freshly activated vouchers, in the order they were drawn."""
    numbers: list[str] = []
    for answers in drawn(connection, issuer, count, group):
        check_done(
            apply(
                connection, issuer, [Activate(caller=BENCH, serial=a.serial or 0) for a in answers]
            )
        )
        numbers.extend(answer.number or "" for answer in answers)
    return numbers


def check_done(answers: list[Answer]) -> None:
    if any(answer.outcome is not Outcome.DONE for answer in answers):
        raise AssertionError({answer.outcome for answer in answers})


def peak_rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def database(place: Place) -> tuple[str, Connection]:
    url = place.fresh_database()
    return url, connect(url)
