"""Leaves: frozen as bytes, one encoding each, and nothing guessable in clear."""

import hmac
from contextlib import suppress
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.log.leaf import (
    Leaf,
    MalformedLeafError,
    SerialRange,
    Tag,
    commitment,
    commitments,
    decode_leaf,
    encode_leaf,
    leaf_salt,
    rows_digest,
)

KEY = bytes(range(32))
ACTOR, ACCEPTOR, HOLDER, REFERENCE = (
    bytes.fromhex("b2cfa9dd064218885f2fcdc5fe8bd6eb"),
    bytes.fromhex("3cf275744f20d2fd782dfe9e7ceb1666"),
    bytes.fromhex("5e5dd418f1cf232af7e1da4ff391b98e"),
    bytes.fromhex("6addc737483f16b8129821441c74b1a0"),
)
ROWS = "1c164ba81508643774ccc50233684516ff05b42741a26ad0b503eabb06ce0bb1"

REDEMPTION = Leaf(
    leaf_number=42,
    at_microseconds=1_760_000_000_123_456,
    issuer_id=7,
    action=4,
    serial=1_000_000_000_000_042,
    group_id=3,
    amount_minor=2500,
    currency="SSP",
    state_after=5,
    actor=ACTOR,
    acceptor=ACCEPTOR,
    holder=HOLDER,
    reference=REFERENCE,
)
STOCKING = Leaf(
    leaf_number=1,
    at_microseconds=1_760_000_000_000_000,
    issuer_id=7,
    action=105,
    group_id=3,
    amount_minor=5000,
    currency="SSP",
    state_after=1,
    serials=SerialRange(1_000_000_000_000_001, 1_000_000_000_000_002, 2),
    rows=bytes.fromhex(ROWS),
    actor=ACTOR,
)
LEAST = Leaf(leaf_number=24, at_microseconds=0, issuer_id=1, action=101)

VECTORS = [
    (
        REDEMPTION,
        (
            "018f182a1b000640b5eecfe24007041b00038d7ea4c6802a031909c46353535005f6f6"
            "50b2cfa9dd064218885f2fcdc5fe8bd6eb503cf275744f20d2fd782dfe9e7ceb1666"
            "505e5dd418f1cf232af7e1da4ff391b98e506addc737483f16b8129821441c74b1a0"
        ),
    ),
    (
        STOCKING,
        "018f011b000640b5eece0000071869f6031913886353535001"
        "831b00038d7ea4c680011b00038d7ea4c68002025820"
        + ROWS
        + "50b2cfa9dd064218885f2fcdc5fe8bd6ebf6f6f6",
    ),
    (LEAST, "018f181800011865f6f6f6f6f6f6f6f6f6f6f6"),
]

uints = st.integers(0, 2**64 - 1) | st.sampled_from(
    [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1]
)
short = st.none() | st.binary(min_size=16, max_size=16)
ranges = (
    st.tuples(uints, uints)
    .map(sorted)
    .flatmap(
        lambda ends: st.builds(
            SerialRange,
            st.just(ends[0]),
            st.just(ends[1]),
            st.integers(1, min(ends[1] - ends[0] + 1, 2**64 - 1)),
        )
    )
)
leaves = st.builds(
    Leaf,
    leaf_number=uints,
    at_microseconds=uints,
    issuer_id=uints,
    action=uints,
    serial=st.none() | uints,
    group_id=st.none() | uints,
    amount_minor=st.none() | uints,
    currency=st.none() | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    state_after=st.none() | uints,
    serials=st.none() | ranges,
    rows=st.none() | st.binary(min_size=32, max_size=32),
    actor=short,
    acceptor=short,
    holder=short,
    reference=short,
)


def items(leaf: Leaf) -> list[Any]:
    """The array a third party would hand to a CBOR library."""
    serials = leaf.serials and [leaf.serials.first, leaf.serials.last, leaf.serials.count]
    return [*leaf[:9], serials, *leaf[10:]]


def body_of(given_items: object) -> bytes:
    return b"\x01" + cbor2.dumps(given_items)


@pytest.mark.parametrize(("leaf", "expected"), VECTORS)
def test_encoding_never_changes(leaf: Leaf, expected: str) -> None:
    assert encode_leaf(leaf).hex() == expected
    assert decode_leaf(bytes.fromhex(expected)) == leaf


@given(leaves)
def test_leaf_reads_as_it_was_written_and_as_cbor2_writes_it(leaf: Leaf) -> None:
    body = encode_leaf(leaf)
    assert body == b"\x01" + cbor2.dumps(items(leaf), canonical=True)
    assert decode_leaf(body) == leaf


@given(leaves, st.data())
def test_what_reads_at_all_is_the_one_encoding(leaf: Leaf, data: st.DataObject) -> None:
    """Any byte changed, cut or added gives another leaf, written its own one way, or none."""
    body = bytearray(encode_leaf(leaf))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        read = decode_leaf(bytes(body))
    except MalformedLeafError:
        return
    assert encode_leaf(read) == bytes(body)


