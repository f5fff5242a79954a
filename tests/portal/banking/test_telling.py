"""Finance hears of differences and of files that were refused, each thing once."""

import pytest
from tests.gateway.bank_days import FUNDED, days, line, stated
from tests.portal.banking.given import given_banked_house, took
from tests.portal.conftest import Portal
from tests.portal.money.working import House

from counterfoil.gateway.bank_files import BankFileError
from counterfoil.portal.models import Notification
from counterfoil.portal.notifications.banking import tell_of_bank
from counterfoil.portal.notifications.kinds import KINDS


def told(house: House) -> list[tuple[str, str, object]]:
    """Who was told what, and of how many."""
    tell_of_bank(house.issuer.issuer_id)
    found = Notification.objects.filter(issuer_id=house.issuer.issuer_id).order_by("id")
    return [(each.person.name, each.kind, each.parameters.get("count")) for each in found]


def test_new_differences_are_told_to_finance_at_once_and_once(portal: Portal) -> None:
    house = given_banked_house(portal)
    assert told(house) == []
    charges = [line("CHARGES-1", -250), line("CHARGES-2", -250)]
    took(house, stated(house.issuer, 0, 99_500, line(FUNDED, 100_000), *charges))
    assert told(house) == [("Amina Diallo", "bank_differs", 2)]
    assert len(told(house)) == 1
    took(house, stated(house.issuer, 90_000, 90_000, day=days(2)))
    assert [each[1:] for each in told(house)] == [("bank_differs", 2), ("bank_differs", 1)]
    leads_to = KINDS["bank_differs"].url("office", house.issuer.code, None, "bank")
    assert leads_to == f"{house.root}/books/differences"


def test_a_refused_file_is_told_to_finance_once(portal: Portal) -> None:
    house = given_banked_house(portal)
    with pytest.raises(BankFileError):
        took(house, b"no file")
    assert told(house) == [("Amina Diallo", "bank_file_refused", 1)]
    assert len(told(house)) == 1


def test_the_overview_says_what_is_to_be_looked_at(portal: Portal) -> None:
    house = given_banked_house(portal)
    took(
        house,
        stated(
            house.issuer,
            0,
            107_250,
            line(FUNDED, 100_000),
            line("IN-1", 7_500),
            line("CHARGES", -250),
        ),
    )
    page = house.page("")
    assert "1 difference with the bank" in page
    assert "1 credit that nobody has recorded" in page
    assert "credit that nobody has recorded" not in house.page("", house.operator)
