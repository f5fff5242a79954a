"""Voucher numbers: fair, checked, found by their hash, and opened only where they belong."""

import hmac
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from counterfoil.keys.envelope import IssuerKeys, KeyRing
from counterfoil.keys.numbers import (
    BrokenSealError,
    check_digit_is_right,
    new_numbers,
    number_hash,
    number_hashes,
    number_hashes_probed,
    seal_number,
    seal_numbers,
    seal_text,
    unseal_number,
    unseal_text,
)

ISSUER, SERIAL, NUMBER = 7, 1_000_000_000_000_042, "123456789012345674"

digits = st.text("0123456789", min_size=1, max_size=30)
bodies = st.integers(10**14, 10**17 - 1).map(str)


def given_keys(*, first: int = 1, versions: int = 1) -> IssuerKeys:
    """Made-up keys: version v of the n-th purpose repeats one byte."""
    rings = [
        KeyRing(
            versions,
            tuple(range(versions, 0, -1)),
            {version: bytes([16 * purpose + version]) * 32 for version in range(1, versions + 1)},
        )
        for purpose in range(first, first + 5)
    ]
    return IssuerKeys(ISSUER, *rings)


KEYS = given_keys()


@pytest.mark.parametrize("length", [16, 17, 18])
def test_new_numbers_have_the_asked_form(length: int) -> None:
    numbers = new_numbers(3000, length)
    assert len(set(numbers)) == len(numbers) == 3000
    assert {len(number) for number in numbers} == {length}
    assert not any(number.startswith("0") for number in numbers)
    assert all(damm.is_valid(number) for number in numbers)


@pytest.mark.parametrize("length", [0, 15, 19])
def test_numbers_of_other_lengths_are_not_made(length: int) -> None:
    with pytest.raises(ValueError, match="16 to 18"):
        new_numbers(1, length)


def test_no_numbers_are_none() -> None:
    assert new_numbers(0, 18) == []


def test_every_digit_is_equally_likely_at_every_place() -> None:
    """Chi-square for each of 18 places, 8 or 9 degrees of freedom.

    Fair numbers go beyond 60 less than once in ten million runs; one digit that came 15 % too
    often would give about 250.
    """
    numbers = new_numbers(100_000, 18)
    for place in range(18):
        choices = "123456789" if place == 0 else "0123456789"
        expected = len(numbers) / len(choices)
        column = [number[place] for number in numbers]
        square = sum((column.count(digit) - expected) ** 2 / expected for digit in choices)
        assert square < 60, place


@given(digits)
def test_check_digit_is_the_one_of_stdnum(number: str) -> None:
    assert check_digit_is_right(number) == damm.is_valid(number)
    assert check_digit_is_right(number + damm.calc_check_digit(number))


@given(bodies, st.data())
def test_any_one_wrong_digit_is_noticed(body: str, data: st.DataObject) -> None:
    number = body + damm.calc_check_digit(body)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not check_digit_is_right(number[:place] + wrong + number[place + 1 :])


@given(bodies)
def test_any_two_neighbours_exchanged_are_noticed(body: str) -> None:
    number = body + damm.calc_check_digit(body)
    for place, (left, right) in enumerate(pairwise(number)):
        exchanged = number[:place] + right + left + number[place + 2 :]
        assert left == right or not check_digit_is_right(exchanged)


@pytest.mark.parametrize(
    "text", ["", " ", "5724 ", "-5724", "5_724", "٥٧٢٤", "5724\n", "five", "²", "+5724"]
)
def test_what_is_not_digits_has_no_check_digit(text: str) -> None:
    assert not check_digit_is_right(text)


def test_number_hash_is_hmac_sha_256() -> None:
    expected = hmac.digest(bytes([17]) * 32, b"number\0" + NUMBER.encode(), "sha256")[:16]
    assert number_hash(KEYS, NUMBER) == expected
    expected = hmac.digest(bytes([17]) * 32, b"number with serial\0005:1234", "sha256")[:16]
    assert number_hash(KEYS, "1234", 5) == expected


def test_number_hash_never_changes() -> None:
    assert number_hash(KEYS, "123456789012345678").hex() == "de6f1296e7811ca181cb192f433ac02b"
    assert number_hash(KEYS, "1234", SERIAL).hex() == "eb5f668df16e9a91f143cf017028f27b"


def test_serial_and_number_do_not_run_together() -> None:
    hashes = {
        number_hash(KEYS, "234"),
        number_hash(KEYS, "234", 1),
        number_hash(KEYS, "34", 12),
        number_hash(KEYS, "1:234"),
        number_hash(KEYS, "0234"),
    }
    assert len(hashes) == 5


@given(st.lists(st.text(max_size=20), max_size=5))
def test_hashes_of_many_are_the_hashes_of_each(numbers: list[str]) -> None:
    assert number_hashes(KEYS, numbers) == [number_hash(KEYS, number) for number in numbers]