@given(st.binary(max_size=80))
def test_garbage_is_malformed_and_nothing_worse(garbage: bytes) -> None:
    for body in (garbage, b"\x01" + garbage, b"\x01\x8f" + garbage):
        with suppress(MalformedLeafError):
            assert encode_leaf(decode_leaf(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" + encode_leaf(LEAST)[1:],
        b"\x02" + encode_leaf(LEAST)[1:],
        encode_leaf(LEAST) + b"\x00",
        encode_leaf(LEAST)[:-1],
        encode_leaf(LEAST)[:-1] + b"\xf7",
        b"\x01\x9f" + encode_leaf(LEAST)[2:] + b"\xff",
        b"\x01\x98\x0f" + encode_leaf(LEAST)[2:],
        b"\x01\x8f\x19\x00\x18" + encode_leaf(LEAST)[4:],
        b"\x01\x8f\xc1\x18\x18" + encode_leaf(LEAST)[4:],
        b"\x01\x8f\xc2\x41\x18" + encode_leaf(LEAST)[4:],
        b"\x01" + b"\x81" * 2000,
        b"\x01\xff",
        b"\x01\xf9\x7c\x00",
    ],
)
def test_other_encodings_and_versions_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedLeafError):
        decode_leaf(body)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, None),
        (0, -1),
        (0, True),
        (0, 1.0),
        (0, 2**64),
        (0, "1"),
        (3, None),
        (4, -1),
        (6, False),
        (7, "ssp"),
        (7, "SS"),
        (7, "ÄÖÜ"),
        (7, b"SSP"),
        (9, []),
        (9, [1, 2]),
        (9, [2, 1, 1]),
        (9, [1, 2, 0]),
        (9, [1, 2, 3]),
        (9, [1, 2, None]),
        (9, {1: 2}),
        (10, bytes(31)),
        (10, "a" * 32),
        (11, bytes(15)),
        (14, bytes(17)),
        (14, 5),
    ],
)
def test_field_of_another_kind_is_refused(place: int, value: object) -> None:
    changed = items(REDEMPTION)
    changed[place] = value
    with pytest.raises(MalformedLeafError):
        decode_leaf(body_of(changed))


@pytest.mark.parametrize("given_items", [items(LEAST)[:-1], [*items(LEAST), None], {}, 5, None])
def test_other_than_fifteen_items_are_refused(given_items: object) -> None:
    with pytest.raises(MalformedLeafError):
        decode_leaf(body_of(given_items))


@pytest.mark.parametrize(
    "leaf",
    [
        LEAST._replace(leaf_number=-1),
        LEAST._replace(serial=2**64),
        LEAST._replace(currency="ssp"),
        LEAST._replace(currency="SSPX"),
        LEAST._replace(serials=SerialRange(2, 1, 1)),
        LEAST._replace(serials=SerialRange(1, 2, 3)),
        LEAST._replace(rows=bytes(16)),
        LEAST._replace(actor=bytes(32)),
    ],
)
def test_what_could_not_be_read_is_not_written(leaf: Leaf) -> None:
    with pytest.raises(MalformedLeafError):
        encode_leaf(leaf)


def test_commitments_never_change() -> None:
    salt = leaf_salt(KEY, 42)
    assert salt.hex() == "89b92f7b010ef7592024ff647a2b930fd890ef51da620b04e5d1e371b4188a6b"
    assert commitments(
        salt, actor="client:17", acceptor="4211", holder="+211900000000", reference="ref-1"
    ) == (ACTOR, ACCEPTOR, HOLDER, REFERENCE)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1), st.text())
def test_commitment_is_sha_256_under_a_salt_that_is_hmac(
    key: bytes, leaf_number: int, value: str
) -> None:
    salt = leaf_salt(key, leaf_number)
    assert salt == hmac.digest(key, leaf_number.to_bytes(8, "big"), "sha256")
    for tag in Tag:
        expected = sha256(salt + bytes([tag]) + value.encode()).digest()[:16]
        assert commitment(salt, tag, value) == expected


@given(st.lists(st.none() | st.text(), min_size=4, max_size=4))
def test_commitments_are_the_commitment_of_each(values: list[str | None]) -> None:
    salt = leaf_salt(KEY, 1)
    actor, acceptor, holder, reference = values
    assert commitments(
        salt, actor=actor, acceptor=acceptor, holder=holder, reference=reference
    ) == tuple(
        None if value is None else commitment(salt, tag, value)
        for tag, value in zip(Tag, values, strict=True)
    )


def test_one_value_shows_in_no_two_places() -> None:
    shown = [
        commitment(leaf_salt(key, leaf_number), tag, "client:17")
        for key in (KEY, bytes(32))
        for leaf_number in range(10)
        for tag in Tag
    ]
    assert len(set(shown)) == len(shown)


def test_salt_of_a_key_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        leaf_salt(bytes(65), 1)


def test_rows_digest_is_of_fixed_width_rows() -> None:
    rows = [(1_000_000_000_000_001, 2500, 1), (1_000_000_000_000_002, 2500, 1)]
    assert rows_digest(rows).hex() == ROWS
    flat = b"".join(
        serial.to_bytes(8, "big") + amount.to_bytes(8, "big") + bytes([state])
        for serial, amount, state in rows
    )
    assert rows_digest(rows) == sha256(flat).digest()
    assert rows_digest(reversed(rows)) != rows_digest(rows)
    assert rows_digest([]) == sha256(b"").digest()
