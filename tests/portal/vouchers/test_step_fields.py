"""What each field of the guided form refuses, and what it keeps."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.portal.conftest import Portal
from tests.portal.vouchers.designing import (
    ALL_STEPS,
    VALIDITY,
    House,
    fill_in,
    given_draft,
    given_house,
)

from counterfoil.portal.models import VoucherDraft

WRONG = [
    ("basics", {"code": "-X"}, "beginning with a letter or digit"),
    ("basics", {"code": ""}, "Fill this in."),
    ("basics", {"name": ""}, "Fill this in."),
    ("basics", {"programme": "ELSEWHERE"}, "Select a valid choice"),
    ("amounts", {"denominations": ""}, "Fill this in."),
    ("amounts", {"denominations": "50\nfifty"}, "Line 2, “fifty”: write an amount like"),
    ("amounts", {"denominations": "0"}, "Line 1: an amount is more than 0."),
    ("amounts", {"denominations": "1.250"}, "Line 1, “1.250”"),
    ("amounts", {"pricing": "some"}, "Select a valid choice"),
    ("amounts", {"pricing": "any", "highest": "0"}, "at least 0.01"),
    ("amounts", {"daily_amount": "much"}, "Write an amount like"),
    ("amounts", {"daily_count": "0"}, "Write 1 or more."),
    ("validity", {"days": ""}, "Fill this in."),
    ("validity", {"days": "0"}, "Write 1 or more."),
    ("validity", {"validity": "date", "until": ""}, "Fill this in."),
    ("validity", {"validity": "date", "until": "2020-02-01"}, "still to come"),
    ("validity", {"validity": "date", "until": "soon"}, "Write a date like"),
    ("validity", {"hold_number": "0"}, "Write 1 or more."),
    ("validity", {"hold_number": "99999999", "hold_unit": "day"}, "Choose a shorter time."),
    ("validity", {"unused_value": "me"}, "Select a valid choice"),
    ("acceptance", {"groups": []}, "Choose at least one of these."),
    ("acceptance", {"groups": ["NOBODY"]}, "Select a valid choice"),
    ("acceptance", {"accepts": "acceptors"}, "Choose at least one of these."),
    ("acceptance", {"accepts": "acceptors", "named": ["Ghost"]}, "Ghost is not an approved"),
    ("acceptance", {"settlement": "never"}, "Select a valid choice"),
    ("stock", {"restock_level": "-1"}, "Write 0 or more."),
]


@pytest.fixture(scope="module")
def drafted(portal: Portal) -> tuple[House, str]:
    """A draft that stays as it is: nothing wrong is ever saved."""
    house = given_house(portal)
    return house, given_draft(house)


@pytest.mark.parametrize(("step", "fields", "says"), WRONG)
def test_each_field_says_what_is_wrong_with_it(
    drafted: tuple[House, str], step: str, fields: dict[str, object], says: str
) -> None:
    house, draft = drafted
    right = ALL_STEPS[step]
    answer = fill_in(house, f"{house.root}/{draft}/step/{step}", **(right | fields))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert says in page, errors_of(page)
    assert VoucherDraft.objects.get(pk=draft[-36:]).version == 1


def test_a_last_day_is_the_whole_of_that_day(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_draft(house)
    last = timezone.localdate() + timedelta(days=40)
    fields = VALIDITY | {"validity": "date", "until": last.isoformat(), "unused_value": "issuer"}
    assert fill_in(house, f"{house.root}/{draft}/step/validity", **fields).status_code == 302
    design = VoucherDraft.objects.get(pk=draft[-36:]).design
    assert design["valid_until"] == f"{last + timedelta(days=1)}T00:00:00Z"
    assert design["valid_for_days"] is None
    assert f'value="{last.isoformat()}"' in house.get(f"{draft}/step/validity")


def errors_of(page: str) -> list[str]:
    return re.findall(r'<div class="error"[^>]*>(.*?)</div>', page, re.DOTALL)
