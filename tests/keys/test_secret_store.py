"""Secrets by name: sealed in their file, and opened only with the provider and the name."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counterfoil.errors import KeyProviderError, NotFoundError, WrongSettingError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.secret_store import SecretStore

TOKEN = "a-token-of-a-bank"


@pytest.fixture
def store(tmp_path: Path, provider: LocalKeyProvider) -> SecretStore:
    return SecretStore(tmp_path / "rails.secrets.json", provider)


def test_a_secret_is_kept_sealed_and_comes_back(store: SecretStore) -> None:
    store.set_secret("bank", "the one before")
    store.set_secret("bank", TOKEN)
    assert store.secret("bank") == TOKEN
    assert TOKEN not in store.path.read_text()
    assert store.path.stat().st_mode & 0o077 == 0
    assert [each.name for each in store.sealed()] == ["bank"]
    assert TOKEN not in repr(store.sealed())


def test_a_secret_that_is_not_there_is_said(store: SecretStore) -> None:
    with pytest.raises(NotFoundError, match="There is no secret bank"):
        store.secret("bank")
    assert store.sealed() == []


def test_a_secret_under_another_name_does_not_open(store: SecretStore) -> None:
    store.set_secret("bank", TOKEN)
    document = json.loads(store.path.read_text())
    document["secrets"]["hub"] = document["secrets"]["bank"]
    store.path.write_text(json.dumps(document))
    with pytest.raises(KeyProviderError):
        store.secret("hub")


def test_another_provider_does_not_open_it(store: SecretStore, tmp_path: Path) -> None:
    store.set_secret("bank", TOKEN)
    other = SecretStore(store.path, LocalKeyProvider(tmp_path / "other.json", create=True))
    with pytest.raises(KeyProviderError):
        other.secret("bank")


@pytest.mark.parametrize("name", ["", "Bank", "bank/token", "x" * 41, "-bank"])
def test_a_name_that_cannot_be_is_refused(store: SecretStore, name: str) -> None:
    with pytest.raises(WrongSettingError):
        store.set_secret(name, TOKEN)
    assert store.sealed() == []


@pytest.mark.parametrize("secret", ["", "two\nlines", "x" * 4097, "ü"])
def test_a_secret_that_cannot_be_is_refused_and_not_said(store: SecretStore, secret: str) -> None:
    with pytest.raises(WrongSettingError) as refused:
        store.set_secret("bank", secret)
    assert not secret or secret not in str(refused.value)
    assert store.sealed() == []


@pytest.mark.parametrize("text", ["", "[]", '{"counterfoil_secrets": 2}', "{"])
def test_a_file_that_is_not_one_is_refused(store: SecretStore, text: str) -> None:
    store.path.write_text(text)
    with pytest.raises(WrongSettingError, match="malformed"):
        store.secret("bank")


def test_of_those_who_set_secrets_at_once_none_is_lost(store: SecretStore) -> None:
    names = [f"bank-{number}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: store.set_secret(name, f"token of {name}"), names))
    assert {each.name for each in store.sealed()} == set(names)
    assert store.secret("bank-7") == "token of bank-7"


def test_secrets_open_after_the_key_was_rotated(tmp_path: Path) -> None:
    provider = LocalKeyProvider(tmp_path / "keys.json", create=True)
    store = SecretStore(tmp_path / "rails.secrets.json", provider)
    assert store.rewrap() == 0
    store.set_secret("bank", TOKEN)
    before, since = store.path.read_text(), store.sealed()[0].set_at
    provider.add_version()
    assert store.secret("bank") == TOKEN
    assert store.rewrap() == 1
    assert store.secret("bank") == TOKEN
    assert store.path.read_text() != before
    assert store.sealed()[0].set_at == since