@pytest.mark.parametrize("serial", [None, SERIAL])
def test_every_version_is_probed_the_active_one_first(serial: int | None) -> None:
    keys = given_keys(versions=3)
    probed = number_hashes_probed(keys, NUMBER, serial)
    assert probed[0] == number_hash(keys, NUMBER, serial)
    assert probed[1] == number_hash(given_keys(versions=2), NUMBER, serial)
    assert probed[2] == number_hash(given_keys(), NUMBER, serial)
    assert len(set(probed)) == len(probed) == 3


@given(st.integers(0, 2**31 - 1), st.integers(1, 2**63 - 1), st.text())
def test_what_was_sealed_opens(issuer_id: int, serial: int, text: str) -> None:
    version, sealed = seal_number(KEYS, issuer_id, serial, text)
    assert unseal_number(KEYS, issuer_id, serial, version, sealed) == text
    version, sealed = seal_text(KEYS, issuer_id, serial, text, field="comment")
    assert unseal_text(KEYS, issuer_id, serial, version, sealed, field="comment") == text


def test_sealed_number_has_a_fixed_form() -> None:
    version, sealed = seal_number(KEYS, ISSUER, SERIAL, NUMBER)
    assert (version, len(sealed)) == (1, 12 + 18 + 16)
    assert NUMBER.encode() not in sealed
    assert seal_number(KEYS, ISSUER, SERIAL, NUMBER)[1][:12] != sealed[:12]


def test_sealed_number_of_an_older_release_opens() -> None:
    sealed = bytes.fromhex(
        "2bf98505ef359da2738e33ceab1dfcc097227636bb0b0a"
        "44506179f40fc2aa7977b9ef575c08c049eb3fd33a0d25"
    )
    assert unseal_number(KEYS, ISSUER, SERIAL, 1, sealed) == NUMBER


@given(st.integers(0, 2**31 - 1), st.integers(1, 2**63 - 1))
def test_number_opens_for_no_other_issuer_or_serial(issuer_id: int, serial: int) -> None:
    version, sealed = seal_number(KEYS, ISSUER, SERIAL, NUMBER)
    if (issuer_id, serial) != (ISSUER, SERIAL):
        with pytest.raises(BrokenSealError):
            unseal_number(KEYS, issuer_id, serial, version, sealed)
    for swapped in ((issuer_id, SERIAL), (ISSUER, serial)):
        if swapped != (ISSUER, SERIAL):
            with pytest.raises(BrokenSealError):
                unseal_number(KEYS, *swapped, version, sealed)


@given(st.integers(0, 45), st.integers(1, 255))
def test_altered_seal_does_not_open(place: int, change: int) -> None:
    version, sealed = seal_number(KEYS, ISSUER, SERIAL, NUMBER)
    altered = bytearray(sealed)
    altered[place] ^= change
    with pytest.raises(BrokenSealError) as broken:
        unseal_number(KEYS, ISSUER, SERIAL, version, bytes(altered))
    assert NUMBER not in str(broken.value)


@pytest.mark.parametrize("length", [0, 1, 8, 12, 27, 28, 45])
def test_seal_cut_short_does_not_open(length: int) -> None:
    version, sealed = seal_number(KEYS, ISSUER, SERIAL, NUMBER)
    with pytest.raises(BrokenSealError):
        unseal_number(KEYS, ISSUER, SERIAL, version, sealed[:length])


def test_seal_opens_with_its_own_version_only() -> None:
    keys = given_keys(versions=2)
    version, sealed = seal_number(keys, ISSUER, SERIAL, NUMBER)
    assert version == 2
    for other in (1, 3):
        with pytest.raises(BrokenSealError):
            unseal_number(keys, ISSUER, SERIAL, other, sealed)
    with pytest.raises(BrokenSealError, match="not loaded"):
        unseal_number(KEYS, ISSUER, SERIAL, version, sealed)


def test_many_sealed_at_once_open_one_by_one() -> None:
    serials = [SERIAL, 2**20 - 1, 2**20, 5]
    numbers = new_numbers(4, 18)
    version, sealed = seal_numbers(KEYS, ISSUER, serials, numbers)
    opened = [
        unseal_number(KEYS, ISSUER, serial, version, one)
        for serial, one in zip(serials, sealed, strict=True)
    ]
    assert opened == numbers
    assert len({one[:12] for one in sealed}) == 4
    assert seal_numbers(KEYS, ISSUER, [], []) == (1, [])
    with pytest.raises(BrokenSealError):
        unseal_number(KEYS, ISSUER, serials[0], version, sealed[1])


def test_text_opens_as_no_other_field_and_as_no_number() -> None:
    version, sealed = seal_text(KEYS, ISSUER, SERIAL, "Amina", field="comment")
    with pytest.raises(BrokenSealError):
        unseal_text(KEYS, ISSUER, SERIAL, version, sealed, field="holder")
    one_key = IssuerKeys(ISSUER, *[KEYS.seal] * 5)
    _, sealed = seal_text(one_key, ISSUER, SERIAL, NUMBER, field="number")
    with pytest.raises(BrokenSealError):
        unseal_number(one_key, ISSUER, SERIAL, 1, sealed)
