"""Rounds of a worker that pays, until nothing is on its way, and what must be so then."""

import time
from collections.abc import Iterator
from typing import Final

import httpx
from tests.gateway.conftest import FUND
from tests.given import balances

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer

_SECONDS_MAX: Final = 20


def due_now(connection: Connection) -> None:
    """Time passes: leases end and waits are over."""
    connection.execute(
        "UPDATE payment SET next_try_at = now(), leased_until = NULL WHERE status = 'pending'"
    )
    connection.commit()


def rounds(connection: Connection) -> Iterator[None]:
    """Until no payment is pending; each is due again in every one of them."""
    deadline = time.monotonic() + _SECONDS_MAX
    while True:
        due_now(connection)
        yield
        left = connection.execute("SELECT 1 FROM payment WHERE status = 'pending'").fetchone()
        connection.commit()
        if left is None:
            return
        assert time.monotonic() < deadline, "stuck"
        time.sleep(0.05)


def assert_ledgers_agree(connection: Connection, issuer: Issuer, client: httpx.Client) -> None:
    """Ours, and that of the provider."""
    ours = balances(connection, issuer)
    theirs = client.get(f"/accounts/{FUND}").json()["balance"]
    assert theirs == f"{-ours['funding:0'] // 100}.{-ours['funding:0'] % 100:02}"
    assert client.get("/summary").json()["agrees"] is True
    assert check(connection, issuer.issuer_id) == []
