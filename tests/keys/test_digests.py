"""Keyed digests of content, and the keys of calling systems."""

import hmac
import re
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.keys.digests import (
    Mac,
    api_key_digest,
    content_hash,
    is_same_content,
    new_api_key,
)
from counterfoil.keys.envelope import IssuerKeys, KeyRing

Field = str | int | bool | bytes | None

fields = st.lists(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary(),
    max_size=6,
)


def given_keys(versions: int) -> IssuerKeys:
    keys = {version: bytes([version]) * 32 for version in range(1, versions + 1)}
    return IssuerKeys(7, *[KeyRing(versions, tuple(range(versions, 0, -1)), keys)] * 5)


KEYS = given_keys(1)


def typed(content: list[Field]) -> list[tuple[type, Field]]:
    return [(type(field), field) for field in content]


@given(st.binary(max_size=64), st.binary(max_size=70), st.binary(max_size=200))
def test_mac_is_hmac_sha_256(key: bytes, domain: bytes, message: bytes) -> None:
    assert Mac(key, domain).short(message) == hmac.digest(key, domain + message, "sha256")[:16]


def test_mac_of_a_longer_key_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        Mac(bytes(65), b"")


@given(fields, fields)
def test_content_hashes_are_equal_when_the_contents_are(
    one: list[Field], other: list[Field]
) -> None:
    assert (content_hash(KEYS, one) == content_hash(KEYS, other)) == (typed(one) == typed(other))


def test_contents_that_look_alike_differ() -> None:
    alike: list[list[Field]] = [
        [],
        [None],
        [None, None],
        [""],
        ["", ""],
        [b""],
        [0],
        [False],
        ["0"],
        [1],
        [True],
        ["1"],
        [b"1"],
        ["ab"],
        ["a", "b"],
        [b"ab"],
        ["n;"],
        ["s\0\0\0\1a"],
        [1, 1],
        [11],
        [-1],
    ]
    for one, other in combinations(alike, 2):
        assert content_hash(KEYS, one) != content_hash(KEYS, other), (one, other)


def test_content_hash_never_changes() -> None:
    content: list[Field] = ["redeem", 7, True, None, b"\0\1"]
    encoded = b"content\0" + bytes.fromhex("95 a6 72656465656d 07 c3 c0 c402 0001")
    assert content_hash(KEYS, content) == hmac.digest(bytes([1]) * 32, encoded, "sha256")[:16]
    assert content_hash(KEYS, content).hex() == "62a3d0e0957cba749e7265226cb091ad"


def test_content_is_the_same_under_an_older_key() -> None:
    recorded = content_hash(KEYS, ["redeem", 7])
    rotated = given_keys(3)
    assert content_hash(rotated, ["redeem", 7]) != recorded
    assert is_same_content(rotated, recorded, ["redeem", 7])
    assert not is_same_content(rotated, recorded, ["redeem", 8])


def test_api_key_is_random_and_survives_a_shell() -> None:
    keys = {new_api_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(re.fullmatch(r"cf_[a-z2-7]{52}", key) for key in keys)


def test_api_key_digest_is_sha_256() -> None:
    assert api_key_digest("cf_abc") == sha256(b"cf_abc").digest()
