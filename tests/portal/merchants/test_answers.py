"""What a provider said of a merchant's account, on its page and for who approves another."""

from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.money.working import House
from tests.portal.payouts.working import ASHA, given_office

from counterfoil.engine.accounts.verifying import Told, due_accounts, note_answers
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.operation import Caller

SYSTEM = Caller(0, "cli:test")


def answered(house: House, status: str, *, holder_matches: bool | None = None) -> None:
    with connected(house.portal.url) as engine:
        change_settings(engine, house.issuer, SYSTEM, SettingsChange(verify_accounts="redemption"))
        (due,) = [d for d in due_accounts(engine, house.issuer, 10) if d.acceptor_id == ASHA]
        told = Told(due=due, rail="bank", status=status, holder_matches=holder_matches)
        note_answers(engine, house.issuer, [told])


def test_the_last_answer_stands_beside_the_account(portal: Portal) -> None:
    house = given_office(portal)
    assert "The provider" not in house.page(f"merchants/{ASHA}")
    answered(house, "found", holder_matches=False)
    page = house.page(f"merchants/{ASHA}")
    assert "Verified The provider knows this account Its holder has another name there." in page


def test_an_account_that_is_not_there_is_told(portal: Portal) -> None:
    house = given_office(portal)
    answered(house, "not_found")
    assert "The provider does not know this account" in house.page(f"merchants/{ASHA}")


def test_who_approves_other_bank_data_is_told_of_the_account_so_far(portal: Portal) -> None:
    house = given_office(portal)
    answered(house, "found", holder_matches=True)
    change = {
        "iban": "GB29 NWBK 6016 1331 9268 19",
        "holder": "Asha Stores Ltd",
        "why-reason": "They came to the office with a letter of the bank",
    }
    command = house.ask(f"merchants/{ASHA}/bank?scheme=iban", change, house.operator)
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert (
        "The account so far becomes The provider knows this account, its holder has the same name"
        in decided
    )
