"""Opening hours and positions, as people write them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from counterfoil.portal.merchants.opening_hours import day_of, day_text, days_in_runs
from counterfoil.portal.merchants.positions import position, position_text


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("", (), ""),
        ("08:00-18:00", ((480, 1080),), "08:00–18:00"),  # noqa: RUF001
        ("8-12, 14:30–18.00", ((480, 720), (870, 1080)), "08:00–12:00, 14:30–18:00"),  # noqa: RUF001
        ("14-18; 8-12", ((480, 720), (840, 1080)), "08:00–12:00, 14:00–18:00"),  # noqa: RUF001
        ("18:00-02:00", ((1080, 1560),), "18:00–02:00"),  # noqa: RUF001
        ("0-24", ((0, 1440),), "00:00–24:00"),  # noqa: RUF001
        ("8h30 a 19h", ((510, 1140),), "08:30–19:00"),  # noqa: RUF001
        ("8 to 17", ((480, 1020),), "08:00–17:00"),  # noqa: RUF001
    ],
)
def test_hours_are_read_as_people_write_them(
    text: str, spans: tuple[tuple[int, int], ...], shown: str
) -> None:
    assert day_of(text) == spans
    assert day_text(spans) == shown
    assert day_of(shown) == spans


@pytest.mark.parametrize("text", ["open", "8", "25-26", "08:60-10:00", "-3-4", "8-24:30"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="like 08:00-18:00"):
        day_of(text)


@pytest.mark.parametrize("text", ["8-12, 11-14", "8-12, 12-14", "20-09, 8-12", "8-9, 8-9"])
def test_times_that_meet_or_overlap_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="overlap"):
        day_of(text)


def test_more_than_four_times_a_day_are_refused() -> None:
    assert len(day_of("1-2, 3-4, 5-6, 7-8")) == 4
    with pytest.raises(ValidationError, match="four times"):
        day_of("1-2, 3-4, 5-6, 7-8, 9-10")


def test_neighbouring_days_with_the_same_hours_are_told_together() -> None:
    work, short = day_of("8-18"), day_of("8-12")
    week = [work, work, work, work, work, short, ()]
    assert days_in_runs(week) == [(0, 4, work), (5, 5, short), (6, 6, ())]


@pytest.mark.parametrize(
    ("text", "latitude", "longitude", "shown"),
    [
        ("-1.2921, 36.8219", "-1.292100", "36.821900", "-1.2921, 36.8219"),
        ("−1.2921,36.8219", "-1.292100", "36.821900", "-1.2921, 36.8219"),  # noqa: RUF001
        ("1.2921° S, 36.8219° E", "-1.292100", "36.821900", "-1.2921, 36.8219"),
        ("40.4168 N 3.7038 W", "40.416800", "-3.703800", "40.4168, -3.7038"),
        ("40.4168 N; 3.7038 O", "40.416800", "-3.703800", "40.4168, -3.7038"),
        ("0 0", "0.000000", "0.000000", "0, 0"),
        ("90, -180", "90.000000", "-180.000000", "90, -180"),
        ("1.23456789, 2", "1.234568", "2.000000", "1.234568, 2"),
    ],
)
def test_a_position_is_read_as_maps_write_it(
    text: str, latitude: str, longitude: str, shown: str
) -> None:
    found = position(text)
    assert found == (Decimal(latitude), Decimal(longitude))
    assert found is not None
    assert position_text(*found) == shown


def test_no_position_is_none() -> None:
    assert position("  ") is None


@pytest.mark.parametrize(
    "text", ["90.1, 0", "0, 180.5", "-91, 0", "1", "1,2,3", "here", "1e3, 2", "999, 1"]
)
def test_what_is_nowhere_on_earth_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="Copy the two numbers"):
        position(text)
