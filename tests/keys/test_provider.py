"""Key-encryption keys: the file, and a server that speaks the documented transit API."""

import base64
import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.errors import KeyProviderError
from counterfoil.keys.provider import KeyProvider, LocalKeyProvider, TransitKeyProvider

KEY = bytes(range(32))


@dataclass
class Transit:
    """The transit engine as OpenBao and Vault document it: encrypt and decrypt, AEAD key."""

    url: str = ""
    token: str = "s.right"
    keys: dict[str, bytes] = field(default_factory=lambda: {"counterfoil": bytes(32)})
    answer: dict[str, Any] | None = None
    paths: list[str] = field(default_factory=list)

    def reply(self, path: str, token: str, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.paths.append(path)
        verb, name = path.removeprefix("/v1/transit/").split("/")
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        if name not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        if self.answer is not None:
            return 200, self.answer
        cipher, bound_to = AESGCM(self.keys[name]), base64.b64decode(asked["associated_data"])
        if verb == "encrypt":
            nonce = os.urandom(12)
            sealed = nonce + cipher.encrypt(nonce, base64.b64decode(asked["plaintext"]), bound_to)
            return 200, {"data": {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode()}}
        sealed = base64.b64decode(asked["ciphertext"].removeprefix("vault:v1:"))
        try:
            clear = cipher.decrypt(sealed[:12], sealed[12:], bound_to)
        except (InvalidTag, ValueError):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(clear).decode()}}


@pytest.fixture
def transit() -> Iterator[Transit]:
    engine = Transit()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = engine.reply(self.path, self.headers["X-Vault-Token"], asked)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        engine.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield engine
        server.shutdown()
        thread.join()


@pytest.fixture(params=["local", "transit"])
def provider(
    request: pytest.FixtureRequest, tmp_path: Path, transit: Transit
) -> Iterator[KeyProvider]:
    if request.param == "local":
        yield LocalKeyProvider(tmp_path / "kek.json", create=True)
        return
    asking = TransitKeyProvider(transit.url, transit.token, "counterfoil")
    yield asking
    asking.close()


def test_what_is_wrapped_opens_in_its_context(provider: KeyProvider) -> None:
    wrapped = provider.wrap(KEY, b"issuer 7")
    assert KEY not in wrapped
    assert provider.unwrap(wrapped, b"issuer 7") == KEY


def test_what_is_wrapped_opens_in_no_other_context(provider: KeyProvider) -> None:
    with pytest.raises(KeyProviderError):
        provider.unwrap(provider.wrap(KEY, b"issuer 7"), b"issuer 8")


def test_rewrapping_keeps_the_key(provider: KeyProvider) -> None:
    wrapped = provider.wrap(KEY, b"issuer 7")
    again = provider.rewrap(wrapped, b"issuer 7")
    assert again != wrapped
    assert provider.unwrap(again, b"issuer 7") == KEY


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\x02" + bytes(60), b"\x01" + bytes(60)])
def test_garbage_does_not_open(provider: KeyProvider, garbage: bytes) -> None:
    with pytest.raises(KeyProviderError):
        provider.unwrap(garbage, b"issuer 7")


def test_key_file_is_created_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    LocalKeyProvider(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["kek.json"]


def test_key_file_is_not_created_unasked(tmp_path: Path) -> None:
    with pytest.raises(KeyProviderError, match="cannot be read: No such file or directory"):
        LocalKeyProvider(tmp_path / "kek.json")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyProviderError, match="cannot be written"):
        LocalKeyProvider(tmp_path / "missing" / "kek.json", create=True)


def test_processes_that_create_at_once_share_one_key(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    with ThreadPoolExecutor(8) as pool:
        providers = list(pool.map(lambda _: LocalKeyProvider(path, create=True), range(16)))
    wrapped = [provider.wrap(KEY, b"") for provider in providers]
    assert all(LocalKeyProvider(path).unwrap(one, b"") == KEY for one in wrapped)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666])
