"""No voucher number, API key or comment can be read anywhere after a run in which all sorts of
things were done and went wrong: logs, database, metrics, jobs, answers, and the whole home.
"""

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests import busy_callers
from tests.busy_callers import DROPPED_SHOP, REFUSED_SHOP, STOCK, Run
from tests.given import given_client, given_group, given_stock
from tests.net import Net
from tests.proofs.house import Api, Command, House, opened_house
from tests.proofs.programme import Programme, given_programme, given_shop

from counterfoil.embedded import program
from counterfoil.engine.clients import SCOPES
from counterfoil.engine.database import connect_as_owner, connected
from counterfoil.engine.issuer import open_issuer
from counterfoil.keys.numbers import new_numbers, unseal_number

pytestmark = [pytest.mark.prove, pytest.mark.timeout(170)]

CODE: Final = "LEAK"
NUMBERS_MIN: Final = 60


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("leaks") / "home") as opened:
        yield opened


@pytest.fixture
def net(tmp_path: Path) -> Net:
    return Net(tmp_path)


@pytest.fixture
def programme(house: House, net: Net) -> Programme:
    """With stock, and shops whose bank rejects, or drops what it should answer."""
    with connected(house.postgres.url) as connection, house.teller() as teller:
        programme = given_programme(connection, house.provider, teller, CODE)
        net.add(programme.key)
        given_group(connection, programme.issuer, STOCK)
        given_stock(connection, programme.issuer, 30, group=STOCK)
        for shop, behaviour in ((REFUSED_SHOP, "rejects_credit"), (DROPPED_SHOP, "drops_after")):
            given_shop(connection, programme, teller, shop, behaviour=behaviour)
    return programme


@pytest.fixture
def office_key(house: House, net: Net, programme: Programme) -> str:
    """Of a client that may do everything."""
    with connected(house.postgres.url) as connection:
        _office, key = given_client(
            connection, programme.issuer, "Office", SCOPES, unattended_minor_max=10**12
        )
    return net.add(key)


@pytest.fixture
def api(house: House) -> Iterator[Api]:
    with Api(house) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def till(api: Api, net: Net, programme: Programme) -> Iterator[Run]:
    """Of dialect 1."""
    with _client(api, programme.key) as client:
        yield Run(net, client, programme)


@pytest.fixture
def office(api: Api, net: Net, programme: Programme, office_key: str) -> Iterator[Run]:
    """Of the administration API."""
    with _client(api, office_key) as client:
        yield Run(net, client, programme)


@pytest.mark.parametrize("place", ["log line {}", 'json {{"a": "{}"}}', "x{}y"])
def test_the_net_has_no_holes(net: Net, tmp_path: Path, place: str) -> None:
    number = net.add_number(new_numbers(1, 18)[0])
    key = net.add("cf_secret-key")
    here = tmp_path / "here"
    for text in (number, key):
        raw = place.format(text).encode()
        for written in (raw, raw.hex().encode(), b64encode(raw), b64encode(b"." + raw)):
            here.write_bytes(b"before " + written + b" after")
            assert net.caught(here), written
    here.write_bytes(b"before" + int(number).to_bytes(8, "little") + b"after")
    assert net.caught(here) or b"\n" in here.read_bytes()
    here.write_text(new_numbers(1, 18)[0])
    assert net.caught(here) == []


def test_nothing_secret_is_left_anywhere(
    till: Run, office: Run, api: Api, house: House, net: Net, tmp_path: Path
) -> None:
    busy_callers.live(till)
    busy_callers.be_refused(till)
    busy_callers.pay_instantly(till, house)
    busy_callers.administer(till, office)
    said = busy_callers.import_files(house, net, tmp_path)
    waiting = busy_callers.ask_for_jobs(office)
    dumps = [_dump(house, tmp_path / "while-jobs-wait.sql")]
    assert dumps[0].read_text("utf-8").count("finish_") >= waiting
    with Command(house, "work", "work"):
        busy_callers.wait_for_jobs(office)
        busy_callers.lose_the_database(till, house)
        metrics = [till.client.get(path).text for path in ("/metrics", "/health/ready")]
    dumps.append(_dump(house, tmp_path / "at-the-end.sql"))
    _add_all_numbers(house, net)
    assert len(net.numbers) > NUMBERS_MIN
    api.stop()
    assert "request" in api.log
    assert net.caught(*dumps, *house.logs) == []
    assert net.caught_in([*metrics, *said, *till.refusals, *office.refusals], tmp_path) == []
    assert net.caught(house.home) == []
    for log in (*house.logs, house.home / "postgres" / "log"):
        assert "Traceback" not in log.read_text("utf-8"), log


def _client(api: Api, key: str) -> httpx.Client:
    headers = {"X-API-Key": key}
    return httpx.Client(base_url=api.base_url, headers=headers, trust_env=False, timeout=20.0)


def _dump(house: House, path: Path) -> Path:
    subprocess.run(  # noqa: S603  # every word is ours
        [
            *(str(program("pg_dump")), "--format=plain", "--inserts"),
            *("--file", str(path), "--dbname", house.postgres.url),
        ],
        check=True,
        timeout=60,
    )
    return path


def _add_all_numbers(house: House, net: Net) -> None:
    """Those that nobody was told, too."""
    with connected(house.postgres.url) as connection:
        issuer = open_issuer(connection, CODE, house.provider)
    connection = connect_as_owner(house.postgres.url)
    rows = connection.execute("SELECT serial, key_version, sealed FROM voucher_secret").fetchall()
    connection.close()
    for serial, version, sealed in rows:
        net.add_number(unseal_number(issuer.keys, issuer.issuer_id, serial, version, sealed))
