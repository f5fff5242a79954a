"""The sandbox provider as a process of its own, with the accounts of an issuer and a merchant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests.given import SHOP

from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.sandbox_fsp.process import BankProcess

SECRET: Final = "a-shared-secret"
FUND: Final = "AID-KES"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[BankProcess]:
    (tmp_path / "secret").write_text(SECRET)
    with BankProcess(tmp_path / "bank.sqlite", tmp_path / "secret") as process:
        yield process


@pytest.fixture
def client(bank: BankProcess) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {SECRET}"}
    with httpx.Client(base_url=bank.base_url, headers=headers, trust_env=False) as caller:
        fund = {"currency": "KES", "name": "F", "kind": "funding", "balance": "100000.00"}
        assert caller.put(f"/accounts/{FUND}", json=fund).status_code == 200
        shop = {"currency": "KES", "name": "S", "kind": "merchant"}
        assert caller.put(f"/accounts/{SHOP.account}", json=shop).status_code == 200
        yield caller


@pytest.fixture
def gateway(bank: BankProcess) -> Iterator[SandboxGateway]:
    rail = SandboxGateway(bank.base_url, secret=SECRET, timeout_seconds=0.4)
    yield rail
    rail.close()


def given_behaviour(client: httpx.Client, behaviour: str, **options: float) -> None:
    body = {"behaviour": behaviour, **options}
    assert client.put(f"/accounts/{SHOP.account}/behaviour", json=body).status_code == 200