def test_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kek.json"
    LocalKeyProvider(path, create=True)
    path.chmod(mode)
    with pytest.raises(KeyProviderError, match="chmod 600"):
        LocalKeyProvider(path, create=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"counterfoil_key_file": 2, "active": 1, "keys": {"1": "%s"}}',
        '{"counterfoil_key_file": 1, "active": 2, "keys": {"1": "%s"}}',
        '{"counterfoil_key_file": 1, "active": true, "keys": {"1": "%s"}}',
        '{"counterfoil_key_file": 1, "active": 1, "keys": {"1": "AAAA"}}',
        '{"counterfoil_key_file": 1, "active": 1, "keys": {"1": "not base64!"}}',
        '{"counterfoil_key_file": 1, "active": 1, "keys": {"1": "%s", "70000": "%s"}}',
        '{"counterfoil_key_file": 1, "active": 1, "keys": ["%s"]}',
    ],
)
def test_malformed_key_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kek.json"
    path.touch(mode=0o600)
    path.write_text(text.replace("%s", base64.b64encode(KEY).decode()))
    with pytest.raises(KeyProviderError, match="malformed"):
        LocalKeyProvider(path)


def test_new_version_wraps_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    provider, elsewhere = LocalKeyProvider(path, create=True), LocalKeyProvider(path)
    before = provider.wrap(KEY, b"c")
    assert provider.add_version() == 2
    after = provider.wrap(KEY, b"c")
    assert (before[:3], after[:3]) == (b"\x01\x00\x01", b"\x01\x00\x02")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for reader in (provider, LocalKeyProvider(path), elsewhere):
        assert reader.unwrap(before, b"c") == KEY
        assert reader.unwrap(after, b"c") == KEY
    assert provider.rewrap(before, b"c")[:3] == b"\x01\x00\x02"


def test_versions_added_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    providers = [LocalKeyProvider(path, create=True) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda provider: provider.add_version(), providers))
    assert sorted(versions) == list(range(2, 10))


def test_key_wrapped_with_a_lost_version_is_told(tmp_path: Path) -> None:
    provider = LocalKeyProvider(tmp_path / "a.json", create=True)
    provider.add_version()
    other = LocalKeyProvider(tmp_path / "b.json", create=True)
    with pytest.raises(KeyProviderError, match="has no version 2"):
        other.unwrap(provider.wrap(KEY, b""), b"")


def test_no_key_shows_in_a_representation(tmp_path: Path) -> None:
    provider = LocalKeyProvider(tmp_path / "kek.json", create=True)
    key = json.loads((tmp_path / "kek.json").read_text())["keys"]["1"]
    shown = repr(provider) + repr(vars(provider))
    assert key not in shown
    assert repr(base64.b64decode(key))[2:-1] not in shown
    asking = TransitKeyProvider("https://kms.example", "s.secret", "counterfoil")
    assert "s.secret" not in repr(asking)
    asking.close()


def test_transit_is_asked_by_its_documented_paths(transit: Transit) -> None:
    provider = TransitKeyProvider(transit.url, transit.token, "counterfoil")
    wrapped = provider.wrap(KEY, b"c")
    provider.unwrap(wrapped, b"c")
    provider.close()
    assert wrapped.startswith(b"vault:v1:")
    assert transit.paths == ["/v1/transit/encrypt/counterfoil", "/v1/transit/decrypt/counterfoil"]


@pytest.mark.parametrize(
    ("token", "key_name", "status"), [("s.wrong", "counterfoil", 403), ("s.right", "other", 400)]
)
def test_refusal_of_the_transit_server_is_told(
    transit: Transit, token: str, key_name: str, status: int
) -> None:
    provider = TransitKeyProvider(transit.url, token, key_name)
    with pytest.raises(KeyProviderError, match=f"HTTP {status}") as refused:
        provider.wrap(KEY, b"c")
    provider.close()
    assert token not in str(refused.value)


@pytest.mark.parametrize(
    "answer", [{}, {"data": None}, {"data": {"plaintext": 5}}, {"data": {"plaintext": "?"}}]
)
def test_strange_answer_of_the_transit_server_is_told(
    transit: Transit, answer: dict[str, Any]
) -> None:
    transit.answer = answer
    provider = TransitKeyProvider(transit.url, transit.token, "counterfoil")
    with pytest.raises(KeyProviderError, match="transit server's answer"):
        provider.unwrap(b"vault:v1:AAAA", b"c")
    provider.close()


def test_transit_server_that_is_down_is_told() -> None:
    provider = TransitKeyProvider("http://127.0.0.1:9", "s.secret", "counterfoil")
    with pytest.raises(KeyProviderError, match="does not answer") as down:
        provider.wrap(KEY, b"c")
    provider.close()
    assert "s.secret" not in str(down.value)


@pytest.mark.parametrize("url", ["http://kms.example", "ftp://localhost", "kms.example", ""])
def test_transit_server_without_tls_is_refused(url: str) -> None:
    with pytest.raises(KeyProviderError, match="https"):
        TransitKeyProvider(url, "s.secret", "counterfoil")
