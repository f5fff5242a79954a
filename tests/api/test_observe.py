"""Logs, metrics and health: what is told, and what never is."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from tests.api.conftest import BB, Server
from tests.api.test_govstack_v1 import (
    PREACTIVATION,
    REDEMPTION,
    activated,
    redemption,
    refused,
    wanted,
)
from tests.given import SHOP

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.keys.numbers import new_numbers

CORRELATION = "6a1f0f9e-8f5c-4a53-9a0e-0c5f8f1f4a11"


def lines(server: Server) -> list[dict[str, object]]:
    time.sleep(0.5)
    return [json.loads(line) for line in server.log.getvalue().splitlines()]


def test_every_request_is_one_line_and_tells_no_secret(
    server: Server, api: httpx.Client, key: str
) -> None:
    voucher = activated(api)
    number = voucher["voucher_number"]
    comment = {"voucher_comment": "for Amina Wanjiru"}
    headers = {"X-CorrelationID": CORRELATION}
    api.post(PREACTIVATION, json=wanted(**comment), headers=headers)
    api.post(REDEMPTION, json=redemption(number))
    api.post(REDEMPTION, json=redemption(number))
    (unknown,) = new_numbers(1, 18)
    api.post(REDEMPTION, json=redemption(unknown))
    api.post(REDEMPTION, content=f'{{"voucher_number": "{number}"')
    api.post("/api/v1/validations", json={"number": number})
    api.get(f"/vouchers/voucherstatuscheck/{voucher['voucher_serial_number']}")
    api.get(f"/api/v1/operations?serial={number}")
    metrics = api.get("/metrics").text
    told = lines(server)
    last = [line for line in told if line["code"] == "redeem"][-4:]
    assert [(line["outcome"], line["status"]) for line in last] == [
        ("done", 200),
        ("already_redeemed", 458),
        ("number_unknown", 461),
        ("malformed", 400),
    ]
    assert last[0]["actor"] == f"client:{BB}"
    assert last[0]["address"] == "127.0.0.1"
    assert isinstance(last[0]["latency_us"], int)
    correlated = [line for line in told if line.get("correlation_id") == CORRELATION]
    assert [line["code"] for line in correlated] == ["preactivate"]
    for secret in (number, unknown, key, "Amina", SHOP.name, SHOP.account):
        assert secret not in server.log.getvalue().decode()
        assert secret not in metrics


def test_metrics_count_operations_outcomes_and_stock(api: httpx.Client) -> None:
    voucher = activated(api)
    api.post(REDEMPTION, json=redemption(voucher["voucher_number"]))
    text = api.get("/metrics").text
    assert 'counterfoil_requests_total{operation="redeem",outcome="done",status="200"}' in text
    assert 'counterfoil_request_seconds_bucket{le="0.005",operation="redeem"}' in text
    assert 'counterfoil_stock{group="FOOD-AID",issuer="AID",state="stocked"}' in text
    assert 'counterfoil_batch_size{quantile="0.5"} 1.0' in text
    assert "counterfoil_queue_depth 0.0" in text


def test_a_database_that_goes_away_is_503_and_comes_back(
    server: Server, api: httpx.Client, postgres: EmbeddedPostgres
) -> None:
    voucher = activated(api)
    assert api.get("/health/ready").json() == {"status": "ready"}
    name = sql.Identifier(str(conninfo_to_dict(server.database)["dbname"]))
    closed = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name)
    opened = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name)
    with psycopg.connect(postgres.url, autocommit=True) as superuser:
        superuser.execute(closed)
        try:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (conninfo_to_dict(server.database)["dbname"],),
            )
            gone = api.post(REDEMPTION, json=redemption(voucher["voucher_number"]))
            refused(gone, 503)
            assert gone.headers["retry-after"]
            ready = api.get("/health/ready")
            assert (ready.status_code, ready.json()["code"]) == (503, "unavailable")
            assert ready.headers["retry-after"]
            assert api.get("/health/live").status_code == 200
            assert api.get("/api/v1/groups").status_code == 503
            assert api.get("/metrics").status_code == 200
        finally:
            superuser.execute(opened)
    assert api.post(REDEMPTION, json=redemption(voucher["voucher_number"])).status_code == 200
    assert api.get("/health/ready").status_code == 200
    assert api.get("/api/v1/groups").status_code == 200


def test_sessions_that_postgres_ended_are_noticed_before_they_are_used(
    server: Server, api: httpx.Client, postgres: EmbeddedPostgres
) -> None:
    with ThreadPoolExecutor(8) as clients:
        read = list(clients.map(lambda _: api.get("/api/v1/groups").status_code, range(16)))
        assert read == [200] * 16
        with psycopg.connect(postgres.url, autocommit=True) as superuser:
            ended = superuser.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE datname = %s",
                (conninfo_to_dict(server.database)["dbname"],),
            ).fetchone()
        assert ended is not None
        assert ended[0] > 1
        read = list(clients.map(lambda _: api.get("/api/v1/groups").status_code, range(16)))
        assert read == [200] * 16
